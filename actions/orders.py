"""Orders: where they are, what they hold, and changing them before they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions import cards, identity, parts, periods, phrases
from actions.base import GuardedAction
from actions.questionnaire import Ask, ChangeForm, Confirmed, QuestionForm
from actions.questions.accounts import AccountProof, WhichCustomer
from actions.questions.choices import (
    METHOD_SLOT,
    REASON_SLOT,
    REFUND_SLOT,
    Method,
    Reason,
    RefundTo,
)
from actions.questions.lines import LINES_SLOT, OrderLines, line_title, lines_named
from actions.questions.options import OPTIONS_SLOT, NewOptions
from actions.questions.orders import NUMBER_SLOT, ORDER_SLOT, OrderNumber, known_order
from actions.questions.places import NewAddress, NewPostcode, place_text, with_postcode
from actions.questions.products import BASKET_SLOT, QUOTE_SLOT, Basket
from actions.questions.proof import OrderProof
from actions.questions.targets import AddressOf
from actions.turn import Turn
from analytics.errors import MissingCustomer
from analytics.identity import Role
from analytics.service import ChangeKind
from analytics.service.files import publish
from analytics.service.invoice import LABELS, invoice_of, render
from analytics.store import catalogue, orders
from analytics.store.models import Order, OrderLine
from analytics.store.states import OrderStatus

DONE: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.CANCELLED, OrderStatus.RETURNED})
LISTED: Final = 3


class TrackOrderForm(QuestionForm):
    """A known customer is asked nothing; a guest proves an order by its number and a fact."""

    form = "track_order_form"
    intents = frozenset({"track_order"})
    questions = (OrderNumber(optional=True), OrderProof())


class OrderDetailsForm(QuestionForm):
    """What is in an order, and what it cost."""

    form = "order_details_form"
    intents = frozenset({"order_details", "ask_price"})
    questions = (OrderNumber(optional=True), OrderProof())


class CancelOrderForm(ChangeForm):
    """Call an order off."""

    form = "cancel_order_form"
    kind = ChangeKind.CANCEL_ORDER
    intents = frozenset({"cancel_order"})
    questions = (
        OrderNumber(ChangeKind.CANCEL_ORDER),
        OrderProof(),
        Reason(ChangeKind.CANCEL_ORDER),
        RefundTo(ChangeKind.CANCEL_ORDER),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "order_id": answers[NUMBER_SLOT],
            "reason": answers[REASON_SLOT],
            "refund_to": answers.get(REFUND_SLOT) or "original",
        }

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {
            "order_number": plan.order_id,
            "reason": turn.texts.get(f"utter_reason_{plan.reason}"),
            "money": parts.money(turn, session, plan, plan.fee),
        }


class ChangeAddressForm(ChangeForm):
    """Send an order elsewhere, or change the default address."""

    form = "change_address_form"
    kind = ChangeKind.CHANGE_ADDRESS
    intents = frozenset({"change_shipping_address"})
    questions = (
        AddressOf(ChangeKind.CHANGE_ADDRESS),
        OrderProof(),
        WhichCustomer(unless_order=True),
        AccountProof(unless_order=True),
        NewAddress(on_file=True),
        NewPostcode(),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"order_id": answers[NUMBER_SLOT] or None, **with_postcode(answers)}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        target = "utter_part_of_order" if plan.order_id else "utter_part_of_account"
        old = {"address": plan.old_address or "-", "postcode": plan.old_postcode}
        return {
            "target": turn.texts.get(target, order_number=plan.order_id),
            "address": place_text(plan.model_dump()),
            "old": place_text(old),
        }


class ChangeOrderForm(ChangeForm):
    """Another option of what was ordered."""

    form = "change_order_form"
    kind = ChangeKind.CHANGE_LINES
    twin = "exchange_form"
    intents = frozenset({"change_order"})
    questions = (
        OrderNumber(ChangeKind.CHANGE_LINES),
        OrderProof(),
        OrderLines(ChangeKind.CHANGE_LINES),
        NewOptions(),
        Method(always=False),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return swap_request(answers)

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {
            "order_number": plan.order_id,
            "swaps": parts.swaps(turn, session, plan.swaps),
            "money": parts.money(turn, session, plan),
        }


class ChangePaymentForm(ChangeForm):
    """Pay an order by other means."""

    form = "change_payment_form"
    kind = ChangeKind.CHANGE_PAYMENT
    intents = frozenset({"change_payment_method"})
    questions = (
        OrderNumber(ChangeKind.CHANGE_PAYMENT),
        OrderProof(),
        Method(always=True),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"order_id": answers[NUMBER_SLOT], "method_id": answers[METHOD_SLOT]}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {
            "order_number": plan.order_id,
            "method": parts.method_of(turn, session, plan.method_id),
            "money": parts.money(turn, session, plan),
        }


class AddAddressForm(ChangeForm):
    """Keep one more address."""

    form = "add_address_form"
    kind = ChangeKind.ADD_ADDRESS
    intents = frozenset({"set_up_shipping_address"})
    questions = (
        WhichCustomer(),
        AccountProof(),
        NewAddress(on_file=False),
        NewPostcode(),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return with_postcode(answers)

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {"address": place_text(plan.model_dump())}


class PlaceOrderForm(ChangeForm):
    """Order products, or what a quote holds."""

    form = "place_order_form"
    kind = ChangeKind.PLACE_ORDER
    # By which card, and where to, is said of what is being ordered.
    intents = frozenset({"place_order", "change_payment_method"})
    questions = (
        WhichCustomer(),
        Basket(),
        Method(always=True),
        NewAddress(on_file=True, optional=True),
        NewPostcode(),
        Confirmed(),
    )

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "items": answers.get(BASKET_SLOT) or [],
            "quote_id": answers.get(QUOTE_SLOT),
            "place": with_postcode(answers) if answers.get(NewAddress.slot) else None,
            "method_id": answers[METHOD_SLOT],
        }

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        lines = [
            parts.units(
                turn,
                session,
                one.sku,
                one.quantity,
                turn.texts.money(one.quantity * one.unit_price, plan.currency),
            )
            for one in plan.items
        ]
        return {
            "order_number": plan.order_id,
            "lines": "\n".join(lines),
            "shipping": turn.texts.money(plan.shipping_fee, plan.currency),
            "total": turn.texts.money(plan.total, plan.currency),
            "address": place_text(plan.model_dump()),
            "method": parts.method_of(turn, session, plan.method_id),
            "expected_on": turn.texts.date(plan.expected_on),
        }


class InvoiceForm(QuestionForm):
    """Of which order."""

    form = "invoice_form"
    intents = frozenset({"get_invoice", "check_invoice"})
    questions = (OrderNumber(), OrderProof())


class ActionInvoice(GuardedAction):
    """Make the invoice of an order, and show where it is."""

    action_name = "action_invoice"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        order = known_order(turn, session, {})
        if order is None:
            return []
        services, texts = turn.services, turn.texts
        shop = catalogue.shop(session)
        tax = services.quote_desk.policy.tax
        made = invoice_of(
            order,
            shop.name if shop else "",
            turn.language,
            services.now().date(),
            tax.rate if tax.prices_include_tax else None,
        )
        labels = {key: texts.get(f"utter_invoice_{key}") for key in LABELS}
        content = render(made, labels, texts.money, texts.date)
        turn.say(
            "utter_invoice",
            order_number=order.id,
            number=made.number,
            total=texts.money(made.total, order.currency),
        )
        turn.show(
            {
                "type": "invoice",
                "id": made.number,
                "order_id": order.id,
                "issued_on": made.issued_on.isoformat(),
                "total": cards.amount(made.total),
                "currency": order.currency,
                "url": publish(
                    content,
                    f"{made.number}.pdf",
                    services.settings.home,
                    services.settings.secrets,
                ),
            }
        )
        return [SlotSet(ORDER_SLOT, order.id)]


class ActionTrackOrder(GuardedAction):
    """Tell where an order is: the one named, else the customer's newest."""

    action_name = "action_track_order"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found = orders_meant(turn, session)
        if found is None:
            return []
        if not found and (days := periods.named(turn)):
            first, last = map(turn.texts.date, days)
            turn.say("utter_no_orders_then", first=first, last=last)
        elif not found:
            turn.say("utter_error_no_orders")
        else:
            _say_where(turn, found[0])
            turn.show(cards.order(turn.texts, found[0]))
            _offer_others(turn, found[1:], "track_order")
        return [SlotSet(ORDER_SLOT, found[0].id)] if found else []


class ActionOrderDetails(GuardedAction):
    """Tell what lines of an order cost, or the whole of it."""

    action_name = "action_order_details"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        found = orders_meant(turn, session)
        if found is None:
            return []
        if not found:
            turn.say("utter_error_no_orders")
            return []
        order = _talked_about(turn, session) or found[0]
        lines = lines_named(turn, session, order.lines, turn.wanted)
        if 0 < len(lines) < len(order.lines) or (lines and turn.entities("ordinal")):
            _say_lines(turn, order, lines)
        else:
            turn.say("utter_order_details", **_contents(turn, session, order))
            turn.show(cards.order(turn.texts, order))
        return [SlotSet(ORDER_SLOT, order.id)]


def orders_meant(turn: Turn, session: Session) -> list[Order] | None:
    """Return the order named, else the customer's newest ones; None where the form led nowhere.

    Raises:
        MissingCustomer: an agent names neither order nor customer.
    """
    number = turn.slots.get(NUMBER_SLOT)
    if number:
        return [identity.order(turn, session, str(number))]
    who = identity.actor(turn, session)
    if turn.speaker.role is Role.AGENT and who.customer_id is None:
        raise MissingCustomer
    if turn.speaker.role is Role.SHOPPER and turn.speaker.customer_id is None:
        return None
    return orders.of_customer(
        session, str(who.customer_id), limit=LISTED, placed=periods.named(turn)
    )


def swap_request(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lines with what is wanted in their place, as changes and exchanges ask for it."""
    wanted = answers[OPTIONS_SLOT]
    return {
        "order_id": answers[NUMBER_SLOT],
        "lines": [
            {
                "number": one["number"],
                "new_sku": wanted[str(one["number"])],
                "quantity": one["quantity"],
            }
            for one in answers[LINES_SLOT]
        ],
        "method_id": answers.get(METHOD_SLOT),
    }


def _talked_about(turn: Turn, session: Session) -> Order | None:
    """Return the order that was shown before, where the message names none."""
    shown = turn.slots.get(ORDER_SLOT)
    if turn.slots.get(NUMBER_SLOT) or not shown or phrases.said("which", turn.wanted) == "newest":
        return None
    return known_order(turn, session, {NUMBER_SLOT: shown})


def _say_where(turn: Turn, order: Order) -> None:
    values: dict[str, Any] = {
        "order_number": order.id,
        "status": turn.texts.get(f"utter_status_{order.status}"),
        "placed_on": turn.texts.date(order.placed_at),
        "total": turn.texts.money(orders.total(order), order.currency),
    }
    expected = turn.services.delivery_times.expected(order)
    day: date | None = expected.on if expected else order.expected_on
    if order.status in DONE or day is None:
        turn.say("utter_order_status", **values)
        return
    turn.say("utter_order_on_its_way", **values, expected_on=turn.texts.date(day))
    if expected:
        turn.say(
            "utter_order_spread",
            carrier=order.carrier or turn.texts.get("utter_any_carrier"),
            first=turn.texts.date(expected.first),
            last=turn.texts.date(expected.last),
        )


def _offer_others(turn: Turn, others: Sequence[Order], intent: str) -> None:
    if others:
        turn.say(
            "utter_other_orders",
            buttons=[
                {"title": other.id, "payload": cards.payload(intent, other.id)} for other in others
            ],
        )


def _say_lines(turn: Turn, order: Order, lines: Sequence[OrderLine]) -> None:
    for line in lines:
        turn.say(
            "utter_order_line",
            product=line_title(turn, line),
            quantity=line.quantity,
            unit_price=turn.texts.money(line.unit_price, order.currency),
            total=turn.texts.money(line.quantity * line.unit_price, order.currency),
        )
    if len(lines) > 1:
        total = sum((line.quantity * line.unit_price for line in lines), Decimal(0))
        turn.say(
            "utter_order_lines_total",
            count=len(lines),
            total=turn.texts.money(total, order.currency),
        )


def _contents(turn: Turn, session: Session, order: Order) -> dict[str, Any]:
    customer = order.customer
    place = order if order.address else customer
    return {
        "order_number": order.id,
        "placed_on": turn.texts.date(order.placed_at),
        "count": sum(line.quantity for line in order.lines),
        "shipping": turn.texts.money(order.shipping_fee, order.currency),
        "total": turn.texts.money(orders.total(order), order.currency),
        "method": parts.method_of(turn, session, order.payment_method_id),
        "address": place_text({"address": place.address, "postcode": place.postcode})
        if place and place.address
        else "-",
    }


class ActionAskOrderNumber(Ask):
    slot = NUMBER_SLOT


class ActionAskOrderProof(Ask):
    slot = OrderProof.slot


class ActionAskOrderLines(Ask):
    slot = LINES_SLOT


class ActionAskNewOptions(Ask):
    slot = OPTIONS_SLOT


class ActionAskReason(Ask):
    slot = REASON_SLOT


class ActionAskRefundTo(Ask):
    slot = REFUND_SLOT


class ActionAskPaymentMethod(Ask):
    slot = METHOD_SLOT


class ActionAskNewAddress(Ask):
    slot = NewAddress.slot


class ActionAskNewPostcode(Ask):
    slot = NewPostcode.slot


class ActionAskBasket(Ask):
    slot = BASKET_SLOT
