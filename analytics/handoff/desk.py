"""Who has a conversation: the bot, or a person; and how it passes from one to the other.

    bot -> requested -> human -> closed, and the bot has it again
                 \\______________/

A conversation without an open handoff is the bot's. All state is in the shop's database, so either
server may be started again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from analytics.errors import HandoffConflict, InvalidInput, UnknownHandoff
from analytics.handoff import views
from analytics.handoff.policy import HandoffPolicy
from analytics.handoff.summary import Summary, as_text
from analytics.store import handoffs, service
from analytics.store.models import (
    Handoff,
    HandoffMessage,
    HandoffOutcome,
    HandoffReason,
    HandoffState,
    Sender,
    TicketStatus,
)

Publish = Callable[[Session, str, dict[str, Any], datetime], None]
"""Called in the transaction of a change with an event's name, its data and when (UTC)."""

LONGEST_TEXT: Final = 4000
SEEN_EVERY: Final = timedelta(seconds=20)
"How exactly it is kept when somebody was last there."
OPEN: Final = (HandoffState.REQUESTED, HandoffState.HUMAN)
ELSEWHERE: Final = "chatwoot"
"Who claims what is handled in another system: that one tells its customers how it ends."
SOLVED: Final = frozenset({HandoffOutcome.CLOSED, HandoffOutcome.CANCELLED})
"Outcomes after which nobody has to look at the ticket any more."


@dataclass(frozen=True)
class Call:
    """A conversation for which a person is called.

    Attributes:
        subject: whose conversation it is, as the token names them.
        transcript: what was said so far, oldest first, each with `sender` and `text`.
    """

    conversation_id: str
    subject: str
    customer_id: str | None
    reason: HandoffReason
    summary: Summary
    transcript: Sequence[dict[str, str]]


@dataclass(frozen=True)
class Called:
    """What came of a call.

    Attributes:
        handoff: None while nobody is there; then the ticket alone waits.
        opens_at: when people are there again, in the shop's time zone, if nobody is there now.
    """

    ticket_id: str
    handoff: Handoff | None
    opens_at: datetime | None = None


class HandoffDesk:
    """Passes conversations between the bot and people, by the shop's policy.

    Every method works in the caller's transaction. Moments are UTC.
    """

    def __init__(self, policy: HandoffPolicy, publish: Publish = lambda *_: None) -> None:
        self.policy = policy
        self._publish = publish

    def call(self, session: Session, call: Call, at: datetime) -> Called:
        """Ask for a person: opens a ticket and a handoff, or returns those that are open."""
        if waiting := handoffs.under_way(session, call.conversation_id):
            return Called(waiting.ticket_id, waiting)
        ticket = service.open_ticket(
            session,
            conversation_id=call.conversation_id,
            customer_id=call.customer_id,
            subject=call.reason,
            body=as_text(call.summary, call.transcript),
            at=at,
        )
        opened = {"ticket_id": ticket.id, "conversation_id": call.conversation_id}
        if call.reason is not HandoffReason.AGENT and not self.policy.is_open(at):
            self._publish(session, "ticket.opened", opened, at)
            return Called(ticket.id, None, self.policy.opens_at(at))
        handoff = handoffs.add(
            session,
            Handoff(
                conversation_id=call.conversation_id,
                ticket_id=ticket.id,
                state=HandoffState.REQUESTED,
                reason=call.reason,
                requested_at=at,
                subject=call.subject,
                customer_id=call.customer_id,
                language=call.summary.language,
                summary=call.summary.as_json(),
                transcript=list(call.transcript),
                customer_seen_at=at,
            ),
        )
        if handoff.ticket_id != ticket.id:
            # Another message has called at the same moment: its ticket is the one that counts.
            session.delete(ticket)
            return Called(handoff.ticket_id, handoff)
        self._publish(session, "ticket.opened", opened, at)
        self._changed(session, handoff, "handoff.requested", at)
        return Called(handoff.ticket_id, handoff)

    def take(self, session: Session, call: Call, agent: str, at: datetime) -> Handoff:
        """Have an agent take a conversation that nobody has asked a person for.

        Raises:
            HandoffConflict: another agent has it.
        """
        called = self.call(session, call, at)
        if called.handoff is None:
            raise UnknownHandoff(call.conversation_id)
        return self.claim(session, called.handoff.id, agent, at)

    def claim(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Handoff:
        """Give a waiting conversation to an agent; once more, and it stays as it is.

        Raises:
            UnknownHandoff: there is none with this id.
            HandoffConflict: another agent has it, or it is over.
        """
        handoff = self.get(session, handoff_id)
        values = {
            "state": HandoffState.HUMAN,
            "agent": agent,
            "claimed_at": at,
            "agent_seen_at": at,
        }
        if handoffs.advance(session, handoff_id, [HandoffState.REQUESTED], values):
            self._changed(session, handoff, "handoff.claimed", at)
        elif handoff.state != HandoffState.HUMAN or handoff.agent != agent:
            raise HandoffConflict(handoff.state, handoff.agent)
        return handoff

    def reply(
        self,
        session: Session,
        handoff_id: int,
        agent: str,
        text: str,
        message_id: str,
        at: datetime,
    ) -> HandoffMessage:
        """Say something as the agent; the same message id again says nothing more.

        Raises:
            InvalidInput: the text is empty or too long.
            UnknownHandoff, HandoffConflict: not this agent's conversation.
        """
        if not text.strip() or len(text) > LONGEST_TEXT:
            raise InvalidInput("text", f"{len(text)} characters", f"1 to {LONGEST_TEXT} characters")
        handoff = self._own(session, handoff_id, agent)
        content = {"text": text.strip(), "agent": views.agent_name(agent)}
        message, new = handoffs.say(session, handoff_id, Sender.AGENT, message_id, content, at)
        handoff.agent_seen_at = at
        if new:
            self._publish(session, "message.agent", _said(handoff, message), at)
        return message

    def release(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Handoff:
        """Give the conversation back to the bot; the ticket stays open.

        Raises:
            UnknownHandoff, HandoffConflict: not this agent's conversation.
        """
        self._own(session, handoff_id, agent)
        return self._end(session, handoff_id, HandoffOutcome.RELEASED, at)

    def close(self, session: Session, handoff_id: int, agent: str, at: datetime) -> Handoff:
        """Give the conversation back to the bot, all done: the ticket is closed too.

        Raises:
            UnknownHandoff, HandoffConflict: not this agent's conversation.
        """
        self._own(session, handoff_id, agent)
        return self._end(session, handoff_id, HandoffOutcome.CLOSED, at)

    def cancel(self, session: Session, conversation_id: str, at: datetime) -> Handoff | None:
        """Stop waiting, because the customer wants that; None where nobody is waited for."""
        handoff = handoffs.under_way(session, conversation_id)
        if handoff is None or handoff.state != HandoffState.REQUESTED:
            return None
        ended = self._end(session, handoff.id, HandoffOutcome.CANCELLED, at)
        ended.announced_at = at
        return ended

    def hear(
        self, session: Session, conversation_id: str, message_id: str, text: str, at: datetime
    ) -> Handoff | None:
        """Keep the customer's words where a person is called or speaks; return that handoff."""
        handoff = handoffs.under_way(session, conversation_id)
        if handoff is None:
            return None
        message, new = handoffs.say(
            session, handoff.id, Sender.CUSTOMER, message_id, {"text": text}, at
        )
        handoff.customer_seen_at = at
        if new:
            self._publish(session, "message.customer", _said(handoff, message), at)
        return handoff

    def answered(
        self,
        session: Session,
        conversation_id: str,
        message_id: str,
        messages: Sequence[dict[str, Any]],
        at: datetime,
    ) -> None:
        """Keep what the bot answered while a person is waited for, so that the agent sees it."""
        handoff = handoffs.under_way(session, conversation_id)
        for place, content in enumerate(messages if handoff else ()):
            handoffs.say(session, handoff.id, Sender.BOT, f"{message_id}:{place}", content, at)  # type: ignore[union-attr]

    def announced(
        self,
        session: Session,
        handoff_id: int,
        message_id: str,
        messages: Sequence[dict[str, Any]],
        at: datetime,
    ) -> None:
        """Keep what the bot said of a handoff's end, which brings it to the customer's page."""
        self.get(session, handoff_id)
        for place, content in enumerate(messages):
            handoffs.say(session, handoff_id, Sender.BOT, f"{message_id}:{place}", content, at)

    def seen(self, session: Session, handoff: Handoff, sender: Sender, at: datetime) -> None:
        """Keep that the customer or the agent is there."""
        field = "agent_seen_at" if sender is Sender.AGENT else "customer_seen_at"
        before = getattr(handoff, field)
        if before is None or abs(at - before) >= SEEN_EVERY:
            setattr(handoff, field, at)

    def sweep(self, session: Session, at: datetime) -> list[Handoff]:
        """End what has waited too long, by the policy; return what was ended."""
        return [
            self._end(session, handoff.id, outcome, at)
            for handoff in handoffs.in_states(session, OPEN)
            if (outcome := self._overdue(session, handoff, at))
        ]

    def get(self, session: Session, handoff_id: int) -> Handoff:
        """Return a handoff.

        Raises:
            UnknownHandoff: there is none with this id.
        """
        handoff = handoffs.get(session, handoff_id)
        if handoff is None:
            raise UnknownHandoff(str(handoff_id))
        return handoff

    def queue(self, session: Session, handoff: Handoff, at: datetime) -> tuple[int, int]:
        """Return a waiting handoff's place in the queue, 1 for the next, and minutes to wait."""
        place = handoffs.ahead(session, handoff) + 1
        usual = handoffs.usual_length(session) or timedelta(minutes=self.policy.usual_minutes)
        agents = handoffs.agents_at_work(session, at - timedelta(hours=1))
        minutes = place * usual.total_seconds() / 60 / max(agents, 1)
        return place, max(1, round(minutes))

    def _own(self, session: Session, handoff_id: int, agent: str) -> Handoff:
        handoff = self.get(session, handoff_id)
        if handoff.state != HandoffState.HUMAN or handoff.agent != agent:
            raise HandoffConflict(handoff.state, handoff.agent)
        return handoff

    def _end(
        self, session: Session, handoff_id: int, outcome: HandoffOutcome, at: datetime
    ) -> Handoff:
        handoff = self.get(session, handoff_id)
        values = {"state": HandoffState.CLOSED, "outcome": outcome, "closed_at": at}
        if not handoffs.advance(session, handoff_id, OPEN, values):
            raise HandoffConflict(handoff.state, handoff.agent)
        if handoff.agent == ELSEWHERE:
            handoff.announced_at = at
        if outcome in SOLVED:
            service.set_ticket(session, handoff.ticket_id, TicketStatus.CLOSED)
        released = outcome is HandoffOutcome.RELEASED
        self._changed(session, handoff, "handoff.released" if released else "handoff.closed", at)
        return handoff

    def _overdue(self, session: Session, handoff: Handoff, at: datetime) -> HandoffOutcome | None:
        policy = self.policy
        if handoff.state == HandoffState.REQUESTED:
            late = at - handoff.requested_at >= timedelta(minutes=policy.wait_minutes)
            return HandoffOutcome.WAITED_TOO_LONG if late else None
        heard = handoff.customer_seen_at or handoff.requested_at
        if at - heard >= timedelta(minutes=policy.customer_gone_minutes):
            return HandoffOutcome.CUSTOMER_LEFT
        last = handoffs.last_said(session, handoff.id)
        if last is not None and last.sender == Sender.AGENT:
            return None
        active = max(
            moment
            for moment in (handoff.claimed_at, handoff.agent_seen_at, last.at if last else None)
            if moment is not None
        )
        silent = at - active >= timedelta(minutes=policy.agent_silent_minutes)
        return HandoffOutcome.AGENT_SILENT if silent else None

    def _changed(self, session: Session, handoff: Handoff, event: str, at: datetime) -> None:
        """Write the new state into the conversation, and tell the shop's systems."""
        state = HandoffState(handoff.state)
        place = self.queue(session, handoff, at) if state is HandoffState.REQUESTED else None
        card = views.card(handoff, place)
        handoffs.say(session, handoff.id, Sender.STATE, state, {"custom": card}, at)
        self._publish(session, event, views.row(session, handoff), at)


def _said(handoff: Handoff, message: HandoffMessage) -> dict[str, Any]:
    """Return something said as the shop's systems are told it, in the order of the conversation."""
    return {**views.message(message), "conversation_id": handoff.conversation_id}
