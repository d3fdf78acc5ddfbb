"""The guarded action that every action of ours is built on.

It checks the speaker's role, opens one transaction, keeps to a time budget, and turns every error
into a reply: those that we foresee into the one of their code, all others into an apology with
an error id under which the log tells the rest.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from abc import ABC, abstractmethod
from typing import ClassVar, Final

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions import again, cards, refusals, shown, suspension
from actions.calling import heed_anger
from actions.services import services
from actions.turn import SHOWN_SLOT, Reply, Turn
from analytics.errors import (
    AmbiguousProduct,
    ArtifactError,
    NotAuthorised,
    NotFittedError,
    Refused,
    SalesclerkError,
    StoreUnavailable,
)
from analytics.identity import Role
from analytics.store import catalogue

BUDGET_SECONDS: Final = 8.0
EVERYBODY: Final = frozenset(Role)
AGENTS: Final = frozenset({Role.AGENT})
FAULTS: Final = (ArtifactError, NotFittedError, StoreUnavailable)
"Errors of ours that the speaker can do nothing about."

logger = logging.getLogger(__name__)


class GuardedAction(Action, ABC):
    """An action that never ends in silence.

    Attributes:
        action_name: its name in the domain.
        roles: who may ask for it.
        writes: whether it changes the shop's data.
        answers: whether it answers a message, rather than hearing or asking for a form.
    """

    action_name: ClassVar[str]
    roles: ClassVar[frozenset[Role]] = EVERYBODY
    writes: ClassVar[bool] = False
    answers: ClassVar[bool] = True

    def name(self) -> str:
        return self.action_name

    @abstractmethod
    def act(self, turn: Turn, session: Session) -> list[EventType]:
        """Answer the message: `turn.say` and `turn.show`, and return events for Rasa.

        Raises:
            SalesclerkError: foreseen; nothing said or written so far is kept.
        """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Run `act` within the guard; Rasa's entry."""
        turn = Turn(tracker, domain, services())
        try:
            events = await asyncio.wait_for(asyncio.to_thread(self._transact, turn), BUDGET_SECONDS)
        except SalesclerkError as error:
            turn.replies = self.explain(turn, error)
            events = self.recover(turn, error)
        except Exception as error:  # noqa: BLE001 - the one place where nothing may pass
            turn.replies = self._apologise("utter_error_internal")
            events = self.recover(turn, error)
        events = [*listed(turn), *events, *self.settle(turn, events)]
        if self.answers:
            events += heed_anger(turn, events)
        events += await asyncio.to_thread(_afterwards, turn)
        _send(turn.replies, dispatcher)
        return events

    def settle(self, turn: Turn, events: list[EventType]) -> list[EventType]:
        """Return what else the answer leads to: a form is left, or one set aside comes back."""
        if any(event["event"] == "user" for event in events):
            return []
        loops = [event["name"] for event in events if event["event"] == "active_loop"]
        left = [] if loops else suspension.leave(turn)
        under_way = loops[-1] if loops else turn.form and not left
        dropped = any(event.get("name") == suspension.SUSPENDED_SLOT for event in events)
        return left if under_way or dropped else [*left, *suspension.resume(turn)]

    def _transact(self, turn: Turn) -> list[EventType]:
        store = turn.services.store
        with store.transaction() if self.writes else store.reading() as session:
            if events := self.redirect(turn, session):
                return events
            if turn.speaker.role not in self.roles:
                raise NotAuthorised(f"{self.name()} is not for a {turn.speaker.role.value}")
            events = self.act(turn, session)
            shown.notice(turn, session, events)
            return events

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        """Return the events that follow an error."""
        return []

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        """Return the events by which the message is heard as a part of what came before."""
        return again.follow_up(turn, session)

    def explain(self, turn: Turn, error: SalesclerkError) -> list[Reply]:
        """Return what is said of an error."""
        response = f"utter_error_{error.code}"
        if isinstance(error, FAULTS):
            return self._apologise(response)
        logger.info("%s: %s", self.name(), type(error).__name__)
        if isinstance(error, Refused):
            return [refusals.reply(turn, error)]
        if isinstance(error, AmbiguousProduct):
            with turn.services.store.reading() as session:
                buttons = choose_product(turn, session, error.candidates)
            return [Reply(response, values=error.values, buttons=buttons)]
        return [Reply(response, values=error.values)]

    def _apologise(self, response: str) -> list[Reply]:
        error_id = secrets.token_hex(4)
        logger.exception("error %s in %s", error_id, self.name())
        return [
            Reply(response, values={"error_id": error_id}),
            Reply(card={"type": "error", "error_id": error_id}),
        ]


def _afterwards(turn: Turn) -> list[EventType]:
    """Do what the turn has left for afterwards; its answer does not suffer where that fails."""
    if not turn.afterwards:
        return []
    said = list(turn.replies)
    try:
        with turn.services.store.transaction() as session:
            return [event for write in turn.afterwards for event in write(session)]
    except Exception:
        logger.exception("what an answer leaves to be written was not")
        turn.replies = said
        return []


def choose_product(turn: Turn, session: Session, product_ids: list[str]) -> list[dict[str, str]]:
    """Return a button for each product, which asks the same question of that product."""
    intent = "inform" if turn.form else turn.intent
    return [
        {
            "title": catalogue.title(product, turn.language),
            "payload": cards.payload(intent, product.id),
        }
        for product in catalogue.by_ids(session, product_ids).values()
    ]


def listed(turn: Turn) -> list[EventType]:
    """Return the event that keeps the list that this answer shows, to be picked from later."""
    codes: list[str] = []
    intent = None
    for reply in turn.replies:
        card = reply.card or {}
        items = [card] if card.get("type") == "order" else card.get("items", [])
        codes += [str(one["id"]) for one in items if "id" in one]
        for button in reply.buttons:
            if offered := cards.read_payload(button["payload"]):
                intent, code = offered
                codes.append(code)
    return [SlotSet(SHOWN_SLOT, {"codes": codes, "intent": intent})] if len(codes) > 1 else []


def _send(replies: list[Reply], dispatcher: CollectingDispatcher) -> None:
    for reply in replies:
        if reply.card is not None:
            dispatcher.utter_message(json_message=reply.card)
        else:
            dispatcher.utter_message(
                text=reply.text,
                response=reply.response,
                buttons=reply.buttons,
                **dict(reply.values),
            )
