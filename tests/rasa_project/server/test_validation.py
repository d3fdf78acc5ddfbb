"""Rasa's own check of the domain, the sentences and the rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

ROOT = Path(__file__).resolve().parents[3]
KNOWN = (
    # Nobody says these: they are a button's, what `ConfidenceCheck` makes, the channel's.
    r"The intent '(clarify|nlu_ambiguous|take_over|handoff_ended)' is listed in the domain file, "
    r"but is not found",
    # Actions say these; Rasa looks into rules only.
    r"The utterance 'utter_\S+' is not used in any story or rule\.",
    # A retrieval intent belongs to the domain twice by nature: listed, and read from its sentences.
    r"The following duplicated intents have been found across multiple domain files: smalltalk",
    r"Action 'utter_smalltalk' is listed as a response action in the domain file",
)


def test_rasa_data_validate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "rasa_project", "validate"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    warnings = re.findall(r"UserWarning: (.*)", told)
    unexpected = [one for one in warnings if not any(re.match(known, one) for known in KNOWN)]
    assert unexpected == []
