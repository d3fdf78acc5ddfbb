"""What customers allow their data to be used for.

Of marketing the customer's own mark, `customers.marketing_consent`, holds where there is no row;
of other purposes what the shop holds by default.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from analytics.store.models import Consent, Customer, Purpose


def granted(session: Session, customer_id: str, purpose: Purpose, *, default: bool) -> bool:
    """Return whether a customer's data may be used for a purpose.

    Args:
        default: for a purpose other than marketing, where the customer has said nothing.
    """
    said = session.get(Consent, (customer_id, purpose))
    if said is not None:
        return said.granted
    if purpose is not Purpose.MARKETING:
        return default
    customer = session.get(Customer, customer_id)
    return customer is not None and customer.marketing_consent


def record(
    session: Session, customer_id: str, purpose: Purpose, *, given: bool, at: datetime, source: str
) -> Consent:
    """Keep what a customer said to a purpose; it takes the place of what was said before.

    Args:
        source: who wrote it: customer:<id>, agent:<subject>, import.
    """
    consent = session.merge(
        Consent(customer_id=customer_id, purpose=purpose, granted=given, at=at, source=source)
    )
    if purpose is Purpose.MARKETING:
        session.get_one(Customer, customer_id).marketing_consent = given
    session.flush()
    return consent


def allowed(
    purpose: Purpose, customer_id: InstrumentedAttribute[Any], *, default: bool
) -> ColumnElement[bool]:
    """Return the condition that the customer of a row, if it has one, allows a purpose.

    Args:
        customer_id: the column that names the customer.
        default: for a customer who has said nothing.
    """
    said = select(Consent.customer_id).where(
        and_(Consent.purpose == purpose, Consent.granted.is_not(default))
    )
    return customer_id.not_in(said) if default else customer_id.in_(said)


def said(session: Session, customer_id: str) -> dict[Purpose, bool]:
    """Return what the customer said, by purpose."""
    rows = session.scalars(select(Consent).where(Consent.customer_id == customer_id))
    return {Purpose(row.purpose): row.granted for row in rows}


def mark_marketing(session: Session) -> None:
    """Bring customers' own marks in line with their consents, after an import."""
    answers: Select[str] = select(Consent.customer_id).where(Consent.purpose == Purpose.MARKETING)
    for given in (True, False):
        session.execute(
            update(Customer)
            .where(
                Customer.id.in_(answers.where(Consent.granted.is_(given))),
                Customer.marketing_consent.is_not(given),
            )
            .values(marketing_consent=given)
        )
