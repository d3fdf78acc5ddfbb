"""Personal data: export, erase, keep no longer than needed, encrypt, consent."""

from __future__ import annotations

import typer

app = typer.Typer(help="Personal data: export, erase, retain, encrypt.", no_args_is_help=True)


@app.command()
def key() -> None:
    """Print a fresh key for SALESCLERK_CONTACT_KEY.

    Example: salesclerk privacy key
    """
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())  # noqa: T201
