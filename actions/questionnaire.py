"""Forms made of questions, and the change that such a form leads to.

A form of a change ends with its confirmation: exactly what will happen is worked out, shown and
asked. The yes to it makes that change, whatever else has been said since, once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from inspect import isabstract
from typing import Any, ClassVar, Final

from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from sqlalchemy.orm import Session

from actions import cards, identity, phrases, reference, shown, suspension
from actions.base import GuardedAction
from actions.forms import LEADS_NOWHERE, FormValidation
from actions.history import exchanges
from actions.meanings import meanings_of
from actions.questions.base import Answers, Question
from actions.questions.choices import METHOD_SLOT
from actions.questions.lines import LINES_SLOT
from actions.questions.options import OPTIONS_SLOT
from actions.questions.orders import NUMBER_SLOT, ORDER_SLOT, known_order, meant_for
from actions.questions.places import ADDRESS_SLOT
from actions.questions.products import BASKET_SLOT, QUOTE_SLOT
from actions.suspension import QUEUE_SLOT
from actions.turn import AMBIGUOUS, ANSWERS, REQUESTED_SLOT, Turn
from actions.wording import asks, leaves, mends, says_more, stops
from analytics.errors import InvalidQuantity, PlanChanged, Refused, SalesclerkError
from analytics.identity import Role
from analytics.service import ChangeKind, Plan, Proposal
from analytics.store import customers, orders

CONFIRMED_SLOT: Final = "confirmed"
PROPOSAL_SLOT: Final = "proposal"
"The change that was last shown: what was asked for, what would happen, and whether it was done."
MOST_WORDS: Final = 8
MOST_CHARACTERS: Final = 60
"A longer message says more than yes."
COMMANDS: Final = frozenset(
    ["stop", "help", "repeat", "ask_why", "change_language", "contact_human_agent", "deny"]
)
"Requests that are heard in the midst of any question."
UNSURE: Final = frozenset({"stop", "deny", "repeat"})
"Those for which a few words of an answer may be taken."
ASK_AGAIN: Final = {
    "gift_card_balance": (METHOD_SLOT,),
    "no_method": (METHOD_SLOT,),
    "same_method": (METHOD_SLOT,),
    "same_option": (OPTIONS_SLOT,),
    "other_product": (OPTIONS_SLOT,),
    "stock": (OPTIONS_SLOT, BASKET_SLOT),
    "no_such_line": (LINES_SLOT,),
    "too_many": (LINES_SLOT,),
    "nothing_left": (LINES_SLOT,),
    "same_address": (ADDRESS_SLOT,),
}
"Rules after which another answer may do: to which question."


class QuestionForm(FormValidation):
    """A form made of `questions`, in the order of asking."""

    @property
    @abstractmethod
    def questions(self) -> tuple[Question, ...]: ...

    @property
    def slots(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(question.slot for question in self.questions)

    def missing(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> list[str]:
        return [
            question.slot
            for question in self.questions
            if question.needed(turn, session, answers) and not question.answered(answers)
        ]

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        if isinstance(error, LEADS_NOWHERE):
            aside = (
                suspension.suspend(turn, self.form, turn.form_before)
                if turn.begins(self.form)
                else []
            )
            return [*aside, *closed(self)]
        events = super().recover(turn, error)
        if not turn.begins(self.form):
            return events
        # Nothing is known that tells what need not be asked, but who speaks.
        with suppress(SalesclerkError), turn.services.store.reading() as session:
            missing = self.missing(turn, session, dict.fromkeys(self.slots))
            events += [SlotSet(REQUESTED_SLOT, slot) for slot in missing[:1]]
        return events

    def question(self, slot: str) -> Question | None:
        """Return the question of a slot, or None."""
        return next((one for one in self.questions if one.slot == slot), None)

    def extract(self, turn: Turn, session: Session, found: Answers) -> None:
        asked = self.asked(turn)
        first = self.question(asked) if asked else None
        self._note_customer(turn, session, found)
        if turn.begins(self.form):
            # Of the order of an earlier form nothing is meant here.
            found.setdefault(NUMBER_SLOT, None)
        if first is not None:
            first.read(turn, session, found, asked=True)
            if identity.CUSTOMER_SLOT in found:
                # What belongs to him is read next.
                turn.slots = {**turn.slots, identity.CUSTOMER_SLOT: found[identity.CUSTOMER_SLOT]}
            if first.greedy and first.slot in found:
                for question in self.questions:
                    question.infer(turn, session, found)
                return
        for question in self.questions:
            if question is not first:
                question.read(turn, session, found, asked=False)
        if first is not None and first.slot not in found and not self._changed(turn, found):
            first.take_as_is(turn, session, found)
        if first is not None and not _news(found) and _may_answer(turn):
            turn.say(f"utter_invalid_{first.slot}")
            found[first.slot] = None

    def _changed(self, turn: Turn, found: Answers) -> bool:
        """Return whether the message says something that was not known before."""
        return any(
            value is not None and value != turn.slots.get(slot) for slot, value in found.items()
        )

    def _note_customer(self, turn: Turn, session: Session, found: Answers) -> None:
        """Keep for whom an agent asks; what an earlier form was about does not count."""
        if turn.speaker.role is not Role.AGENT:
            return
        named = reference.named_customer(turn, session)
        if named is not None or turn.begins(self.form):
            found[identity.CUSTOMER_SLOT] = customers.get(session, named).id if named else None
            turn.slots = {**turn.slots, identity.CUSTOMER_SLOT: found[identity.CUSTOMER_SLOT]}

    def is_answer(self, turn: Turn, session: Session) -> bool:
        if turn.interrupted(self.form):
            return False
        asked = self.question(self.asked(turn) or "")
        if turn.intent in COMMANDS:
            # "No, the other one" is heard here, a plain no by the action for it.
            mended = turn.intent == "deny" and mends(turn.text)
            return mended or (turn.intent in UNSURE and self._told(turn, session, asked))
        if asked is not None and asked.recognises(turn, session):
            return True
        if not asks(turn.text) and any(one.volunteered(turn, session) for one in self.questions):
            return True
        return super().is_answer(turn, session)

    def _told(self, turn: Turn, session: Session, asked: Question | None) -> bool:
        """Return whether the message answers what is still open, by its words: "it doesn't fit"."""
        if asks(turn.text) or stops(turn.text):
            return False
        if asked is not None and asked.overrules(turn, session):
            return True
        still_open = [one for one in self.questions if not one.answered(turn.slots)]
        told = any(one.volunteered(turn, session) for one in still_open)
        return told and not leaves(turn.text)


class Confirmed(Question):
    """Whether what was shown is to be done."""

    slot = CONFIRMED_SLOT

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        changed = [slot for slot, value in found.items() if value is not None]
        if changed:
            found[self.slot] = None
        elif asked and _agrees(turn):
            found[self.slot] = True


class ChangeForm(QuestionForm):
    """A form that leads to a change, which is confirmed first.

    Attributes:
        twin: the form that does about the same with an order at another stage: people seldom know
            which of the two it takes.
    """

    kind: ClassVar[ChangeKind]
    twin: ClassVar[str] = ""

    def kind_of(self, answers: Mapping[str, Any]) -> ChangeKind:
        """Return the change that these answers ask for."""
        return self.kind

    def known(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what of the answers alone may rule the change out, before more is asked."""
        return {}

    @abstractmethod
    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is asked for, as the service desk takes it."""

    @abstractmethod
    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        """Return the values of the texts that show the plan, before and after it is done."""

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        events = super().act(turn, session)
        if not turn.begins(self.form):
            return events
        set_in = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        before = turn.form_before
        if before and CONFIRMED_SLOT in turn.questions(before) and turn.began_with(before):
            return self._queue_behind(turn, before, events, set_in)
        if self.twin and (handed := self._hand_over(turn, session, events, set_in)):
            return handed
        if set_in.get(QUEUE_SLOT):
            numbers = [set_in[NUMBER_SLOT]]
            numbers += [one["answers"][NUMBER_SLOT] for one in set_in[QUEUE_SLOT]]
            turn.say("utter_several_orders", orders=_listed(numbers))
        elif before is None:
            events = [SlotSet(QUEUE_SLOT, None), *events]
        return events

    def check(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> None:
        """Raise where a rule forbids the change already, before more is asked.

        Raises:
            Refused: it does.
        """
        order = known_order(turn, session, answers) if NUMBER_SLOT in self.slots else None
        who = identity.actor(turn, session, order.id if order else None)
        turn.services.service_desk.check(
            session,
            self.kind_of(answers),
            order.id if order else None,
            who,
            turn.services.now(),
            self.known(answers),
        )

    def propose(self, turn: Turn, session: Session) -> EventType:
        """Show what would happen, and ask; return the event that keeps it."""
        services = turn.services
        proposal, plan = services.service_desk.propose(
            session,
            self.kind_of(turn.slots),
            self.request(turn.slots),
            identity.actor(turn, session, turn.slots.get(NUMBER_SLOT)),
            services.now(),
            turn.conversation_id,
        )
        turn.say(
            f"utter_ask_to_{plan.kind}",
            buttons=[
                turn.button("utter_button_yes", "/affirm"),
                turn.button("utter_button_no", "/deny"),
            ],
            **self.describe(turn, session, plan),
        )
        return SlotSet(
            PROPOSAL_SLOT,
            {
                "id": proposal.id,
                "kind": proposal.kind,
                "request": proposal.request,
                "plan": proposal.plan,
                "form": self.form,
                "done": False,
            },
        )

    def _hand_over(
        self, turn: Turn, session: Session, events: list[EventType], set_in: Mapping[str, Any]
    ) -> list[EventType]:
        """Return the events that leave the message to the twin, where its order is meant."""
        twin = forms()[self.twin]
        if not isinstance(twin, ChangeForm) or set_in.get(QUEUE_SLOT):
            return []
        found = known_order(turn, session, set_in)
        order = meant_for(turn, session, found, self.kind, twin.kind)
        if order is None:
            return []
        answers: Answers = {**dict.fromkeys(twin.slots), NUMBER_SLOT: order.id}
        for question in twin.questions:
            if question.slot != NUMBER_SLOT:
                question.read(turn, session, answers, asked=False)
        turn.replies = []
        first = {"form": twin.form, "answers": answers, "at_once": True}
        kept = [event for event in events if event.get("name") != REQUESTED_SLOT]
        return [*kept, SlotSet(QUEUE_SLOT, [first]), SlotSet(REQUESTED_SLOT, None)]

    def _queue_behind(
        self, turn: Turn, before: str, events: list[EventType], set_in: Mapping[str, Any]
    ) -> list[EventType]:
        """Wait until the change is through that the same message has asked for before."""
        answers = {slot: set_in.get(slot) for slot in self.slots}
        queue = [*(turn.slots.get(QUEUE_SLOT) or []), {"form": self.form, "answers": answers}]
        matters = [
            suspension.matter(turn, name) for name in (before, *(one["form"] for one in queue))
        ]
        turn.replies = []
        turn.say("utter_several_changes", changes=_listed(matters))
        kept = [event for event in events if event.get("name") != REQUESTED_SLOT]
        return [*kept, SlotSet(QUEUE_SLOT, queue), SlotSet(REQUESTED_SLOT, None)]


class Ask(GuardedAction):
    """Asks a form's question, that of `slot`, with what can be answered."""

    answers = False

    @property
    @abstractmethod
    def slot(self) -> str: ...

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        form = forms()[str(turn.form)]
        if isinstance(form, ChangeForm):
            form.check(turn, session, turn.slots)
        question = form.question(self.slot)
        if question is not None:
            question.ask(turn, session)
        return []

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        """Leave a form that leads nowhere; the answers of an earlier time must not complete it."""
        return closed(forms()[str(turn.form)])

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        return []

    def settle(self, turn: Turn, events: list[EventType]) -> list[EventType]:
        return []


class ActionAskConfirmed(Ask):
    """Shows what will happen, and asks whether it shall."""

    slot = CONFIRMED_SLOT

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        form = forms()[str(turn.form)]
        if not isinstance(form, ChangeForm):
            return []
        try:
            return [form.propose(turn, session)]
        except (Refused, InvalidQuantity) as error:
            slots = ASK_AGAIN.get(error.rule, ()) if isinstance(error, Refused) else (BASKET_SLOT,)
            question = next(filter(None, map(form.question, slots)), None)
            if question is None:
                raise
            turn.replies += self.explain(turn, error)
            # What is ordered stays, but for a quote: "only 2 then" is an answer.
            slot = QUOTE_SLOT if question.slot == BASKET_SLOT else question.slot
            lost = [SlotSet(slot, None)]
            turn.slots = {**turn.slots, **{event["name"]: None for event in lost}}
            question.ask(turn, session)
            return [*lost, SlotSet(REQUESTED_SLOT, question.slot)]


class ActionCarryOut(GuardedAction):
    """Makes the change that was shown and agreed to, then goes on with the next that waits."""

    action_name = "action_carry_out"
    writes = True

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if turn.slots.get(CONFIRMED_SLOT) is not True:
            return next_in_queue(turn)
        return [*carry_out(turn, session), *next_in_queue(turn)]

    def redirect(self, turn: Turn, session: Session) -> list[EventType]:
        return []

    def recover(self, turn: Turn, error: Exception) -> list[EventType]:
        kept = turn.slots.get(PROPOSAL_SLOT)
        if isinstance(error, PlanChanged) and kept:
            # Shown anew as it would happen now; its form still has the answers.
            return [SlotSet(CONFIRMED_SLOT, None), ActiveLoop(kept["form"])]
        if isinstance(error, SalesclerkError) and not isinstance(error, Refused):
            return [SlotSet(CONFIRMED_SLOT, None)]
        return [SlotSet(CONFIRMED_SLOT, None), SlotSet(PROPOSAL_SLOT, None)]

    def settle(self, turn: Turn, events: list[EventType]) -> list[EventType]:
        waiting = suspension.waiting_forms(turn)
        if not turn.replies and not events and waiting and turn.began_with(waiting[-1]["form"]):
            return suspension.resume(turn, silently=True)
        return super().settle(turn, events)


def carry_out(turn: Turn, session: Session) -> list[EventType]:
    """Make the change that was shown, once, and say what has happened."""
    kept = turn.slots[PROPOSAL_SLOT]
    services = turn.services
    proposal = Proposal(kept["id"], ChangeKind(kept["kind"]), kept["request"], kept["plan"])
    number = kept["plan"].get("order_id")
    plan, just_now = services.service_desk.carry_out(
        session,
        proposal,
        identity.actor(turn, session, number),
        services.now(),
        turn.conversation_id,
    )
    if just_now and plan.order_id and plan.kind == ChangeKind.PLACE_ORDER:
        shown.bought(turn, plan.order_id)
    form = forms()[kept["form"]]
    if isinstance(form, ChangeForm):
        if not just_now:
            turn.say("utter_already_done")
        turn.say(f"utter_done_{plan.kind}", **form.describe(turn, session, plan))
    events = [SlotSet(CONFIRMED_SLOT, None), SlotSet(PROPOSAL_SLOT, {**kept, "done": True})]
    return [*events, *_show_order(turn, session, plan)]


def decline(turn: Turn) -> list[EventType]:
    """Leave the change that was shown, and go on with the next that waits."""
    turn.say("utter_declined")
    following = next_in_queue(turn)
    ended = [] if following else [ActiveLoop(None)]
    return [SlotSet(REQUESTED_SLOT, None), SlotSet(PROPOSAL_SLOT, None), *ended, *following]


def confirm_again(turn: Turn, session: Session) -> list[EventType] | None:
    """Make the change whose yes got no answer, or say that it is done; None where none was shown.

    The servers may have gone down between the yes and the answer to it.
    """
    kept = turn.slots.get(PROPOSAL_SLOT)
    last = exchanges(turn)[1:2]
    if not kept or not last or last[0].action != ActionCarryOut.action_name:
        return None
    return carry_out(turn, session)


def next_in_queue(turn: Turn) -> list[EventType]:
    """Return the events that begin the next change that waits, unless another form comes back."""
    queue = turn.slots.get(QUEUE_SLOT) or []
    at_once = bool(queue) and queue[0].get("at_once")
    if not queue or (suspension.waiting_forms(turn) and not at_once):
        return []
    if not at_once:
        change = suspension.matter(turn, queue[0]["form"])
        if number := queue[0]["answers"].get(NUMBER_SLOT):
            change = turn.texts.get("utter_matter_of_order", matter=change, order_number=number)
        turn.say("utter_next_change", change=change)
    return [SlotSet(QUEUE_SLOT, queue[1:] or None), *suspension.start(queue[0])]


def closed(form: FormValidation) -> list[EventType]:
    """Return the events that end a form without what it is for."""
    lost = dict.fromkeys([*form.slots, CONFIRMED_SLOT, PROPOSAL_SLOT, REQUESTED_SLOT])
    return [SlotSet(slot, None) for slot in lost]


@cache
def forms() -> Mapping[str, QuestionForm]:
    """Return every form made of questions, by its name."""
    return {kind.form: kind() for kind in _kinds(QuestionForm) if not isabstract(kind)}


def _kinds(kind: Any) -> Iterator[Any]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def _show_order(turn: Turn, session: Session, plan: Plan) -> list[EventType]:
    """Show the order as it is now, and keep that it is the one talked about."""
    if plan.order_id is None or plan.customer_id is None or plan.kind is ChangeKind.COMPLAINT:
        return []
    session.flush()
    order = orders.owned(session, plan.order_id, plan.customer_id)
    turn.show(cards.order(turn.texts, order))
    return [SlotSet(ORDER_SLOT, order.id)]


def _agrees(turn: Turn) -> bool:
    """Return whether the message agrees to what was asked, and says nothing against or beside it.

    A yes alone does; with more words it has to begin with a yes, and to be about the same.
    """
    text = turn.text
    if asks(text) or phrases.names("no", "yes", text) or leaves(text):
        return False
    rest = phrases.without("yes", "yes", text)
    if rest != text and not says_more(rest):
        return True
    about = {"affirm", *forms()[str(turn.form)].intents}
    short = len(text.split()) <= MOST_WORDS and len(text) <= MOST_CHARACTERS
    begins = phrases.begins("yes", "yes", text) or text.startswith("/")
    return turn.intent in about and short and (begins or turn.intent == "affirm")


def _may_answer(turn: Turn) -> bool:
    """Return whether the message, or one of the things that it may mean, is a plain answer."""
    may_mean = meanings_of(turn, turn.messages()[0]) if turn.intent == AMBIGUOUS else []
    return not ANSWERS.isdisjoint([turn.intent, *may_mean])


def _news(found: Mapping[str, Any]) -> bool:
    return any(value is not None for value in found.values())


def _listed(items: list[Any]) -> str:
    """Return a numbered list."""
    return "\n".join(f"{place}. {item}" for place, item in enumerate(items, start=1))
