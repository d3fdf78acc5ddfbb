"""Serving leaves out what only training needs, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

LOADED = """
from rasa_project import serving
serving.prepare()
import sys
import rasa.core.agent, rasa.core.run, rasa.server
from rasa.core.actions.action import RemoteAction
import jsonschema
action = RemoteAction("action_x", None)
assert action._validate_action_result({"events": [], "responses": []})
try:
    action._validate_action_result({"events": [{"event": 7}], "responses": {}})
except jsonschema.ValidationError:
    print("refused", "tensorflow" in sys.modules)
"""
LATE = """
import sys, types
sys.modules["tensorflow"] = types.ModuleType("tensorflow")
from rasa_project import serving
try:
    serving.prepare()
except RuntimeError as error:
    print(error)
"""


def run(code: str) -> str:
    """Run code in an interpreter of its own and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_serving_needs_no_tensorflow_and_still_checks_answers() -> None:
    assert run(LOADED) == "refused False"


def test_too_late_is_told() -> None:
    assert "loaded already" in run(LATE)
