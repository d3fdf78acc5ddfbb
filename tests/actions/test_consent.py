"""What a customer refuses is not done: in the chat and for agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.base import GuardedAction
from actions.customers import ActionCustomerLookup, ActionCustomerSegment, ActionNextBestOffer
from actions.quotes import _segment
from actions.recommend import ActionRecommend
from actions.turn import Reply, Turn
from analytics.errors import NoConsent
from analytics.identity import Role, Speaker
from analytics.settings import Settings
from analytics.store import Store, consents
from analytics.store.models import Purpose
from analytics.training import train
from tests.actions.conversation import Talk
from tests.analytics.privacy.people import ANN, AT, BOB, WANG, fill, fill_shop

SHOPPER = Speaker("customer:a", Role.SHOPPER, ANN.id)
AGENT = Speaker("agent:kim", Role.AGENT, ANN.id)

type Refuse = Callable[[Purpose], None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that is trained on."""
    home = tmp_path_factory.mktemp("consent")
    settings = Settings.from_environment({"SALESCLERK_HOME": str(home)})
    store = Store(settings.database_url)
    store.migrate()
    fill_shop(store)
    for number, who in enumerate((ANN, WANG, BOB), start=1):
        fill(store, settings, who, number)
    train(store, settings)
    store.close()
    return home


@pytest.fixture
def refuse(home: Path) -> Iterator[Refuse]:
    """Has the customer refuse a purpose, until the end of the test."""
    store = Store(f"sqlite:///{home / 'shop.db'}")

    def say(purpose: Purpose, given: bool) -> None:
        with store.transaction() as session:
            consents.record(session, ANN.id, purpose, given=given, at=AT, source="agent:kim")

    yield lambda purpose: say(purpose, False)
    for purpose in Purpose:
        say(purpose, True)
    store.close()


def made(home: Path, speaker: Speaker) -> Turn:
    turn = Talk().user("recommend something", "recommend").turn(home)
    turn.speaker = speaker
    return turn


def replies(home: Path, action: GuardedAction, speaker: Speaker) -> list[Reply]:
    turn = made(home, speaker)
    with turn.services.store.reading() as session:
        action.act(turn, session)
    return turn.replies


def reasons(said: list[Reply]) -> set[str]:
    cards: list[dict[str, Any]] = [one.card for one in said if one.card]
    return {item["reason"] for card in cards for item in card["items"]}


def test_who_refuses_personalisation_gets_the_shops_favourites(home: Path, refuse: Refuse) -> None:
    assert replies(home, ActionRecommend(), SHOPPER)[0].response == "utter_recommend_for_you"
    refuse(Purpose.PERSONALISATION)
    said = replies(home, ActionRecommend(), SHOPPER)
    assert said[0].response == "utter_recommend_popular"
    anybody = {"popular at the moment", "from the shop's range"}
    assert reasons(said) <= anybody
    assert reasons(replies(home, ActionNextBestOffer(), AGENT)) <= anybody


def test_who_refuses_analytics_has_no_segment(home: Path, refuse: Refuse) -> None:
    assert replies(home, ActionCustomerSegment(), AGENT)[0].response == "utter_segment"
    refuse(Purpose.ANALYTICS)
    with pytest.raises(NoConsent):
        replies(home, ActionCustomerSegment(), AGENT)
    card = replies(home, ActionCustomerLookup(), AGENT)[1].card
    assert card is not None
    assert card["segment"] is None
    turn = made(home, AGENT)
    with turn.services.store.reading() as session:
        assert _segment(turn, session, ANN.id) is None
        assert _segment(turn, session, BOB.id) is not None


def test_an_agent_is_told_of_who_refuses_marketing(home: Path, refuse: Refuse) -> None:
    assert replies(home, ActionNextBestOffer(), AGENT)[0].values["note"] == ""
    refuse(Purpose.MARKETING)
    note = replies(home, ActionNextBestOffer(), AGENT)[0].values["note"]
    assert "does not want marketing" in note
