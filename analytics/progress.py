"""How long work tells how far it is; the command line draws it as bars."""

from __future__ import annotations

from collections.abc import Callable

type Progress = Callable[[str, int, int], None]
"Told what is being done, how much of it is done, and how much there is."


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""
