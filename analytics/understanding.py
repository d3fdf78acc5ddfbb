"""How well the bot understands: measured in Rasa's environment, which Python 3.12 cannot load.

The Rasa side is `python -m rasa_project evaluate`. Its progress comes as lines on standard error,
its report as the file `report.json`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from analytics.errors import EvaluationError, SettingsError

ROOT: Final = Path(__file__).resolve().parents[1]
RASA_PYTHON: Final = ROOT / ".venv-rasa" / "bin" / "python"
REPORT: Final = "report.json"

Progress = Callable[[str, int, int], None]


def evaluate(data: Path | None, output: Path, progress: Progress) -> dict[str, Any]:
    """Evaluate the bot that is served, training it first where there is none.

    Args:
        data: folder of the public sets; without it they are left out.
        output: folder for `report.html` and `report.json`.
        progress: told what is done, how much of it, and of how much.

    Returns:
        The content of `report.json`: `measures`, and `tables` of them as text.

    Raises:
        SettingsError: Rasa's environment is not installed.
        EvaluationError: the Rasa side ended with an error.
    """
    if not RASA_PYTHON.exists():
        raise SettingsError(str(RASA_PYTHON), "nothing", "the environment that `make setup` makes")
    command = [
        str(RASA_PYTHON),
        "-m",
        "rasa_project",
        "evaluate",
        "--output",
        str(output.absolute()),
    ]
    command += ["--data", str(data.absolute())] if data else []
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace",
    ) as running:  # fmt: skip
        printed = _follow(running.stderr or (), progress)
    if running.returncode:
        raise EvaluationError("".join(printed))
    report: dict[str, Any] = json.loads((output / REPORT).read_text(encoding="utf-8"))
    return report


def _follow(lines: Iterable[str], progress: Progress) -> list[str]:
    """Tell the progress on the way; return the other lines."""
    others = []
    for line in lines:
        match line.rstrip("\n").split("\t"):
            case ["progress", done, total, what]:
                progress(what, int(done), int(total))
            case _:
                others.append(line)
    return others
