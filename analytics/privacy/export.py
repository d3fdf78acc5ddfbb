"""Everything held about a person, to be handed to the person."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from typing import Any

from analytics.privacy import files
from analytics.privacy.person import Person, find
from analytics.settings import Settings
from analytics.store import Store, customers, personal
from analytics.store.conversations import Conversations, Said


def export(store: Store, settings: Settings, customer_id: str) -> dict[str, Any]:
    """Return what is held about a customer, as values that JSON knows or `str` tells.

    Returns:
        `customer_id`; `tables`: the rows of each; `conversations`: by id, what was said and
        answered; `files`: of published invoices, name and content (base64); `logs`: by file, the
        lines that name the customer.

    Raises:
        UnknownCustomer: there is none.
    """
    with store.reading() as session:
        customer_id = customers.get(session, customer_id).id
    conversations = Conversations(settings.conversations_url)
    try:
        person = find(store, conversations, customer_id, settings.secrets)
        with store.reading() as session:
            tables = personal.rows(session, person.who)
        return {
            "customer_id": customer_id,
            "tables": tables,
            "conversations": _said(conversations, person),
            "files": [
                {"name": path.name, "content": b64encode(path.read_bytes()).decode()}
                for path in files.invoices(settings, person.files)
            ],
            "logs": {
                str(path.relative_to(settings.home)): lines
                for path in files.documents(settings)
                if path.match(files.LOGS) and (lines := files.mentions(path, person.traces))
            },
        }
    finally:
        conversations.close()


def _said(conversations: Conversations, person: Person) -> dict[str, dict[str, list[Any]]]:
    """Return each conversation of the person's own, and of agents about the person."""
    found: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for said in conversations.said(person.conversations):
        found[said.conversation_id][said.table].append(_readable(said))
    return {key: dict(tables) for key, tables in found.items()}


def _readable(said: Said) -> dict[str, Any]:
    """Return a row with its JSON opened, without what a channel signs for our own use."""
    row = dict(said.values)
    for name, value in said.values.items():
        if isinstance(value, str) and value.startswith(("{", "[")):
            row[name] = json.loads(value)
            if isinstance(row[name], dict) and isinstance(row[name].get("metadata"), dict):
                row[name]["metadata"].pop("context", None)
    return row
