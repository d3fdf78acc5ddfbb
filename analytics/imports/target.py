"""The shop that an import writes into."""

from __future__ import annotations

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from analytics.errors import InvalidFile
from analytics.store.models import Base, Shop


def claim(session: Session, shop: Shop, *, replace: bool) -> bool:
    """Make the store hold `shop`; what it holds of the same source stays.

    Args:
        replace: empty every table first, also quotes, tickets and feedback, since they speak of
            customers and products of the shop that goes.

    Returns:
        Whether the shop is new to the store.

    Raises:
        InvalidFile: the store holds a shop of another source or currency, and `replace` is false.
    """
    if session.get_bind().dialect.name == "postgresql":
        # SQLite has one writer at a time; here two imports could otherwise run side by side.
        session.execute(text("LOCK TABLE shop IN SHARE ROW EXCLUSIVE MODE"))
    if replace:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        session.expire_all()
    held = session.get(Shop, 1)
    if held is None:
        session.add(Shop(id=1, name=shop.name, currency=shop.currency, source=shop.source))
        session.flush()
        return True
    if (held.source, held.currency) != (shop.source, shop.currency):
        raise InvalidFile(
            f"the store already holds the shop {held.name!r} (source {held.source}, "
            f"{held.currency}), which would mix with this one (source {shop.source}, "
            f"{shop.currency}): set SALESCLERK_HOME or DATABASE_URL to a place of its own, or give "
            "--replace to empty the store first"
        )
    held.name = shop.name
    return False
