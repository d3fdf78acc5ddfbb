"""Personal data: export, erase, keep no longer than needed, encrypt, consent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from analytics.commands.console import Json, errors, open_store, progress_bars, show
from analytics.settings import Settings

app = typer.Typer(help="Personal data: export, erase, retain, encrypt.", no_args_is_help=True)

Customer = Annotated[str, typer.Option("--customer", help="A customer's id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


class For(StrEnum):
    """The purposes of the store's `Purpose`, told without opening the store."""

    MARKETING = "marketing"
    PERSONALISATION = "personalisation"
    ANALYTICS = "analytics"


@app.command()
def export(
    customer: Customer,
    output: Annotated[
        Path | None, typer.Option(help="Write to this file; to the terminal without.")
    ] = None,
) -> None:
    """Print everything held about a customer, as one JSON document.

    Example: salesclerk privacy export --customer C00042 --output C00042.json
    """
    from analytics.privacy.export import export

    settings = Settings.from_environment()
    document = export(open_store(settings), settings, customer)
    text = json.dumps(document, default=str, ensure_ascii=False, indent=1)
    if output is None:
        print(text)  # noqa: T201
        return
    # Only its owner may read it: it is all there is to know of somebody.
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@app.command()
def erase(
    customer: Customer,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Erase a customer: rows, conversations, files, and from the models; sales stay, of nobody.

    Example: salesclerk privacy erase --customer C00042
    """
    from analytics.privacy.erasure import erase, preview

    settings = Settings.from_environment()
    store = open_store(settings)
    if dry_run:
        _show_counts(preview(store, settings, customer), as_json)
        return
    if not yes:
        # Not among what the command prints: that is the receipt.
        for name, count in sorted(preview(store, settings, customer).items()):
            errors.print(f"{name}: {count}", highlight=False)
        typer.confirm("Erase all this? It cannot be undone.", abort=True, err=True)
    with progress_bars() as progress:
        receipt = erase(store, settings, customer, progress)
    _show_counts(receipt, as_json)


@app.command()
def retain(dry_run: DryRun = False, as_json: Json = False) -> None:
    """Delete what is older than policies/privacy.yml lets it be kept; run it daily.

    Example: salesclerk privacy retain --dry-run
    """
    from analytics.privacy.policy import load_privacy_policy
    from analytics.privacy.retention import retain

    settings = Settings.from_environment()
    policy = load_privacy_policy(settings.policies / "privacy.yml").retention
    store = open_store(settings)
    _show_counts(retain(store, settings, policy, settings.now(), dry_run=dry_run), as_json)


@app.command()
def consent(
    customer: Customer,
    purpose: Annotated[For, typer.Option(help="What the data are used for.")],
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="What the customer said.")],
    as_json: Json = False,
) -> None:
    """Keep what a customer said to the use of his or her data.

    Example: salesclerk privacy consent --customer C00042 --purpose marketing --refuse
    """
    from analytics.store import consents, customers
    from analytics.store.models import Purpose

    settings = Settings.from_environment()
    with open_store(settings).transaction() as session:
        found = customers.get(session, customer)
        kept = consents.record(
            session,
            found.id,
            Purpose(purpose),
            given=grant,
            at=settings.now(),
            source="agent:command-line",
        )
        row = {"customer_id": found.id, "purpose": kept.purpose, "granted": kept.granted}
    show([row], as_json)


@app.command()
def key() -> None:
    """Print a fresh key for SALESCLERK_CONTACT_KEY.

    Example: salesclerk privacy key
    """
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())  # noqa: T201


@app.command()
def encrypt(
    plain: Annotated[bool, typer.Option("--plain", help="Write plain text instead.")] = False,
    as_json: Json = False,
) -> None:
    """Encrypt the contacts of every row with the newest key of SALESCLERK_CONTACT_KEY.

    Example: salesclerk privacy encrypt
    """
    from analytics.errors import SettingsError
    from analytics.store import encryption

    settings = Settings.from_environment()
    if not settings.contact_keys:
        raise SettingsError("SALESCLERK_CONTACT_KEY", "nothing", "the key to encrypt with")
    store = open_store(settings)
    with store.transaction() as session:
        done = encryption.rewrite(session, plain=plain)
    store.scrub()
    _show_counts(done, as_json)


def _show_counts(counts: Mapping[str, int], as_json: bool) -> None:
    if counts or as_json:
        show([dict(sorted(counts.items()))], as_json)
    else:
        errors.print("Nothing to do.")
