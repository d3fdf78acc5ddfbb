"""Who a guest is: proved by what only the customer knows, with few tries and nothing to probe.

What is wrong and what does not exist look the same, and count the same. Tries are counted of each
conversation and about each order or account, so neither many conversations about one order nor one
about many orders gets far.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from analytics.errors import TooManyAttempts
from analytics.service.policy import Identity, Proof
from analytics.store import customers, orders
from analytics.store.models import Customer, IdentityAttempt

type Claims = Mapping[Proof, str]


@dataclass(frozen=True)
class Proven:
    """What a guest has proved.

    Attributes:
        known: facts that he knew.
    """

    customer_id: str
    known: frozenset[Proof]


def prove(
    session: Session, policy: Identity, claims: Claims, conversation_id: str, key: str, at: datetime
) -> Proven | None:
    """Return whom the claims belong to, or None; the try is written down.

    Args:
        claims: an order number with facts of its customer, or facts alone.
        key: secret by which the records name what was claimed.

    Raises:
        TooManyAttempts: too many were wrong; right ones are not accepted now either.
    """
    marks = [claim_mark(proof, claims[proof], key) for proof in _SUBJECTS if proof in claims]
    _require_few(session, policy, conversation_id, marks, at)
    owner = _owner(session, policy, claims)
    for mark in marks:
        session.add(
            IdentityAttempt(
                conversation_id=conversation_id,
                claim=mark,
                succeeded=owner is not None,
                created_at=at,
            )
        )
    return Proven(owner.id, frozenset(claims) - {Proof.ORDER_NUMBER}) if owner else None


def opens_order(policy: Identity, known: frozenset[Proof]) -> bool:
    """Return whether these facts, and the number of an order, are enough to see the order."""
    return any(rule <= known | {Proof.ORDER_NUMBER} for rule in policy.order)


def opens_account(policy: Identity, known: frozenset[Proof]) -> bool:
    """Return whether these facts are enough to see the account."""
    return any(rule <= known for rule in policy.account)


def _owner(session: Session, policy: Identity, claims: Claims) -> Customer | None:
    facts = frozenset(claims)
    if number := claims.get(Proof.ORDER_NUMBER):
        order = orders.find(session, number)
        owner = order.customer if order else None
        postcodes = {owner.postcode, order.postcode} if order and owner else set()
        enough = any(rule <= facts for rule in policy.order)
        return owner if owner and enough and _holds(owner, claims, postcodes) else None
    if not opens_account(policy, facts):
        return None
    found = [
        one
        for one in customers.candidates(
            session, claims.get(Proof.EMAIL), claims.get(Proof.POSTCODE)
        )
        if _holds(one, claims, {one.postcode})
    ]
    return found[0] if len(found) == 1 else None


def _holds(owner: Customer, claims: Claims, postcodes: set[str | None]) -> bool:
    """Return whether every fact is the customer's."""
    known = {
        Proof.EMAIL: {_plain(Proof.EMAIL, owner.email)},
        Proof.NAME: {_plain(Proof.NAME, owner.name)},
        Proof.POSTCODE: {_plain(Proof.POSTCODE, one) for one in postcodes},
    }
    return all(
        bool(_plain(proof, value)) and _plain(proof, value) in known[proof]
        for proof, value in claims.items()
        if proof in known
    )


def _plain(proof: Proof, text: str | None) -> str:
    """Return a fact however it is spelled: in lower case, its letters and digits alone.

    An e-mail address keeps its signs: with others it is another address.
    """
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(folded.split()) if proof is Proof.EMAIL else re.sub(r"[\W_]", "", folded)


def claim_mark(proof: Proof, value: str, key: str) -> str:
    """Return by what the records name a claim, without telling it."""
    return hmac.new(
        key.encode(), f"{proof}:{_plain(proof, value)}".encode(), hashlib.sha256
    ).hexdigest()


def _require_few(
    session: Session, policy: Identity, conversation_id: str, marks: list[str], at: datetime
) -> None:
    since = at - timedelta(minutes=policy.attempts_minutes)
    for mark in marks:
        wrong = session.scalar(
            select(func.count()).where(
                IdentityAttempt.succeeded.is_(False),
                IdentityAttempt.created_at > since,
                or_(
                    IdentityAttempt.conversation_id == conversation_id,
                    IdentityAttempt.claim == mark,
                ),
            )
        )
        if (wrong or 0) >= policy.attempts:
            raise TooManyAttempts(policy.attempts_minutes)


_SUBJECTS = (Proof.ORDER_NUMBER, Proof.EMAIL, Proof.NAME)
"Facts by which tries are counted: they say whose account is tried."
