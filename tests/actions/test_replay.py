"""What an action returns to have an earlier message heard again."""

from __future__ import annotations

from typing import Any, cast

import pytest
from rasa_sdk import Tracker

from actions.replay import replay
from actions.services import Services
from actions.turn import Turn

ORDER = {"entity": "code", "value": "SC100234", "start": 5, "end": 13}


def message(text: str, intent: str, *entities: dict[str, Any], context: str) -> dict[str, Any]:
    """Return the event of a user's message, as Rasa hands it over."""
    metadata = {"context": context}
    return {
        "event": "user",
        "timestamp": 1.0,
        "text": text,
        "input_channel": "widget",
        "message_id": context,
        "metadata": metadata,
        "parse_data": {
            "text": text,
            "intent": {"name": intent, "confidence": 0.4},
            "entities": list(entities),
            "message_id": context,
            "metadata": metadata,
        },
    }


ASKED = message("bill SC100234", "nlu_ambiguous", ORDER, context="first")
CHOSEN = message("/clarify", "clarify", context="second")


def turn(form: str | None = None) -> Turn:
    events = [ASKED, {"event": "action", "name": "action_ask_meaning"}, CHOSEN]
    loop = {"name": form} if form else {}
    tracker = Tracker("ann", {}, CHOSEN["parse_data"], events, False, None, loop, "action_clarify")
    return Turn(tracker, {}, cast(Services, None))


def test_original_message_with_another_meaning() -> None:
    listen, heard = replay(turn(), ASKED, "get_invoice")
    assert (listen["event"], listen["name"]) == ("action", "action_listen")
    assert heard["event"] == "user"
    assert heard["text"] == "bill SC100234"
    assert heard["parse_data"]["intent"] == {"name": "get_invoice", "confidence": 1.0}
    assert heard["parse_data"]["entities"] == [ORDER]


def test_speaker_and_channel_are_those_of_the_latest_message() -> None:
    heard = replay(turn(), ASKED, "get_invoice")[-1]
    assert heard["metadata"] == {"context": "second"}
    assert heard["message_id"] == "second"
    assert heard["input_channel"] == "widget"
    assert not {"metadata", "message_id"} & heard["parse_data"].keys()


def test_all_can_be_replaced_and_nothing_must_be() -> None:
    same = replay(turn(), ASKED)[-1]["parse_data"]
    assert same["intent"]["name"] == "nlu_ambiguous"
    other = replay(turn(), ASKED, "inform", entities=[], text="30")[-1]
    assert (other["text"], other["parse_data"]["text"]) == ("30", "30")
    assert other["parse_data"]["entities"] == []
    assert ASKED["parse_data"]["entities"] == [ORDER]


@pytest.mark.parametrize(("form", "expected"), [(None, []), ("quote_form", ["quote_form"])])
def test_form_under_way_listens_again(form: str | None, expected: list[str]) -> None:
    events = replay(turn(form), ASKED, "get_invoice")
    assert [one["name"] for one in events if one["event"] == "active_loop"] == expected
    assert [one["event"] for one in events[-2:]] == ["action", "user"]
