"""What a customer's data may be used for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from actions.turn import Turn
from analytics.errors import NoConsent
from analytics.store import consents
from analytics.store.models import Purpose


def given(turn: Turn, session: Session, customer_id: str, purpose: Purpose) -> bool:
    """Return whether the customer's data may be used for a purpose."""
    default = turn.services.privacy.consent.of(purpose)
    return consents.granted(session, customer_id, purpose, default=default)


def require(turn: Turn, session: Session, customer_id: str, purpose: Purpose) -> None:
    """Raise where the customer's data may not be used for a purpose.

    Raises:
        NoConsent: the customer refuses it.
    """
    if not given(turn, session, customer_id, purpose):
        raise NoConsent(customer_id, purpose)


def personalised(turn: Turn, session: Session) -> str | None:
    """Return the shopper who speaks, if it is one whose history may be used; else None."""
    speaker = turn.speaker.customer_id
    allowed = speaker and given(turn, session, speaker, Purpose.PERSONALISATION)
    return speaker if allowed else None
