"""Bringing the contact columns of every row to the keys of today, or back to plain text."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from sqlalchemy import Column, String, Table, bindparam, select, type_coerce, update
from sqlalchemy.orm import Session

from analytics.store.bulk import chunks
from analytics.store.contacts import PREFIX, Contact, cipher_of
from analytics.store.models import Base

_MARK: Final = "held_"


def require_keys(session: Session) -> None:
    """Raise where contacts are encrypted with a key that is not at hand.

    Raises:
        WrongContactKey: they are.
    """
    for columns in _contacts().values():
        for one in columns:
            encrypted = type_coerce(one, String).startswith(PREFIX)
            session.execute(select(one).where(encrypted).limit(1)).first()


def rewrite(session: Session, *, plain: bool = False) -> Counter[str]:
    """Encrypt every contact with the newest key, or write it as plain text.

    Returns:
        Rows of each table that hold contacts.

    Raises:
        WrongContactKey: a row was encrypted with none of the keys; nothing should be kept then.
    """
    done: Counter[str] = Counter()
    if not plain and cipher_of(session.get_bind().dialect) is None:
        return done
    for table, columns in _contacts().items():
        keys = list(table.primary_key)
        rows = session.execute(select(*keys, *columns)).all()
        kinds = {one.name: String() if plain else one.type for one in columns}
        statement = (
            update(table)
            .where(*(key == bindparam(_MARK + key.name) for key in keys))
            .values({name: bindparam(name, type_=kind) for name, kind in kinds.items()})
        )
        for chunk in chunks(rows):
            names = [*(_MARK + key.name for key in keys), *kinds]
            session.connection().execute(
                statement, [dict(zip(names, row, strict=True)) for row in chunk]
            )
        done[table.name] += len(rows)
    return done


def _contacts() -> dict[Table, list[Column[Any]]]:
    """Return the contact columns of every table that has any."""
    found = {
        table: [one for one in table.columns if isinstance(one.type, Contact)]
        for table in Base.metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}
