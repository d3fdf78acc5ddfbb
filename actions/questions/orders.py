"""Which order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from actions import cards, identity, phrases, reference
from actions.history import exchanges
from actions.questions.base import Answers, Question, known
from actions.questions.places import outside_address
from actions.suspension import QUEUE_SLOT
from actions.turn import REQUESTED_SLOT, Turn
from actions.wording import says_more
from analytics.errors import NoOrders, Refused, SalesclerkError, UnknownOrder
from analytics.identity import Role
from analytics.service import ChangeKind, Who
from analytics.store import catalogue, orders, payments
from analytics.store.matching import named
from analytics.store.models import Order, OrderLine
from analytics.store.states import OrderStatus

NUMBER_SLOT: Final = "order_number"
ORDER_SLOT: Final = "order_id"
"The order last talked about."
LOOKED_AT: Final = 20
"Newest orders of a customer that are looked through."
OFFERED: Final = 4
NEAR: Final = 3
"Messages after which an order is not the one that was just talked about any more."


_LABELS: Final = re.compile(
    r"\b(?:order|number|no|nr|postcode|post\s+code|zip(?:\s+code)?|e-?mail(?:\s+address)?|my|for|and)\b|[#№]"
    r"|我的|订单|单号|编号|邮编|邮箱|号码?|[是为和]",
    re.I,
)
"Words that say what a number is, and ask nothing."
_CARD_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){12,}")


class OrderNumber(Question):
    """The order: its number, "my last order", one with this product; or the only one there is.

    Args:
        kind: of the change that it is for, or None where it is only looked at.
    """

    slot = NUMBER_SLOT

    def __init__(self, kind: ChangeKind | None = None, optional: bool = False) -> None:
        self.kind = kind
        self.optional = optional

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return not self.optional or _is_unknown_guest(turn)

    def read(self, turn: Turn, session: Session, found: Answers, asked: bool) -> None:
        # Asked for one of those shown, "the second one" is an order, else a line of one.
        named = turn.entities("code") if asked else turn.codes
        codes = [
            code.value
            for code in outside_address(turn.text, named)
            if not any(begin <= code.start < end for begin, end in _cards_in(turn.text))
        ]
        if _is_unknown_guest(turn):
            if codes:
                self._keep(turn, codes, found)
            elif known(turn, found).get(self.slot) is None:
                self._infer_near(turn, session, found)
            return
        mine = [number for code in codes if (number := self._mine(turn, session, code))]
        unknown = known(turn, found).get(self.slot) is None
        # What answers another question is no order's number.
        may_name = unknown or turn.slots.get(REQUESTED_SLOT) in (None, self.slot)
        if mine:
            self._keep(turn, mine, found)
        elif may_name and self._names_order(turn, session, codes):
            if not self.optional:
                raise UnknownOrder(codes[0])
            # Whoever looks for it will say that there is none.
            found[self.slot] = codes[0]
        elif unknown:
            self._infer(turn, session, found)

    def recognises(self, turn: Turn, session: Session) -> bool:
        newest = phrases.said("which", turn.text) == "newest" and turn.bare
        return newest or _only_names(turn)

    def volunteered(self, turn: Turn, session: Session) -> bool:
        # "Exchange please, order SC100234": the second half asks nothing of its own.
        return turn.began_with(str(turn.form)) and _only_names(turn)

    def ask(self, turn: Turn, session: Session) -> None:
        offered = [] if _is_unknown_guest(turn) else self._candidates(turn, session)[:OFFERED]
        if not offered:
            turn.say("utter_ask_order_number")
            return
        turn.say(
            "utter_ask_order_number_of",
            buttons=[
                {"title": _title(turn, one), "payload": cards.payload("inform", one.id)}
                for one in offered
            ],
        )

    def _keep(self, turn: Turn, numbers: Sequence[str], found: Answers) -> None:
        distinct = list(dict.fromkeys(numbers))
        found[self.slot] = distinct[0]
        if len(distinct) > 1 and self.kind is not None:
            found[QUEUE_SLOT] = [
                {"form": turn.form, "answers": {**_none_of(turn), self.slot: number}}
                for number in distinct[1:]
            ]

    def _mine(self, turn: Turn, session: Session, code: str) -> str | None:
        """Return the number of the speaker's order with this code, or None."""
        try:
            return identity.order(turn, session, code).id
        except SalesclerkError:
            return None

    def _names_order(self, turn: Turn, session: Session, codes: Sequence[str]) -> bool:
        """Return whether the codes name an order, if a wrong one, and no product or customer."""
        customer = reference.named_customer(turn, session)
        others = {customer, *_last_digits(turn, session)}
        return any(
            code not in others and catalogue.by_code(session, code) is None for code in codes
        )

    def _infer(self, turn: Turn, session: Session, found: Answers) -> None:
        """Find the order that is meant without its number."""
        said = phrases.said("which", turn.wanted)
        newest = phrases.names("newest", "which", turn.wanted)
        near = self._infer_near(turn, session, found)
        who = identity.actor(turn, session)
        if who.customer_id is None or who.who is Who.GUEST:
            return
        if near and not (turn.entities("product") and self._elsewhere(turn, session, found)):
            return
        if self.optional and said is None and not turn.entities("product"):
            # Where nothing is named, the newest ones are shown.
            return
        candidates = self._candidates(turn, session)
        if newest:
            candidates = self._newest(session, who.customer_id)
        elif fitting := _with_named_product(turn, session, candidates):
            candidates = fitting
        if len(candidates) == 1:
            found[self.slot] = candidates[0].id

    def _infer_near(self, turn: Turn, session: Session, found: Answers) -> bool:
        """Take the order that was talked about, if it is meant; return whether it is."""
        said = phrases.said("which", turn.wanted)
        unsaid = said in (None, "all", "loosely_all")
        meant = said == "this" or (unsaid and _just_talked_about(turn))
        number = turn.slots.get(ORDER_SLOT)
        if not meant or phrases.names("newest", "which", turn.wanted) or not number:
            return False
        if not visible(turn, session, str(number)) or not self._mine(turn, session, str(number)):
            return False
        found[self.slot] = number
        return True

    def _elsewhere(self, turn: Turn, session: Session, found: Answers) -> bool:
        """Return whether the product named is not in the order that was found, but in another."""
        fitting = _with_named_product(turn, session, self._candidates(turn, session))
        return bool(fitting) and found[self.slot] not in [order.id for order in fitting]

    def _candidates(self, turn: Turn, session: Session) -> list[Order]:
        """Return the customer's orders for which it can be, else all: the newest first.

        Raises:
            NoOrders: there is none.
        """
        who = identity.actor(turn, session)
        if who.customer_id is None:
            return []
        every = self._of_customer(session, who.customer_id)
        if not every:
            raise NoOrders
        if self.kind is None:
            return every
        return self.open_orders(turn, session, who.customer_id) or every[:1]

    def open_orders(self, turn: Turn, session: Session, customer_id: str) -> list[Order]:
        """Return the customer's orders that can be changed in this way, the newest first."""
        every = self._of_customer(session, customer_id)
        kind = self.kind
        return [one for one in every if kind is None or _possible(turn, session, one, kind)]

    def _newest(self, session: Session, customer_id: str) -> list[Order]:
        """Return the customer's newest order; where one is to be changed, none that is off."""
        every = self._of_customer(session, customer_id)
        kept = [one for one in every if one.status != OrderStatus.CANCELLED]
        return (kept or every)[:1] if self.kind else every[:1]

    def _of_customer(self, session: Session, customer_id: str) -> list[Order]:
        return orders.of_customer(session, customer_id, limit=LOOKED_AT)


class NamedOrder(OrderNumber):
    """An order that is named by its number, or not at all."""

    def needed(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> bool:
        return False

    def _names_order(self, turn: Turn, session: Session, codes: Sequence[str]) -> bool:
        # A parcel's number or a product's code is as good in what a customer writes.
        return False

    def _infer(self, turn: Turn, session: Session, found: Answers) -> None:
        return

    def _infer_near(self, turn: Turn, session: Session, found: Answers) -> bool:
        return False


def _only_names(turn: Turn) -> bool:
    """Return whether the message names an order and no more: "order SC100234, postcode LS1 4AB"."""
    rest = turn.rest.replace(_postcode_in(turn.rest), " ")
    return bool(turn.codes) and not says_more(_LABELS.sub(" ", rest))


def _postcode_in(text: str) -> str:
    """Return the postcode as it stands in the text; a blank where there is none."""
    code = reference.postcode(text)
    found = re.search(re.escape(code), text, re.I) if code else None
    return found.group() if found else " "


def known_order(turn: Turn, session: Session, found: Mapping[str, Any]) -> Order | None:
    """Return the order that the form is about, if it is known and the speaker may see it."""
    number = known(turn, found).get(NUMBER_SLOT)
    if not number or not visible(turn, session, str(number)):
        return None
    return identity.order(turn, session, str(number))


def line_names(lines: Sequence[OrderLine]) -> dict[int, list[str]]:
    """Return what each line may be called, by its number."""
    return {
        line.number: [
            line.variant.product.title_en,
            line.variant.product.title_zh,
            catalogue.options(line.variant),
        ]
        for line in lines
    }


def _last_digits(turn: Turn, session: Session) -> set[str | None]:
    """Return the last digits of the customer's cards: "the 4242 card" names no order."""
    who = identity.actor(turn, session)
    methods = payments.methods(session, who.customer_id) if who.customer_id else []
    return {one.last_four for one in methods}


def _cards_in(text: str) -> list[tuple[int, int]]:
    """Return where numbers as of cards stand in a text: no order has so many digits."""
    return [match.span() for match in _CARD_NUMBER.finditer(text)]


def _just_talked_about(turn: Turn) -> bool:
    """Return whether one of the last messages was answered with an order."""
    return any(
        event.get("event") == "slot" and event.get("name") == ORDER_SLOT
        for exchange in exchanges(turn)[1 : 1 + NEAR]
        for event in exchange.events
    )


def _none_of(turn: Turn) -> dict[str, None]:
    """Return the form's slots without any answers."""
    return dict.fromkeys(turn.questions(str(turn.form)))


def _is_unknown_guest(turn: Turn) -> bool:
    return turn.speaker.role is Role.SHOPPER and turn.speaker.customer_id is None


def visible(turn: Turn, session: Session, number: str) -> bool:
    """Return whether the speaker may see the order; one that does not exist is seen by nobody."""
    if not _is_unknown_guest(turn):
        return True
    if not identity.proves_order(turn):
        return False
    try:
        identity.order(turn, session, number)
    except UnknownOrder:
        return False
    return True


def _possible(turn: Turn, session: Session, order: Order, kind: ChangeKind) -> bool:
    who = identity.actor(turn, session, order.id)
    try:
        turn.services.service_desk.check(session, kind, order.id, who, turn.services.now())
    except Refused:
        return False
    return True


def meant_for(
    turn: Turn, session: Session, order: Order | None, kind: ChangeKind, other: ChangeKind
) -> Order | None:
    """Return the order that a message means which asks for `kind`, where it takes `other`; or None.

    Args:
        order: the one that was found for `kind`.
    """
    if order is not None and not _possible(turn, session, order, kind):
        return order if _possible(turn, session, order, other) else None
    who = identity.actor(turn, session)
    if who.customer_id is None or who.who is Who.GUEST or (order and turn.codes):
        return None
    every = orders.of_customer(session, who.customer_id, limit=LOOKED_AT)
    mine = [one for one in every if _possible(turn, session, one, kind)]
    others = [one for one in every if _possible(turn, session, one, other)]
    titles = {
        one.id: [title for line in one.lines for title in line_names([line])[line.number][:2]]
        for one in (*mine, *others)
    }
    fitting = named(session, reference.before_change(turn.wanted), titles)
    if fitting and len(fitting) < len(titles):
        others = [one for one in others if one.id in fitting]
        mine = [one for one in mine if one.id in fitting]
    return others[0] if len(others) == 1 and not mine else None


def _with_named_product(turn: Turn, session: Session, candidates: list[Order]) -> list[Order]:
    """Return the orders of which a line is named in the message, and no other order's better."""
    names = {
        order.id: [name for names in line_names(order.lines).values() for name in names]
        for order in candidates
    }
    numbers = named(session, turn.wanted, names)
    return [order for order in candidates if order.id in numbers]


def _title(turn: Turn, order: Order) -> str:
    return turn.texts.get(
        "utter_button_order",
        order_number=order.id,
        placed_on=turn.texts.date(order.placed_at),
        total=turn.texts.money(orders.total(order), order.currency),
    )
