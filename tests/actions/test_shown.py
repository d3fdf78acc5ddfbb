"""What was suggested, opened and bought is kept by what the shopper does, and only of shoppers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.events import SlotSet
from sqlalchemy import select

from actions import shown
from actions.reference import PRODUCT_SLOT
from actions.services import Services
from actions.turn import Turn
from analytics.identity import Context, Role, Speaker
from analytics.settings import Settings
from analytics.store import Store, consents
from analytics.store.models import Interaction, Purpose, ShownSuggestion
from tests.actions.conversation import Talk, entity
from tests.analytics.privacy.people import ANN, AT, fill, fill_shop

ANNS = Speaker("customer:a", Role.SHOPPER, ANN.id)
GUEST = Speaker("guest:g", Role.SHOPPER)
AGENT = Speaker("agent:kim", Role.AGENT, ANN.id)
TALK = "conversation"
FOUND = {"type": "products", "items": [{"id": "tea"}, {"id": "cup"}]}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(Services, "models", SimpleNamespace(version="v1"))
    settings = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})
    store = Store(settings.database_url)
    store.migrate()
    fill_shop(store)
    fill(store, settings, ANN, 1)
    yield store
    store.close()


def turn(home: Path, speaker: Speaker, intent: str = "ask_price", *codes: str) -> Turn:
    said = Talk().user(" ".join(codes) or "?", intent, *(entity("code", one) for one in codes))
    made = said.turn(home)
    made.speaker = speaker
    return made


def write(store: Store, made: Turn) -> None:
    with store.transaction() as session:
        for one in made.afterwards:
            one(session)


def suggest(store: Store, home: Path, speaker: Speaker, *products: str) -> None:
    made = turn(home, speaker)
    shown.record(made, [(one, "popular") for one in products])
    write(store, made)


def say(store: Store, made: Turn, *events: dict[str, Any]) -> None:
    with store.reading() as session:
        shown.notice(made, session, events)
    write(store, made)


def clicked(store: Store) -> set[str]:
    with store.reading() as session:
        rows = select(ShownSuggestion.product_id).where(
            ShownSuggestion.conversation_id == TALK, ShownSuggestion.clicked_at.is_not(None)
        )
        return set(session.scalars(rows))


def learned(store: Store) -> list[str]:
    with store.reading() as session:
        rows = select(Interaction.product_id).where(Interaction.kind == "click")
        return sorted(session.scalars(rows))


def test_an_answer_is_kept_with_its_version_but_not_an_agents(store: Store, tmp_path: Path) -> None:
    suggest(store, tmp_path, ANNS, "tea", "cup")
    suggest(store, tmp_path, AGENT, "pot")
    suggest(store, tmp_path, ANNS)
    with store.reading() as session:
        rows = session.scalars(
            select(ShownSuggestion).where(ShownSuggestion.conversation_id == TALK)
        )
        found = [(one.product_id, one.position, one.customer_id, one.model_version) for one in rows]
    assert found == [("tea", 1, ANN.id, "v1"), ("cup", 2, ANN.id, "v1")]


def test_a_button_with_the_products_code_opens_it(store: Store, tmp_path: Path) -> None:
    suggest(store, tmp_path, ANNS, "tea", "cup", "pot")
    say(store, turn(tmp_path, ANNS, "similar_items", "tea"))
    say(store, turn(tmp_path, ANNS, "request_quote", "CUP-1"))
    assert clicked(store) == {"tea", "cup"}
    assert learned(store) == ["cup", "tea"]


def test_an_answer_about_a_product_opens_it_a_list_to_choose_from_does_not(
    store: Store, tmp_path: Path
) -> None:
    suggest(store, tmp_path, ANNS, "tea", "cup")
    found = turn(tmp_path, ANNS, "product_search")
    found.show(FOUND)
    say(store, found, SlotSet(PRODUCT_SLOT, "tea"))
    assert clicked(store) == set()
    say(store, turn(tmp_path, ANNS), SlotSet(PRODUCT_SLOT, "tea"), SlotSet("other", "cup"))
    assert clicked(store) == {"tea"}


@pytest.mark.parametrize("intent", ["return_item", "complaint", "deny"])
def test_a_code_in_another_matter_opens_nothing(store: Store, tmp_path: Path, intent: str) -> None:
    suggest(store, tmp_path, ANNS, "tea")
    say(store, turn(tmp_path, ANNS, intent, "tea"))
    assert (clicked(store), learned(store)) == (set(), [])


def test_what_was_not_suggested_is_learned_from_alone(store: Store, tmp_path: Path) -> None:
    say(store, turn(tmp_path, ANNS, "ask_price", "pot"))
    assert (clicked(store), learned(store)) == (set(), ["pot"])


def test_a_guest_clicks_and_nothing_is_learned(store: Store, tmp_path: Path) -> None:
    suggest(store, tmp_path, GUEST, "tea")
    idle = turn(tmp_path, GUEST, "ask_price", "cup")
    say(store, idle)
    assert idle.afterwards == []
    say(store, turn(tmp_path, GUEST, "ask_price", "tea"))
    assert (clicked(store), learned(store)) == ({"tea"}, [])


def test_an_agent_opens_nothing(store: Store, tmp_path: Path) -> None:
    suggest(store, tmp_path, ANNS, "tea")
    say(store, turn(tmp_path, AGENT, "ask_price", "tea"))
    assert (clicked(store), learned(store)) == (set(), [])


def test_who_allows_no_use_is_not_learned_from(store: Store, tmp_path: Path) -> None:
    for purpose, remains in ((Purpose.ANALYTICS, ["pot"]), (Purpose.PERSONALISATION, ["pot"])):
        with store.transaction() as session:
            consents.record(session, ANN.id, purpose, given=False, at=AT, source="agent:kim")
        say(store, turn(tmp_path, ANNS, "ask_price", "pot"))
        assert learned(store) == remains
        say(store, turn(tmp_path, ANNS, "ask_price", "pot"))
    say(store, turn(tmp_path, ANNS, "ask_price", "cup"))
    assert learned(store) == ["pot"]


def test_on_the_page_only_what_was_suggested_can_be_opened(store: Store, tmp_path: Path) -> None:
    suggest(store, tmp_path, ANNS, "tea")
    services = turn(tmp_path, ANNS).services
    for conversation, product in ((TALK, "cup"), ("another", "tea"), (TALK, "tea"), (TALK, "tea")):
        with store.transaction() as session:
            context = Context(ANNS, conversation, "")
            shown.opened_on_page(session, services, context, product)
    assert (clicked(store), learned(store)) == ({"tea"}, ["tea"])
