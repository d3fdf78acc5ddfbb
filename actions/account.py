"""The customer's account: what is on file, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.events import EventType
from sqlalchemy.orm import Session

from actions import identity
from actions.base import GuardedAction
from actions.faq import say_article
from actions.questionnaire import Ask, ChangeForm, Confirmed, QuestionForm
from actions.questions.accounts import AccountProof, WhichCustomer
from actions.questions.choices import method_title
from actions.questions.details import (
    FIELD_SLOT,
    VALUE_SLOT,
    AccountField,
    AccountValue,
    as_address,
    tells_password,
)
from actions.questions.places import NewAddress, NewPostcode, place_text, with_postcode
from actions.questions.words import NEWSLETTER_SLOT, Subscription
from actions.turn import Turn
from analytics.identity import Role
from analytics.service import ChangeKind
from analytics.store import customers, payments

LINKS = {
    "recover_password": "reset_password",
    "create_account": "sign_up",
    "registration_problems": "sign_up",
    "switch_account": "sign_in",
}
"The shop's own page for what the assistant must not do, by request."


class AccountForm(QuestionForm):
    """Whose account it is."""

    form = "account_form"
    intents = frozenset({"view_account"})
    questions = (WhichCustomer(), AccountProof())


class EditAccountForm(ChangeForm):
    """Change a detail of the account; an address is changed as one."""

    form = "edit_account_form"
    kind = ChangeKind.EDIT_ACCOUNT
    intents = frozenset({"edit_account"})
    questions = (
        WhichCustomer(),
        AccountProof(),
        AccountField(),
        AccountValue(),
        NewAddress(on_file=True),
        NewPostcode(),
        Confirmed(),
    )

    def kind_of(self, answers: Mapping[str, Any]) -> ChangeKind:
        return ChangeKind.CHANGE_ADDRESS if as_address(answers) else self.kind

    def missing(self, turn: Turn, session: Session, answers: Mapping[str, Any]) -> list[str]:
        not_asked = (VALUE_SLOT,) if as_address(answers) else (NewAddress.slot, NewPostcode.slot)
        return [slot for slot in super().missing(turn, session, answers) if slot not in not_asked]

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        if as_address(answers):
            return {"order_id": None, **with_postcode(answers)}
        return {"field": answers[FIELD_SLOT], "value": answers[VALUE_SLOT]}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        if plan.kind == ChangeKind.CHANGE_ADDRESS:
            old = {"address": plan.old_address or "-", "postcode": plan.old_postcode}
            return {
                "target": turn.texts.get("utter_part_of_account"),
                "address": place_text(plan.model_dump()),
                "old": place_text(old),
            }
        return {
            "field": turn.texts.get(f"utter_account_field_{plan.field}"),
            "value": plan.value,
            "old": plan.old or "-",
        }


class NewsletterForm(ChangeForm):
    """Order or cancel the newsletter."""

    form = "newsletter_form"
    kind = ChangeKind.NEWSLETTER
    intents = frozenset({"newsletter_subscription"})
    questions = (WhichCustomer(), AccountProof(), Subscription(), Confirmed())

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {"subscribed": answers[NEWSLETTER_SLOT] == "subscribed"}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        wish = "subscribed" if plan.subscribed else "unsubscribed"
        return {"wish": turn.texts.get(f"utter_part_{wish}"), "email": plan.email or "-"}


class DeleteAccountForm(ChangeForm):
    """Ask for the account to be deleted."""

    form = "delete_account_form"
    kind = ChangeKind.DELETE_ACCOUNT
    intents = frozenset({"delete_account"})
    questions = (WhichCustomer(), AccountProof(), Confirmed())

    def request(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def describe(self, turn: Turn, session: Session, plan: Any) -> dict[str, Any]:
        return {"days": plan.days}


class ActionViewAccount(GuardedAction):
    """Tell what is on file: contact, addresses, means of payment, newsletter."""

    action_name = "action_view_account"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if not identity.proves_account(turn):
            return []
        owner = customers.get(session, identity.customer_id(turn, session))
        unknown = turn.texts.get("utter_part_unknown")
        turn.say(
            "utter_account",
            name=owner.name or unknown,
            email=masked_email(owner.email) or unknown,
            phone=masked(owner.phone) or unknown,
            address=place_text({"address": owner.address, "postcode": owner.postcode})
            if owner.address
            else unknown,
            newsletter=turn.texts.get(
                "utter_part_subscribed" if owner.marketing_consent else "utter_part_unsubscribed"
            ),
        )
        if owner.addresses:
            further = [place_text(vars(one)) for one in owner.addresses]
            turn.say("utter_account_addresses", addresses="\n".join(further))
        methods = [method_title(turn, one) for one in payments.methods(session, owner.id)]
        if methods:
            turn.say("utter_account_methods", methods="\n".join(methods))
        else:
            turn.say("utter_account_no_methods")
        return []


class ActionShopPage(GuardedAction):
    """Say how to do what only the shop's own pages may do, and where."""

    action_name = "action_shop_page"

    def act(self, turn: Turn, session: Session) -> list[EventType]:
        if tells_password(turn.text):
            turn.say("utter_never_password")
        if article := turn.services.faq.by_intent(turn.intent):
            say_article(turn, article)
        if turn.intent == "switch_account":
            guest = turn.speaker.role is Role.SHOPPER and turn.speaker.customer_id is None
            turn.say("utter_switched" if guest else "utter_switch_account")
        link = getattr(turn.services.service_desk.policy.links, LINKS[turn.intent])
        if link:
            turn.say("utter_shop_page", link=link)
        return [identity.forget()] if turn.intent == "switch_account" else []


def masked_email(email: str | None) -> str | None:
    """Return an address of which its owner knows the rest: `a***@example.com`."""
    name, _, host = (email or "").partition("@")
    return f"{name[:1]}***@{host}" if host else None


def masked(number: str | None) -> str | None:
    """Return a number with its last three digits only."""
    return f"***{number[-3:]}" if number else None


class ActionAskCustomer(Ask):
    slot = WhichCustomer.slot


class ActionAskAccountProof(Ask):
    slot = AccountProof.slot


class ActionAskAccountField(Ask):
    slot = FIELD_SLOT


class ActionAskAccountValue(Ask):
    slot = VALUE_SLOT


class ActionAskNewsletter(Ask):
    slot = NEWSLETTER_SLOT
