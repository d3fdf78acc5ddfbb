"""Files for one person: written into the home, opened by a link that nobody can guess."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final

from analytics.identity import FILE_LIFETIME, FILES_FOLDER, SharedFile, sign_file
from analytics.settings import Secrets

ADDRESS: Final = "/chat/files/"
"Where the assistant serves them."


def publish(content: bytes, name: str, home: Path, secrets: Secrets) -> str:
    """Keep a PDF and return the path of a link that opens it for a day.

    Files whose last link has expired are removed.

    Args:
        name: what it is to be called by whoever saves it, such as `INV-1.pdf`; not its name here.
    """
    folder = home / FILES_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = sha256(content).hexdigest()
    _write(folder / f"{key}.pdf", content)
    _tidy(folder)
    return ADDRESS + sign_file(SharedFile(key, name), secrets)


def _write(path: Path, content: bytes) -> None:
    """Write aside and rename, so that nobody reads half a file; only its owner may read it."""
    draft = path.with_name(f"{path.name}.{token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _tidy(folder: Path) -> None:
    # An hour more than a link lasts, for clocks and for who is reading just now.
    oldest = time.time() - FILE_LIFETIME.total_seconds() - 3600
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            # Another process was faster.
            continue
