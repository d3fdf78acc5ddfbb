"""Where a person's data are: rows, conversations, and by what texts name the person."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import UnknownCustomer
from analytics.identity import Role
from analytics.privacy.traces import Traces
from analytics.service.identity import claim_mark
from analytics.service.policy import Proof
from analytics.settings import Secrets
from analytics.store import Store, customers, personal
from analytics.store.conversations import Conversations, Said
from analytics.store.models import Change, Customer
from analytics.store.personal import Who

_LINK: Final = re.compile(r"/chat/files/([A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+)")
_CONTACT_DETAILS: Final = ("address", "old_address", "email", "value", "old")
"Details of a change that hold, or held, contact data."
_SHORTEST: Final = 6
"Contact data with fewer characters are found in too many other texts."


@dataclass(frozen=True)
class Person:
    """A person's data.

    Attributes:
        agents: conversations of agents that are about the person.
        others: conversations of other customers that name the person.
        files: keys of the files that were published in the person's own or agents' conversations.
        shared: keys of the files that any other conversation links to.
    """

    who: Who
    traces: Traces
    agents: frozenset[str]
    others: frozenset[str]
    files: frozenset[str]
    shared: frozenset[str]

    @property
    def conversations(self) -> frozenset[str]:
        """Those that go with the person."""
        return self.who.conversations | self.agents


@dataclass
class _Seen:
    """What is known of one conversation."""

    speakers: set[tuple[str, str | None]] = field(default_factory=set)
    traced: bool = False
    files: set[str] = field(default_factory=set)

    def others(self, customer_id: str) -> bool:
        """Return whether another customer speaks in it."""
        return any(
            role == Role.SHOPPER.value and customer not in (None, customer_id)
            for role, customer in self.speakers
        )

    def agents(self) -> bool:
        return any(role == Role.AGENT.value for role, _ in self.speakers)


def find(store: Store, conversations: Conversations, customer_id: str, secrets: Secrets) -> Person:
    """Look a person up in everything that was said; also one of whom only traces are left.

    Args:
        customer_id: in any case, while there is such a customer.
    """
    with store.reading() as session:
        customer = _customer(session, customer_id)
        customer_id = customer.id if customer else customer_id
        traces = _traces(session, customer_id, customer)
        named = personal.conversations(session, customer_id)
        claims = _claims(customer, secrets.conversation_key) if customer else frozenset()
        deliveries = personal.deliveries(session, lambda body: body in traces)
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for said in conversations.said():
        _look(seen[said.conversation_id], said, customer_id, traces)
    about = {key for key, one in seen.items() if one.traced} | named
    others = {key for key in about if seen[key].others(customer_id)}
    agents = {key for key in about - others if seen[key].agents()}
    own = about - others - agents
    return Person(
        Who(customer_id, frozenset(own), claims, deliveries),
        traces,
        frozenset(agents),
        frozenset(others),
        frozenset(one for key in own | agents for one in seen[key].files),
        frozenset(one for key in seen.keys() - own - agents for one in seen[key].files),
    )


def _customer(session: Session, customer_id: str) -> Customer | None:
    try:
        return customers.get(session, customer_id)
    except UnknownCustomer:
        return None


def texts(said: Said) -> Iterator[str]:
    """Yield the texts of a row."""
    yield from (value for value in said.values.values() if isinstance(value, str))


def _look(seen: _Seen, said: Said, customer_id: str, traces: Traces) -> None:
    for text in texts(said):
        seen.traced = seen.traced or text in traces
        seen.files.update(filter(None, map(_subject, _LINK.findall(text))))
        for context in _contexts(text):
            claims = _claims_of(context)
            seen.speakers.add((str(claims.get("role")), claims.get("customer_id")))
            seen.traced = seen.traced or claims.get("customer_id") == customer_id


def _contexts(text: str) -> Iterator[str]:
    """Yield what a channel vouched for, of an event of Rasa's."""
    if '"context"' in text:
        metadata = json.loads(text).get("metadata") or {}
        if isinstance(metadata.get("context"), str):
            yield metadata["context"]


def _claims_of(token: str) -> dict[str, Any]:
    """Return what a token of ours says; it may have expired, and its key be another by now."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError:
        return {}


def _subject(token: str) -> str | None:
    subject = _claims_of(token).get("sub")
    return str(subject) if subject else None


def _traces(session: Session, customer_id: str, customer: Customer | None) -> Traces:
    """Return by what texts name the person, today and before changes of the account."""
    if customer is None:
        return Traces(customer_id)
    contacts: set[object] = {customer.email, customer.phone, customer.address}
    contacts |= {one.address for one in customer.addresses}
    contacts |= {one.address for one in customer.orders}
    for details in session.scalars(select(Change.details).where(Change.customer_id == customer_id)):
        contacts |= {details.get(name) for name in _CONTACT_DETAILS}
    told = {one for one in contacts if isinstance(one, str) and len(one) >= _SHORTEST}
    return Traces(customer_id, [customer.name] if customer.name else [], told)


def _claims(customer: Customer, key: str) -> frozenset[str]:
    facts = [(Proof.ORDER_NUMBER, order.id) for order in customer.orders]
    facts += [
        (proof, value)
        for proof, value in ((Proof.EMAIL, customer.email), (Proof.NAME, customer.name))
        if value
    ]
    return frozenset(claim_mark(proof, value, key) for proof, value in facts)
