"""What a correction refers to, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.again import merge
from actions.base import listed
from actions.cards import payload
from actions.history import last_request, last_said
from actions.language import asked_for
from actions.quotes import ValidateQuoteForm
from actions.suspension import resume, suspend
from actions.turn import Entity
from analytics.errors import NotOnList
from tests.actions.conversation import Talk, entity


def at(text: str, name: str, value: str, bound: str | None = None) -> Entity:
    start = text.index(value)
    return Entity(name, value, start, start + len(value), bound)


def test_merge_puts_the_new_in_the_place_of_the_old() -> None:
    known = "where is SC1 since monday"
    text, entities = merge(
        known,
        [at(known, "code", "SC1"), at(known, "date", "monday")],
        [Entity("code", "SC100", 9, 14)],
    )
    assert text == "where is SC100 since monday"
    assert entities == [at(text, "code", "SC100"), at(text, "date", "monday")]


def test_merge_takes_a_code_for_product_words() -> None:
    known = "show me lamps"
    text, entities = merge(known, [at(known, "product", "lamps")], [Entity("code", "LAMP-2", 0, 6)])
    assert text == "show me LAMP-2"
    assert entities == [at(text, "code", "LAMP-2")]


def test_merge_keeps_the_limit_of_an_amount() -> None:
    known = "something under 50"
    text, entities = merge(known, [at(known, "money", "50", "max")], [Entity("number", "30", 0, 2)])
    assert (text, entities) == ("something under 30", [at(text, "money", "30", "max")])


def test_merge_adds_what_is_new() -> None:
    text, entities = merge("recommend something", [], [Entity("money", "30", 0, 2, "max")])
    assert text == "recommend something 30"
    assert entities == [at(text, "money", "30", "max")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sorry, 30 not 20", ["30"]), ("不是20是30", ["30"]), ("20 should be 30", ["30"])],
)
def test_the_new_value_wins(tmp_path: Path, text: str, expected: list[str]) -> None:
    talk = Talk().user("quote 20", "request_quote", entity("number", 20))
    talk.user(text, "correct", entity("number", 20), entity("number", 30))
    assert [one.value for one in talk.turn(tmp_path).entities("number")] == expected


def test_what_is_taken_back_is_not_wanted(tmp_path: Path) -> None:
    talk = Talk().user(
        "not the desk lamp, the floor lamp",
        "correct",
        entity("product", "desk lamp"),
        entity("product", "floor lamp"),
    )
    assert talk.turn(tmp_path).wanted == " , the floor lamp"


def test_two_of_a_kind_are_both_meant_where_neither_is_taken_back(tmp_path: Path) -> None:
    talk = Talk().user(
        "quote A1 and B2", "request_quote", entity("code", "A1"), entity("code", "B2")
    )
    assert [one.value for one in talk.turn(tmp_path).entities("code")] == ["A1", "B2"]


SHOWN = {"codes": ["A1", "B2", "C3"], "intent": None}


@pytest.mark.parametrize(("place", "code"), [(2, "B2"), (-1, "C3"), (-2, "B2")])
def test_a_place_on_the_list_is_a_code(tmp_path: Path, place: int, code: str) -> None:
    talk = Talk(shown=SHOWN).user("the one", "inform", entity("ordinal", place, said="the one"))
    assert talk.turn(tmp_path).entity("code") == code


def test_a_place_beyond_the_list(tmp_path: Path) -> None:
    talk = Talk(shown=SHOWN).user("the fourth", "inform", entity("ordinal", 4, said="the fourth"))
    with pytest.raises(NotOnList) as error:
        talk.turn(tmp_path).entity("code")
    assert error.value.values == {"count": 3}


def test_without_a_list_a_place_means_nothing(tmp_path: Path) -> None:
    talk = Talk().user("the second one", "inform", entity("ordinal", 2, said="the second one"))
    assert talk.turn(tmp_path).entity("code") is None


def test_the_last_request_is_behind_the_talk(tmp_path: Path) -> None:
    talk = Talk().user("which segment", "customer_segment").action("action_customer_segment")
    talk.user("thanks", "thank").action("utter_welcome").user("no, C2", "correct")
    last = last_request(talk.turn(tmp_path))
    assert last is not None
    assert (last.intent, last.completed) == ("customer_segment", None)


def test_the_last_request_is_the_form_that_was_completed(tmp_path: Path) -> None:
    talk = Talk().user("a quote", "request_quote").action("quote_form").loop("quote_form")
    talk.user("20", "inform").action("quote_form").loop(None).action("action_quote")
    last = last_request(talk.user("no, 30", "correct").turn(tmp_path))
    assert last is not None
    assert (last.completed, last.action) == ("quote_form", "action_quote")


def test_nothing_is_asked_again_after_a_stop(tmp_path: Path) -> None:
    talk = Talk().user("which segment", "customer_segment").action("action_customer_segment")
    talk.user("stop", "stop").action("action_stop")
    assert last_request(talk.user("no, C2", "correct").turn(tmp_path)) is None


def test_what_was_said_to_one_message_with_two_requests(tmp_path: Path) -> None:
    talk = Talk().user("a", "ask_faq").action("action_answer_faq").bot("one")
    talk.user("b", "ask_faq").action("action_answer_faq").bot("two")
    talk.events[3]["message_id"] = talk.events[0]["message_id"]
    said = last_said(talk.user("again", "repeat").turn(tmp_path))
    assert [event["text"] for event in said] == ["one", "two"]


Waiting = list[dict[str, Any]]


def aside(*forms: str) -> Waiting:
    """Return forms set aside without answers, the latest last."""
    return [{"form": form, "answers": {}} for form in forms]


def begun(*forms: str, waiting: Waiting | None = None, text: str = "b") -> Talk:
    """Return a conversation in which the last of the forms begins in the midst of the first."""
    before, now = forms
    talk = Talk(suspended=waiting).user("a", "a")
    for form in waiting or []:
        talk.loop(form["form"])
    talk.action(before).loop(before)
    return talk.user(text, "b").loop(now)


def test_a_form_in_the_midst_of_another_sets_it_aside(tmp_path: Path) -> None:
    turn = begun("quote_form", "product_form").turn(tmp_path)
    assert [event["value"] for event in suspend(turn, "product_form", turn.form_before)] == [
        aside("quote_form")
    ]
    assert not turn.replies


def test_who_drops_the_first_form_is_not_led_back(tmp_path: Path) -> None:
    turn = begun("quote_form", "product_form", text="never mind, how much is it?").turn(tmp_path)
    assert [event["value"] for event in suspend(turn, "product_form", turn.form_before)] == [None]
    assert [reply.response for reply in turn.replies] == ["utter_left"]


def test_the_oldest_of_three_is_let_go(tmp_path: Path) -> None:
    talk = begun("product_form", "other_form", waiting=aside("quote_form", "track_order_form"))
    turn = talk.turn(tmp_path)
    assert [event["value"] for event in suspend(turn, "other_form", turn.form_before)] == [
        aside("track_order_form", "product_form")
    ]
    assert [reply.response for reply in turn.replies] == ["utter_let_go"]


def test_a_form_begun_again_does_not_wait_for_itself(tmp_path: Path) -> None:
    turn = begun("product_form", "quote_form", waiting=aside("quote_form")).turn(tmp_path)
    assert [event["value"] for event in suspend(turn, "quote_form", turn.form_before)] == [
        aside("product_form")
    ]


def test_the_form_set_aside_last_comes_back(tmp_path: Path) -> None:
    waiting = [*aside("quote_form"), {"form": "product_form", "answers": {"product_asked": "A1"}}]
    talk = Talk(suspended=waiting)
    talk.loop("quote_form").loop("product_form").loop(None)
    turn = talk.user("x", "x").turn(tmp_path)
    slot, answer, loop = resume(turn)
    assert (slot["value"], loop["name"]) == (aside("quote_form"), "product_form")
    assert (answer["name"], answer["value"]) == ("product_asked", "A1")
    assert [reply.response for reply in turn.replies] == ["utter_back"]


def test_an_error_never_completes_a_form_with_answers_of_an_earlier_time(tmp_path: Path) -> None:
    talk = Talk(quote_products=["A1"], quote_quantities=[20])
    turn = talk.user("a quote", "request_quote").loop("quote_form").turn(tmp_path)
    events = ValidateQuoteForm().recover(turn, ValueError())
    slots = {event["name"]: event["value"] for event in events}
    assert slots["quote_products"] is None
    assert slots["requested_slot"] == "quote_products"


def test_an_error_in_the_midst_of_a_form_leads_to_its_question(tmp_path: Path) -> None:
    talk = Talk(quote_products=["A1"], requested_slot="quote_quantities")
    talk.user("a quote", "request_quote").loop("quote_form").action("quote_form")
    turn = talk.user("20", "inform").turn(tmp_path)
    events = ValidateQuoteForm().recover(turn, ValueError())
    slots = {event["name"]: event["value"] for event in events}
    assert slots == {"quote_quantities": None, "requested_slot": "quote_quantities"}


def test_a_form_of_an_earlier_session_does_not_come_back(tmp_path: Path) -> None:
    talk = Talk(suspended=aside("quote_form")).loop("quote_form").loop("product_form")
    talk.events.append({"event": "session_started"})
    turn = talk.user("x", "x").turn(tmp_path)
    assert resume(turn) == []
    assert not turn.replies


def test_a_list_is_kept_in_the_order_shown_with_what_it_was_for(tmp_path: Path) -> None:
    turn = Talk().user("x", "x").turn(tmp_path)
    turn.show({"type": "order", "id": "SC1"})
    others = [{"title": one, "payload": payload("track_order", one)} for one in ("SC2", "SC3")]
    turn.say("utter_other_orders", buttons=others)
    assert [event["value"] for event in listed(turn)] == [
        {"codes": ["SC1", "SC2", "SC3"], "intent": "track_order"}
    ]


def test_one_thing_is_no_list(tmp_path: Path) -> None:
    turn = Talk().user("x", "x").turn(tmp_path)
    turn.show({"type": "products", "items": [{"id": "A1"}]})
    turn.say("utter_deny", buttons=[{"title": "Person", "payload": "/contact_human_agent"}])
    assert listed(turn) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("in Chinese please", "zh"), ("请说英文", "en"), ("another language please", "zh")],
)
def test_the_language_asked_for(tmp_path: Path, text: str, expected: str) -> None:
    written_in = "zh" if text.startswith("请") else "en"
    turn = Talk(language=written_in).user(text, "change_language").turn(tmp_path)
    assert asked_for(turn) == expected
