"""Erasing a person: from the shop's tables, conversations, files and published models."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import Any

from analytics import artifacts
from analytics.errors import NotEnoughHistory
from analytics.privacy import files
from analytics.privacy.person import Person, find
from analytics.privacy.traces import Traces
from analytics.progress import Progress, silent
from analytics.settings import Settings
from analytics.store import Store, personal
from analytics.store.conversations import Conversations, Said
from analytics.training import train

Receipt = Counter[str]
"How much went or changed, by `table.<name>`, `conversations.<name>`, `files.<kind>`, `models`."


def preview(store: Store, settings: Settings, customer_id: str) -> Receipt:
    """Return what `erase` would do now; nothing changes."""
    conversations = Conversations(settings.conversations_url)
    try:
        person = find(store, conversations, customer_id, settings.secrets)
        done: Receipt = Counter()
        with store.reading() as session:
            held = personal.rows(session, person.who)
        done.update({f"table.{name}": len(rows) for name, rows in held.items()})
        for said in conversations.said(person.conversations):
            done[f"conversations.{said.table}"] += 1
        done["conversations.redacted"] = len(_redacted(conversations, person))
        _clean_files(settings, person, done, dry_run=True)
        done["models"] = len(files.versions_about(settings.artifacts, person.traces))
        return +done
    finally:
        conversations.close()


def erase(
    store: Store, settings: Settings, customer_id: str, progress: Progress = silent
) -> Receipt:
    """Erase a person; again, it finds nothing more.

    The customer's row goes after everything that is found by it: where something fails halfway,
    doing it again does the rest.

    Returns:
        Counts without anything personal, so that they may be kept.

    Raises:
        StoreUnavailable: a database does not answer, or is in use too much to be made anew.
        WrongContactKey: the contact data, which say what to look for, cannot be read.
    """
    conversations = Conversations(settings.conversations_url)
    try:
        progress("looking", 0, 4)
        person = find(store, conversations, customer_id, settings.secrets)
        done: Receipt = Counter()
        progress("conversations", 1, 4)
        _erase_conversations(conversations, person, done)
        progress("files", 2, 4)
        _clean_files(settings, person, done, dry_run=False)
        progress("tables", 3, 4)
        with store.transaction() as session:
            gone = personal.erase(session, person.who)
            gone += personal.redact(session, person.traces.without)
        done.update({f"table.{name}": rows for name, rows in gone.items()})
        done["models"] = _renew_models(store, settings, person.traces, progress)
        # A turn that was under way at the start has been answered and written down by now.
        _erase_conversations(conversations, person, done)
        store.scrub()
        conversations.scrub()
        progress("tables", 4, 4)
        return +done
    finally:
        conversations.close()


def _erase_conversations(conversations: Conversations, person: Person, done: Receipt) -> None:
    # A running Rasa server notices: what it has in memory counts only while the database has it.
    gone = conversations.delete(person.conversations)
    done.update({f"conversations.{name}": rows for name, rows in gone.items()})
    redacted = _redacted(conversations, person)
    conversations.replace(redacted)
    done["conversations.redacted"] += len(redacted)


def _redacted(conversations: Conversations, person: Person) -> list[Said]:
    """Return the rows of other people's conversations that change, without the person."""
    found = []
    for said in conversations.said(person.others) if person.others else ():
        values = {name: _without(value, person.traces) for name, value in said.values.items()}
        if values != said.values:
            found.append(Said(said.table, said.conversation_id, values))
    return found


def _without(value: Any, traces: Traces) -> Any:
    """Return a cell without the person; JSON stays JSON."""
    if not isinstance(value, str) or value not in traces:
        return value
    try:
        return json.dumps(traces.without(json.loads(value)))
    except json.JSONDecodeError:
        return traces.without(value)


def _clean_files(settings: Settings, person: Person, done: Receipt, *, dry_run: bool) -> None:
    for path in files.documents(settings):
        if files.clean(path, person.traces, dry_run=dry_run):
            done["files.documents"] += 1
    # Of a link that is lost nobody knows whose file it opened; it can be made again.
    for path in files.unshared_invoices(settings, person.shared):
        done["files.invoices"] += 1
        if not dry_run:
            path.unlink(missing_ok=True)


def _renew_models(store: Store, settings: Settings, traces: Traces, progress: Progress) -> int:
    """Train without the person, and remove the versions in which the person is; return how many."""
    about = files.versions_about(settings.artifacts, traces)
    if not about:
        return 0
    # Where nobody is left to learn from, nothing serves.
    with suppress(NotEnoughHistory):
        train(store, settings, progress, force=True)
    artifacts.drop(settings.artifacts, about)
    return len(about)
