"""What a message says of a wish."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from actions import phrases
from actions.again import follow_up
from actions.explain import ActionExplain
from actions.offering import offer
from actions.turn import Entity
from actions.wish_reading import CHEAPER, DEARER, count, moved, with_amounts
from actions.wishes import EVERY_LIMIT, Wanted, keep, looked_at, under_way
from analytics.errors import ArtifactError
from analytics.identity import Role, Speaker
from tests.actions.conversation import Talk, entity


def amounts(text: str, name: str, *values: tuple[str, str | None]) -> list[Entity]:
    """Return amounts as they are marked in a text: the value as it is written, and its bound."""
    found = []
    for value, bound in values:
        start = text.index(value)
        found.append(Entity(name, value, start, start + len(value), bound))
    return found


@pytest.mark.parametrize(
    ("text", "name", "values", "expected"),
    [
        ("under 50", "money", [("50", "max")], (None, "50")),
        ("at least 50", "number", [("50", None)], ("50", None)),
        ("100 tops", "number", [("100", None)], (None, "100")),
        ("around £40", "money", [("40", None)], (None, "40")),
        ("nothing over 60", "money", [("60", "min")], (None, "60")),
        ("between 20 and 40", "number", [("20", None), ("40", None)], ("20", "40")),
        ("from 40 to 20", "number", [("40", None), ("20", None)], ("20", "40")),
        ("over 100 and under 50", "money", [("100", "min"), ("50", "max")], ("100", "50")),
        ("100以上50以下", "money", [("100", "min"), ("50", "max")], ("100", "50")),
        ("最多35", "number", [("35", None)], (None, "35")),
        ("show me 3", "number", [("3", None)], (None, None)),
        ("for 2 people", "number", [("2", None)], (None, None)),
    ],
)
def test_price_limits(
    text: str,
    name: str,
    values: list[tuple[str, str | None]],
    expected: tuple[str | None, str | None],
) -> None:
    wanted = with_amounts(text, amounts(text, name, *values), Wanted())
    assert (wanted.least, wanted.most) == expected


def test_a_new_limit_replaces_an_old_one_that_it_contradicts() -> None:
    before = Wanted(least="20", most="40")
    text = "under 10"
    wanted = with_amounts(text, amounts(text, "money", ("10", "max")), before)
    assert (wanted.least, wanted.most) == (None, "10")
    text = "under 30"
    wanted = with_amounts(text, amounts(text, "money", ("30", "max")), before)
    assert (wanted.least, wanted.most) == ("20", "30")
    text = "no, under 20"
    wanted = with_amounts(text, amounts(text, "money", ("20", "max")), before)
    assert (wanted.least, wanted.most) == (None, "20")


def test_cheaper_and_dearer_go_on_from_one_another() -> None:
    cheap = moved(Wanted(), CHEAPER, Decimal(30))
    assert (cheap.least, cheap.most) == (None, "29.99")
    cheaper = moved(cheap, CHEAPER, Decimal(50))
    assert cheaper.most == "29.99"
    dear = moved(cheaper, DEARER, Decimal(40))
    assert (dear.least, dear.most) == ("40.01", None)
    between = moved(Wanted(most="60"), DEARER, Decimal(40))
    assert (between.least, between.most) == ("40.01", "60")


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("show me two", "two", 2),
        ("3 ideas please", "3", 3),
        ("再来两个", "两", 2),
        ("show me 200", "200", None),
        ("for 2 people", "2", None),
    ],
)
def test_how_many(tmp_path: Path, text: str, said: str, expected: int | None) -> None:
    value = {"two": 2, "两": 2}.get(said) or int(said)
    talk = Talk().user(text, "refine_products", entity("number", value, said=said))
    assert count(talk.turn(tmp_path)) == expected


def test_how_many_of_a_measure_word(tmp_path: Path) -> None:
    assert count(Talk().user("推荐三款", "recommend").turn(tmp_path)) == 3


def test_limits_are_dropped_one_by_one_or_all() -> None:
    wanted = Wanted(customer="C1", like="A", most="5", without_kinds=("lamps",), count=2)
    assert wanted.limits == ["most", "without_kinds"]
    assert wanted.dropping("most").limits == ["without_kinds"]
    assert wanted.dropping(EVERY_LIMIT) == Wanted(customer="C1", like="A", count=2)
    assert wanted.dropping("customer") == Wanted(
        like="A", most="5", without_kinds=("lamps",), count=2
    )


def test_limits_that_meet_leave_one_price() -> None:
    assert not Wanted(least="5", most="5").contradicts_itself
    assert Wanted(least="5.01", most="5").contradicts_itself


def test_a_wish_is_kept_as_it_is(tmp_path: Path) -> None:
    wanted = Wanted(like="A", most="5", categories=("toys",), unwanted=("B", "C"), count=2)
    kept = {
        name: list(v) if isinstance(v, tuple) else v for name, v in keep(wanted)["value"].items()
    }
    assert under_way(Talk(wish=kept).user("more", "refine_products").turn(tmp_path)) == wanted
    assert under_way(Talk().user("more", "refine_products").turn(tmp_path)) is None


def test_what_was_looked_at_comes_newest_first(tmp_path: Path) -> None:
    talk = Talk()
    for product in ("A", "B", "A", None):
        talk._add(event="slot", name="product_id", value=product)
    assert looked_at(talk.user("more", "recommend").turn(tmp_path)) == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", True),
        ("I don't want", True),
        ("stop showing me any", False),
        ("only", False),
        ("不要", True),
    ],
)
def test_phrases_at_the_end(text: str, expected: bool) -> None:
    assert phrases.ends("before", "leave_out", text) is expected


def test_phrases_taken_off() -> None:
    assert phrases.before_end("between", "leave_out", "stop showing me any more ") == "stop showing"
    assert phrases.after_beginning("between", "leave_out", " the other of those mugs") == (
        "other of those mugs"
    )
    assert phrases.behind("before", "leave_out", "but no lamps") == " lamps"
    assert phrases.behind("before", "leave_out", "lamps") is None


def replayed(talk: Talk, tmp_path: Path) -> str | None:
    """Return the intent as which the last message is heard again, or None."""
    turn = talk.turn(tmp_path)
    with turn.services.store.reading() as session:
        heard = [one for one in follow_up(turn, session) if one["event"] == "user"]
    return heard[0]["parse_data"]["intent"]["name"] if heard else None


def test_cheaper_means_what_stands_on_the_table(tmp_path: Path) -> None:
    quote = Talk().user("quote 2", "request_quote").loop("quote_form").action("quote_form")
    quote.loop(None).action("action_quote").user("cheaper please", "refine_products")
    assert replayed(quote, tmp_path) == "negotiate_price"
    shown = Talk().user("recommend", "recommend").action("action_recommend")
    assert replayed(shown.user("too expensive", "negotiate_price"), tmp_path) == "refine_products"
    asked = Talk().user("recommend", "recommend").action("action_recommend")
    assert replayed(asked.user("can you do it for 15", "negotiate_price"), tmp_path) is None
    assert replayed(Talk().user("too expensive", "negotiate_price"), tmp_path) is None


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("under 30", "inform", "refine_products"),
        ("not lamps", "inform", "refine_products"),
        ("and no Acme", "nlu_fallback", "refine_products"),
        ("hm", "nlu_fallback", None),
        ("under 30", "product_search", None),
    ],
)
def test_a_bare_limit_refines_suggestions(
    tmp_path: Path, text: str, intent: str, expected: str | None
) -> None:
    talk = Talk().user("recommend", "recommend").action("action_recommend")
    amount = [entity("money", "30", bound="max")] if "30" in text else []
    assert replayed(talk.user(text, intent, *amount), tmp_path) == expected


def test_without_models_nothing_is_made_up(tmp_path: Path) -> None:
    turn = Talk().user("recommend", "recommend").turn(tmp_path)
    turn.speaker = Speaker("guest:a", Role.SHOPPER)
    turn.services.store.migrate()
    with turn.services.store.reading() as session:
        with pytest.raises(ArtifactError):
            offer(turn, session, Wanted())
        offer(turn, session, Wanted(least="5", most="4"))
    said = turn.replies[0]
    assert said.response == "utter_limits_contradict"
    payloads = [button["payload"] for button in said.buttons]
    assert payloads == ['/refine_products{"drop": "least"}', '/refine_products{"drop": "most"}']


def test_why_of_one_is_about_that_one(tmp_path: Path) -> None:
    items = [{"id": name, "title": name, "reason": f"for {name}"} for name in ("A", "B")]
    talk = Talk(shown={"codes": ["A", "B"], "intent": None}).user("recommend", "recommend")
    talk.action("action_recommend").bot("", custom={"type": "products", "items": items})
    talk.user("why the second one", "ask_why", entity("ordinal", 2, said="second one"))
    turn = talk.turn(tmp_path)
    with turn.services.store.reading() as session:
        ActionExplain().act(turn, session)
    assert turn.replies[0].response == "utter_why_products"
    assert turn.replies[0].values["reasons"] == turn.texts.get(
        "utter_why_product", product="B", reason="for B"
    )
