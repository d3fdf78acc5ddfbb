"""Every error that Salesclerk raises on purpose.

Each class has a `code`; the bot answers it with the domain response `utter_error_<code>`, filled
with the error's `values`. The message itself is for developers and logs: it says what was wrong
and what is accepted. Standard library only, Python 3.10.
"""

from __future__ import annotations

from typing import ClassVar


class SalesclerkError(Exception):
    """Base of all errors below; also the reply to errors that nobody foresaw."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.values = values


class SettingsError(SalesclerkError, ValueError):
    """A setting holds a value that is not accepted. Raised at start, never in a conversation."""

    code = "settings"

    def __init__(self, name: str, found: str, accepted: str) -> None:
        super().__init__(f"{name}: found {found}, accepted is {accepted}", name=name)


class InvalidInput(SalesclerkError, ValueError):
    """A value from outside is malformed. `field` names it; `accepted` says what would be right."""

    code = "invalid_input"

    def __init__(self, field: str, found: object, accepted: str) -> None:
        super().__init__(
            f"{field}: found {found!r}, accepted is {accepted}",
            field=field,
            found=str(found),
            accepted=accepted,
        )


class InvalidQuantity(InvalidInput):
    """A quantity is not a whole number within what one order takes."""

    code = "invalid_quantity"


class InvalidFile(SalesclerkError, ValueError):
    """A file to import, or one that a shop edits, cannot be used as a whole."""

    code = "invalid_file"


class UnknownProduct(SalesclerkError, LookupError):
    """No product fits the reference; `reference` is what was asked for."""

    code = "unknown_product"

    def __init__(self, reference: str) -> None:
        super().__init__(f"no product fits {reference!r}", reference=reference)


class NothingFits(SalesclerkError, LookupError):
    """Of the products that were looked for, none fits one thing more."""

    code = "nothing_fits"

    def __init__(self) -> None:
        super().__init__("no product fits all that is wanted")


class MissingProduct(SalesclerkError, LookupError):
    """A request about a product named none, and the conversation offers none either."""

    code = "missing_product"

    def __init__(self) -> None:
        super().__init__("the message names no product")


class AmbiguousProduct(SalesclerkError, LookupError):
    """Several products fit the reference equally.

    Attributes:
        candidates: ids of the best of them, at most three, to choose from.
    """

    code = "ambiguous_product"

    def __init__(self, reference: str, candidates: list[str]) -> None:
        super().__init__(f"{reference!r} fits several products: {candidates}", reference=reference)
        self.candidates = candidates


class NotOnList(SalesclerkError, LookupError):
    """The list that was shown has no such place; `count` is how many it has."""

    code = "not_on_list"

    def __init__(self, place: int, count: int) -> None:
        super().__init__(f"no place {place} on a list of {count}", count=count)


class UnknownCustomer(SalesclerkError, LookupError):
    """No customer has this id."""

    code = "unknown_customer"

    def __init__(self, customer_id: str) -> None:
        super().__init__(f"no customer {customer_id!r}", customer_id=customer_id)


class UnknownOrder(SalesclerkError, LookupError):
    """No such order, or not this speaker's: the two are told alike, so that nobody can probe."""

    code = "unknown_order"

    def __init__(self, order_id: str) -> None:
        super().__init__(f"no order {order_id!r} for this speaker", order_id=order_id)


class NoOrders(SalesclerkError, LookupError):
    """The customer has no order yet."""

    code = "no_orders"

    def __init__(self) -> None:
        super().__init__("the customer has no order")


class UnknownAccount(SalesclerkError, LookupError):
    """No account fits what a guest says, or he may not have it: the two are told alike."""

    code = "unknown_account"

    def __init__(self) -> None:
        super().__init__("no account fits these details")


class UnknownQuote(SalesclerkError, LookupError):
    """No such quote, or not this customer's."""

    code = "unknown_quote"

    def __init__(self, quote_id: str) -> None:
        super().__init__(f"no quote {quote_id!r} for this customer", quote_id=quote_id)


class IllegalTransition(SalesclerkError, ValueError):
    """A state does not lead to another; policy should have refused before it came to that."""

    code = "internal"

    def __init__(self, old: str, new: str, accepted: list[str]) -> None:
        allowed = ", ".join(accepted) or "nothing"
        super().__init__(f"{old} does not lead to {new}, accepted is {allowed}")


class NotEnoughHistory(SalesclerkError, LookupError):
    """The shop's data says too little about `subject` for a figure that could be trusted."""

    code = "not_enough_history"

    def __init__(self, subject: str) -> None:
        super().__init__(f"not enough history for {subject!r}", subject=subject)


class NotPublished(SalesclerkError, RuntimeError):
    """Newly trained models are clearly worse than those that serve, which stay."""

    code = "not_published"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the new models are not published: {reason}; "
            "`salesclerk train --force` publishes them all the same"
        )


class NotFittedError(SalesclerkError, RuntimeError):
    """A model was used before it was fitted."""

    code = "not_ready"

    def __init__(self, model: object) -> None:
        name = type(model).__name__
        super().__init__(f"{name} is not fitted: call {name}.fit first", model=name)


class ArtifactError(SalesclerkError, RuntimeError):
    """A published model is missing, incomplete or altered: train again, or point back."""

    code = "not_ready"


class NotAuthorised(SalesclerkError, PermissionError):
    """The speaker's role does not allow this."""

    code = "not_authorised"


class Refused(SalesclerkError, PermissionError):
    """A rule of the shop forbids a change.

    Attributes:
        rule: its name; the bot says `utter_refused_<rule>`, filled with `values`.
        instead: the request for the nearest thing that is allowed, by its intent; None where there
            is none.
    """

    code = "refused"

    def __init__(self, rule: str, instead: str | None, **values: object) -> None:
        super().__init__(f"the rule {rule} forbids it: {values}", **values)
        self.rule = rule
        self.instead = instead


class PlanChanged(SalesclerkError, RuntimeError):
    """What was confirmed is not what would happen any more: it has to be confirmed anew."""

    code = "plan_changed"

    def __init__(self) -> None:
        super().__init__("the plan differs from the one that was confirmed")


class NotVerified(SalesclerkError, PermissionError):
    """A guest has not proved who he is, or too long ago."""

    code = "not_verified"

    def __init__(self) -> None:
        super().__init__("the guest is not verified for this")


class TooManyAttempts(SalesclerkError, PermissionError):
    """Somebody tried too often to prove who he is; `minutes` is how long to wait."""

    code = "too_many_attempts"

    def __init__(self, minutes: int) -> None:
        super().__init__(f"too many wrong tries, wait {minutes} minutes", minutes=minutes)


class UnknownHandoff(SalesclerkError, LookupError):
    """No such handoff."""

    code = "unknown_handoff"

    def __init__(self, name: str) -> None:
        super().__init__(f"no handoff {name!r}")


class HandoffConflict(SalesclerkError, RuntimeError):
    """A conversation is not this agent's: it waits, another has it, or it is over."""

    code = "handoff_conflict"

    def __init__(self, state: str, agent: str | None) -> None:
        whose = f" and {agent} has it" if agent else ""
        super().__init__(f"the handoff is {state}{whose}; accepted is one of your own")


class NoConsent(SalesclerkError, PermissionError):
    """A customer does not allow that his or her data are used for `purpose`."""

    code = "no_consent"

    def __init__(self, customer_id: str, purpose: str) -> None:
        super().__init__(f"{customer_id!r} does not allow {purpose}", customer_id=customer_id)


class MissingCustomer(SalesclerkError, LookupError):
    """An agent asked about a customer, but neither the message nor the contact names one."""

    code = "missing_customer"

    def __init__(self) -> None:
        super().__init__("no customer named: give an id in the message, or contact_id")


class InvalidToken(SalesclerkError, PermissionError):
    """A token or a signed context is malformed, forged, expired or made for something else."""

    code = "not_authorised"


class InvalidSignature(SalesclerkError, PermissionError):
    """A webhook is not signed as agreed, or too long ago; the message helps its sender."""

    code = "not_authorised"


class UnknownSource(SalesclerkError, LookupError):
    """webhooks.yml names no such source of webhooks."""

    code = "not_authorised"

    def __init__(self, name: str) -> None:
        super().__init__(f"no source {name!r}: name it in webhooks.yml")


class StoreUnavailable(SalesclerkError, RuntimeError):
    """The shop's database does not answer, or stays locked beyond its time."""

    code = "store_unavailable"


class WrongContactKey(StoreUnavailable):
    """The contact columns are encrypted, and no key at hand opens them."""

    def __init__(self) -> None:
        super().__init__(
            "contact data are encrypted with another key than SALESCLERK_CONTACT_KEY holds; "
            "accepted is the key that they were encrypted with, among others or alone"
        )


class EvaluationError(SalesclerkError, RuntimeError):
    """The bot could not be evaluated; the message is what Rasa's environment printed."""
