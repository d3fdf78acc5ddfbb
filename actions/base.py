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
from collections.abc import Iterable
from typing import ClassVar, Final

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions import cards
from actions.services import services
from actions.turn import Reply, Turn
from analytics.errors import (
    AmbiguousProduct,
    ArtifactError,
    NotAuthorised,
    NotFittedError,
    SalesclerkError,
    StoreUnavailable,
)
from analytics.identity import Role
from analytics.store import catalogue

BUDGET_SECONDS: Final = 8.0
REQUESTED_SLOT: Final = "requested_slot"
ANSWERS: Final = frozenset({"inform", "nlu_fallback", "product_search"})
"Intents of messages that may be a plain answer to a form's question."
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
    """

    action_name: ClassVar[str]
    roles: ClassVar[frozenset[Role]] = EVERYBODY
    writes: ClassVar[bool] = False

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
            turn.replies = self._explain(turn, error)
            events = []
        except Exception:  # noqa: BLE001 - the one place where nothing may pass
            turn.replies = self._apologise("utter_error_internal")
            events = []
        _send(turn.replies, dispatcher)
        return events

    def _transact(self, turn: Turn) -> list[EventType]:
        if turn.speaker.role not in self.roles:
            raise NotAuthorised(f"{self.name()} is not for a {turn.speaker.role.value}")
        store = turn.services.store
        with store.transaction() if self.writes else store.reading() as session:
            return self.act(turn, session)

    def _explain(self, turn: Turn, error: SalesclerkError) -> list[Reply]:
        response = f"utter_error_{error.code}"
        if isinstance(error, FAULTS):
            return self._apologise(response)
        logger.info("%s: %s", self.name(), type(error).__name__)
        if isinstance(error, AmbiguousProduct):
            with turn.services.store.reading() as session:
                buttons = choose_product(turn, session, error.candidates)
            return [Reply(response, error.values, buttons)]
        return [Reply(response, error.values)]

    def _apologise(self, response: str) -> list[Reply]:
        error_id = secrets.token_hex(4)
        logger.exception("error %s in %s", error_id, self.name())
        return [
            Reply(response, {"error_id": error_id}),
            Reply(card={"type": "error", "error_id": error_id}),
        ]


class FormValidation(GuardedAction):
    """The `validate_…` action of a form: what the message answers, and what to ask next.

    Attributes:
        form: the form's name in the domain.
    """

    form: ClassVar[str]

    def name(self) -> str:
        return f"validate_{self.form}"

    @abstractmethod
    def required(self, turn: Turn) -> Iterable[str]:
        """Return the slots to be filled for this speaker, in the order of asking."""

    @abstractmethod
    def extract(self, turn: Turn, session: Session, found: dict[str, object]) -> None:
        """Put the slots that this message answers into `found`; None for what does not do.

        Raises:
            SalesclerkError: an answer does not do; what was found before counts all the same.
        """

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found: dict[str, object] = {}
        if not turn.interrupted(self.form):
            try:
                self.extract(turn, session, found)
            except FAULTS:
                raise
            except SalesclerkError as error:
                turn.replies += self._explain(turn, error)
                if asked := turn.slots.get(REQUESTED_SLOT):
                    # Set, though to nothing: the form asks again instead of giving up.
                    found.setdefault(str(asked), None)
        slots = {**turn.slots, **found}
        missing = [slot for slot in self.required(turn) if slots.get(slot) is None]
        filled = [SlotSet(slot, value) for slot, value in found.items()]
        return [*filled, SlotSet(REQUESTED_SLOT, missing[0] if missing else None)]


def choose_product(turn: Turn, session: Session, product_ids: list[str]) -> list[dict[str, str]]:
    """Return a button for each product, which asks the same question of that product."""
    intent = "inform" if turn.slots.get(REQUESTED_SLOT) else turn.intent
    return [
        {
            "title": catalogue.title(product, turn.language),
            "payload": cards.payload(intent, product.id),
        }
        for product in catalogue.by_ids(session, product_ids).values()
    ]


def _send(replies: list[Reply], dispatcher: CollectingDispatcher) -> None:
    for reply in replies:
        if reply.card is not None:
            dispatcher.utter_message(json_message=reply.card)
        else:
            dispatcher.utter_message(
                response=reply.response, buttons=reply.buttons, **dict(reply.values)
            )
