"""Server-sent events: what is said and happens, as it happens.

WHATWG HTML, "Server-sent events". A kept message has its number as the event's id, so a stream
that breaks goes on behind the last one heard.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic as clock
from typing import Any, Final

from sqlalchemy.orm import Session

from actions.desk.database import read, write
from actions.desk.hub import Hub, Listener
from actions.services import Services
from analytics.handoff import views
from analytics.store import handoffs
from analytics.store.models import Handoff, HandoffState, Sender

KEEP_ALIVE: Final = 15.0
"Seconds of silence after which a comment keeps proxies from closing the stream."
SEEN_EVERY: Final = 30.0
"Seconds between notes that the customer still has the page open."
Event = tuple[str, int | None, dict[str, Any]]
"Its kind, its number where it is kept, and its data."


@dataclass
class Place:
    """How far a customer's stream has come.

    Attributes:
        last: number of the last message sent.
        queue: place in the queue as told last.
        agent_here: whether the agent was at the desk as told last; None while no agent has it.
    """

    last: int
    queue: tuple[int, int] | None = None
    agent_here: bool | None = None


async def customer_stream(
    services: Services, hub: Hub, conversation_id: str, last: int | None
) -> AsyncGenerator[str]:
    """Yield what concerns a conversation.

    Args:
        last: number of the last message heard; None begins with the handoff under way.
    """
    place = Place(await read(services, _beginning, conversation_id) if last is None else last)
    listener = Listener(agent=None)
    seen = -SEEN_EVERY
    with hub.listening(listener):
        while True:
            listener.changed.clear()
            handoff, events = await read(services, _of_customer, services, conversation_id, place)
            if handoff is not None and clock() - seen >= SEEN_EVERY:
                seen = clock()
                await write(services, _seen, services, handoff.id)
            hub.show(listener, handoff and handoff.id)
            for event in [*events, *_agent_here(hub, handoff, place), *_signals(listener)]:
                yield _format(event)
            if await _quiet(listener):
                yield ":\n\n"


async def agent_stream(
    services: Services, hub: Hub, agent: str, last: int | None
) -> AsyncGenerator[str]:
    """Yield what happens in all conversations that a person is called to, or has."""
    place = Place(await read(services, handoffs.latest) if last is None else last)
    listener = Listener(agent)
    watched: frozenset[int] = frozenset()
    with hub.listening(listener):
        while True:
            listener.changed.clear()
            events = await read(services, _of_agent, place)
            before, watched = watched, hub.watched()
            changes = sorted(before ^ watched)
            events += [_presence("customer", number, number in watched) for number in changes]
            for event in [*events, *_signals(listener)]:
                yield _format(event)
            if await _quiet(listener):
                yield ":\n\n"


def _beginning(session: Session, conversation_id: str) -> int:
    """Return the number before the first message of the handoff under way, else the last of all."""
    handoff = handoffs.under_way(session, conversation_id)
    said = handoffs.said(session, handoff.id) if handoff else ()
    return said[0].id - 1 if said else handoffs.latest(session)


def _of_customer(
    session: Session, services: Services, conversation_id: str, place: Place
) -> tuple[Handoff | None, list[Event]]:
    now = services.now()
    events: list[Event] = []
    for message, _ in handoffs.since(session, place.last, conversation_id):
        place.last = message.id
        events.append(("message", message.id, views.message(message)))
    handoff = handoffs.under_way(session, conversation_id)
    if handoff is None:
        return None, events
    if handoff.state == HandoffState.REQUESTED:
        events += _moved(session, services, handoff, place, now)
    return handoff, events


def _seen(session: Session, services: Services, handoff_id: int) -> None:
    desk = services.handoff_desk
    desk.seen(session, desk.get(session, handoff_id), Sender.CUSTOMER, services.now())


def _moved(
    session: Session, services: Services, handoff: Handoff, place: Place, now: datetime
) -> Iterator[Event]:
    """Yield the place in the queue where it is another than told before; it is not kept."""
    queue = services.handoff_desk.queue(session, handoff, now)
    if place.queue not in (None, queue):
        data = {"sender": str(Sender.STATE), "custom": views.card(handoff, queue)}
        yield ("message", None, {**data, "at": now.isoformat()})
    place.queue = queue


def _of_agent(session: Session, place: Place) -> list[Event]:
    events: list[Event] = []
    for message, handoff in handoffs.since(session, place.last):
        place.last = message.id
        if message.sender == Sender.STATE:
            events.append(("handoff", message.id, views.row(session, handoff)))
        events.append(("message", message.id, views.message(message)))
    return events


def _signals(listener: Listener) -> Iterator[Event]:
    while not listener.signals.empty():
        signal = listener.signals.get_nowait()
        data = {"handoff_id": signal.handoff_id, "sender": signal.sender, **signal.data}
        yield (signal.kind, None, data)


def _agent_here(hub: Hub, handoff: Handoff | None, place: Place) -> Iterator[Event]:
    """Yield whether the agent who has the conversation is at the desk, where that has changed."""
    here = hub.present(handoff.agent) if handoff and handoff.agent else None
    if handoff and here is not None and here != place.agent_here:
        yield _presence("agent", handoff.id, here)
    place.agent_here = here


def _presence(sender: str, handoff_id: int, present: bool) -> Event:
    return ("presence", None, {"handoff_id": handoff_id, "sender": sender, "present": present})


async def _quiet(listener: Listener) -> bool:
    """Wait until something happens; return whether nothing has for `KEEP_ALIVE`."""
    try:
        await asyncio.wait_for(listener.changed.wait(), KEEP_ALIVE)
    except TimeoutError:
        return True
    return False


def _format(event: Event) -> str:
    kind, number, data = event
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
