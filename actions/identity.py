"""For whom something is done: the customer signed in, an agent's customer, a guest with proofs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from rasa_sdk.events import EventType, SlotSet
from sqlalchemy.orm import Session

from actions.turn import Turn
from analytics.errors import MissingCustomer, NotVerified, UnknownOrder
from analytics.identity import Role
from analytics.service import Actor, Who
from analytics.service.identity import Proven, opens_account, opens_order, prove
from analytics.service.policy import Proof
from analytics.store import customers, orders
from analytics.store.models import Order

IDENTITY_SLOT: Final = "identity"
"What a guest has proved in this conversation: `customer_id`, `known`, and `until` when it counts."
CUSTOMER_SLOT: Final = "customer"
"The id of the customer whom an agent has named."
ACTOR_LENGTH: Final = 64


def actor(turn: Turn, session: Session, order_number: str | None = None) -> Actor:
    """Return who has something done, and for whom.

    Args:
        order_number: of the order that it is about; an agent's customer is then who placed it.

    Raises:
        UnknownCustomer: an agent names a customer whom nobody knows.
    """
    speaker = turn.speaker
    if speaker.role is Role.AGENT:
        return Actor(
            Who.AGENT, _name("agent", speaker.subject), _about(turn, session, order_number)
        )
    if speaker.customer_id:
        return Actor(Who.CUSTOMER, _name("customer", speaker.customer_id), speaker.customer_id)
    proven = known_guest(turn)
    return Actor(Who.GUEST, _name("guest", speaker.subject), proven.customer_id if proven else None)


def order(turn: Turn, session: Session, order_number: str) -> Order:
    """Return an order that the speaker may see.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        NotVerified: a guest has not proved that it is his.
    """
    who = actor(turn, session, order_number)
    if who.who is Who.GUEST:
        require_order_proof(turn)
    if who.customer_id is None:
        raise UnknownOrder(order_number)
    return orders.owned(session, order_number, who.customer_id)


def require_order_proof(turn: Turn) -> None:
    """Raise where a guest knows too little for an order.

    Raises:
        NotVerified: he does.
    """
    proven = known_guest(turn)
    if not proven or not opens_order(turn.services.service_desk.policy.identity, proven.known):
        raise NotVerified


def proves_order(turn: Turn) -> bool:
    """Return whether the speaker has proved enough to see an order whose number he has."""
    if turn.speaker.role is Role.AGENT or turn.speaker.customer_id:
        return True
    try:
        require_order_proof(turn)
    except NotVerified:
        return False
    return True


def proves_account(turn: Turn) -> bool:
    """Return whether the speaker has proved enough to see an account."""
    if turn.speaker.role is Role.AGENT or turn.speaker.customer_id:
        return True
    proven = known_guest(turn)
    policy = turn.services.service_desk.policy.identity
    return proven is not None and opens_account(policy, proven.known)


def known_guest(turn: Turn) -> Proven | None:
    """Return what a guest has proved, if it still counts."""
    kept: Mapping[str, Any] | None = turn.slots.get(IDENTITY_SLOT)
    if not kept or datetime.fromisoformat(kept["until"]) < turn.services.now():
        return None
    return Proven(str(kept["customer_id"]), frozenset(Proof(one) for one in kept["known"]))


def try_to_prove(turn: Turn, claims: Mapping[Proof, str]) -> EventType | None:
    """Return the event that keeps what the claims prove, or None where they prove nothing.

    What was proved of the same customer before still counts.

    Raises:
        TooManyAttempts: too many were wrong.
    """
    services = turn.services
    policy = services.service_desk.policy.identity
    now = services.now()
    # A try counts whatever becomes of the message, so it is a transaction of its own.
    with services.store.transaction() as session:
        key = services.settings.secrets.conversation_key
        proven = prove(session, policy, claims, turn.conversation_id, key, now)
    if proven is None:
        return None
    before = known_guest(turn)
    same = before is not None and before.customer_id == proven.customer_id
    known = proven.known | (before.known if same and before else frozenset())
    value = {
        "customer_id": proven.customer_id,
        "known": sorted(known),
        "until": (now + timedelta(minutes=policy.valid_minutes)).isoformat(),
    }
    turn.slots = {**turn.slots, IDENTITY_SLOT: value}
    return SlotSet(IDENTITY_SLOT, value)


def forget() -> EventType:
    """Return the event after which a guest has proved nothing."""
    return SlotSet(IDENTITY_SLOT, None)


def customer_id(turn: Turn, session: Session) -> str:
    """Return the customer whose account the message is about.

    Raises:
        MissingCustomer: an agent names nobody.
        NotVerified: a guest has not proved who he is.
    """
    if not proves_account(turn):
        raise NotVerified
    found = actor(turn, session).customer_id
    if found is None:
        raise MissingCustomer
    return found


def _about(turn: Turn, session: Session, order_number: str | None) -> str | None:
    """Return the customer whom an agent means: one named, the contact, or who placed the order."""
    if named := turn.slots.get(CUSTOMER_SLOT) or turn.speaker.customer_id:
        return customers.get(session, str(named)).id
    found = orders.find(session, order_number) if order_number else None
    return found.customer_id if found else None


def _name(kind: str, subject: str) -> str:
    return f"{kind}:{subject}"[:ACTOR_LENGTH]
