"""Calling a person: who is offered one, and what she is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import identity, mood, suspension
from actions.turn import EXTRACT, Turn
from analytics.errors import InvalidToken
from analytics.handoff import Call, Called, Mood, Summary
from analytics.handoff.desk import ELSEWHERE
from analytics.handoff.views import card
from analytics.identity import Role, Speaker, past_speaker
from analytics.store import customers
from analytics.store.models import Customer, HandoffReason, HandoffState

OFFER_SLOT: Final = "offered"
"What a yes would take up: `person`, with the reason behind a colon where it is not a request."
PERSON: Final = "person"
MISSES_SLOT: Final = "misses"
MOST_TOLD: Final = 10
"Of intents, orders, quotes and actions in a summary."
NOT_TRIED: Final = frozenset({"action_listen", "action_session_start", EXTRACT})


def person_button(turn: Turn) -> dict[str, str]:
    """Return the button that calls a person."""
    return turn.button("utter_button_person", "/contact_human_agent")


def offered(reason: HandoffReason = HandoffReason.REQUEST) -> EventType:
    """Return the event after which a yes calls a person, for this reason."""
    named = PERSON if reason is HandoffReason.REQUEST else f"{PERSON}:{reason}"
    return SlotSet(OFFER_SLOT, named)


def reason_offered(turn: Turn) -> HandoffReason | None:
    """Return why a person was offered just now, or None where none was."""
    kind, _, reason = str(turn.slots.get(OFFER_SLOT) or "").partition(":")
    if kind != PERSON:
        return None
    return HandoffReason(reason) if reason else HandoffReason.REQUEST


def call_person(turn: Turn, session: Session, reason: HandoffReason) -> list[EventType]:
    """Call a person to the conversation, and say what the customer may expect."""
    now = turn.services.now()
    called = turn.services.handoff_desk.call(session, _call(turn, session, reason), now)
    _say(turn, session, called)
    return [SlotSet(OFFER_SLOT, None), SlotSet(MISSES_SLOT, None), *suspension.drop()]


def heed_anger(turn: Turn, events: list[EventType]) -> list[EventType]:
    """Offer a person to an angry customer, or call one, by the shop's policy.

    In the midst of a form nothing is offered, as a yes would be taken for the form's answer.

    Args:
        events: what the answer leads to; where a form begins, or the message is heard anew, it is
            too early to tell.
    """
    angry = mood.of_message(turn.messages()[0]) is Mood.ANGRY
    goes_on = any(event["event"] in ("active_loop", "user") for event in events)
    if not angry or goes_on or turn.speaker.role is not Role.SHOPPER:
        return []
    limits = turn.services.handoff_desk.policy.anger
    count = mood.angry_messages(turn)
    if count >= limits.call:
        turn.afterwards.append(lambda session: call_person(turn, session, HandoffReason.ANGER))
        return []
    is_offered = any(event.get("name") == OFFER_SLOT and event.get("value") for event in events)
    if count < limits.offer or is_offered or turn.form:
        return []
    turn.say("utter_offer_person_anger", buttons=[person_button(turn)])
    return [offered(HandoffReason.ANGER)]


def take_over(turn: Turn, session: Session, agent: str) -> None:
    """Give the conversation to an agent who takes it unasked.

    Raises:
        HandoffConflict: another agent has it.
    """
    desk, now = turn.services.handoff_desk, turn.services.now()
    desk.take(session, _call(turn, session, HandoffReason.AGENT), agent, now)


def _say(turn: Turn, session: Session, called: Called) -> None:
    handoff = called.handoff
    if handoff is None:
        if opens := called.opens_at:
            day, time = turn.texts.date(opens.date()), f"{opens:%H:%M}"
            turn.say("utter_handoff_closed", ticket=called.ticket_id, day=day, time=time)
        else:
            turn.say("utter_handoff_ticket", ticket=called.ticket_id)
        turn.show({"type": "handoff", "ticket_id": called.ticket_id, "state": "closed"})
        return
    if handoff.state == HandoffState.HUMAN:
        turn.show(card(handoff))
        return
    place = turn.services.handoff_desk.queue(session, handoff, turn.services.now())
    if turn.channel == ELSEWHERE:
        # The other system has its own queue, and the bot is silent from now on.
        turn.say("utter_handoff_elsewhere", ticket=called.ticket_id)
        turn.show(card(handoff, place))
        return
    turn.say(
        "utter_handoff",
        buttons=[turn.button("utter_button_stop_waiting", "/stop")],
        ticket=called.ticket_id,
        position=place[0],
        minutes=place[1],
    )
    turn.show(card(handoff, place))


def _call(turn: Turn, session: Session, reason: HandoffReason) -> Call:
    customer = _customer(turn)
    transcript = [
        {"sender": "customer" if who == "user" else "bot", "text": text}
        for who, text in turn.transcript()
        if not text.startswith("/")
    ]
    return Call(
        conversation_id=turn.conversation_id,
        subject=customer.subject,
        customer_id=_known_id(turn, customer),
        reason=reason,
        summary=_summary(turn, session, customer, reason),
        transcript=transcript,
    )


def _summary(turn: Turn, session: Session, customer: Speaker, reason: HandoffReason) -> Summary:
    customer_id = _known_id(turn, customer)
    known = customers.get(session, customer_id) if customer_id else None
    return Summary(
        reason=reason,
        language=turn.language,
        mood=mood.of_conversation(turn),
        verified=customer_id is not None,
        customer=_contact(known) if known else None,
        intents=turn.earlier_intents(MOST_TOLD)[::-1],
        orders=_shown(turn, "order"),
        quotes=_shown(turn, "quote"),
        tried=_tried(turn),
        last_error=_last_error(turn),
    )


def _contact(customer: Customer) -> dict[str, str | None]:
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
    }


def _customer(turn: Turn) -> Speaker:
    """Return whose conversation it is; where an agent acts in a customer's, the customer."""
    for message in turn.messages():
        context = (message.get("metadata") or {}).get("context")
        if not isinstance(context, str):
            continue
        try:
            speaker = past_speaker(context, turn.services.settings.secrets)
        except InvalidToken:
            # Signed with a key that was changed since: an older message can't be told whose it is.
            continue
        if speaker.role is Role.SHOPPER:
            return speaker
    return turn.speaker


def _known_id(turn: Turn, customer: Speaker) -> str | None:
    proven = identity.known_guest(turn)
    return customer.customer_id or (proven.customer_id if proven else None)


def _shown(turn: Turn, kind: str) -> list[str]:
    """Return the numbers on the cards of this type that were shown, the last ones, oldest first."""
    found: dict[str, None] = {}
    for shown in _cards(turn):
        if shown.get("type") == kind and "id" in shown:
            found[str(shown["id"])] = None
    return list(found)[-MOST_TOLD:]


def _tried(turn: Turn) -> list[str]:
    names = [
        str(event["name"])
        for event in turn.events
        if event.get("event") == "action" and str(event.get("name")).startswith("action_")
    ]
    told = [name for name in names if name not in NOT_TRIED and not name.startswith("action_ask_")]
    return [name.removeprefix("action_") for name in told][-MOST_TOLD:]


def _last_error(turn: Turn) -> str | None:
    ids = [str(one["error_id"]) for one in _cards(turn) if one.get("type") == "error"]
    return ids[-1] if ids else None


def _cards(turn: Turn) -> list[Mapping[str, Any]]:
    """Return the cards shown in the conversation, oldest first."""
    return [
        custom
        for event in turn.events
        if event.get("event") == "bot"
        and isinstance(custom := (event.get("data") or {}).get("custom"), dict)
    ]
