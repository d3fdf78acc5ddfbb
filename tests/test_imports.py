"""What a package imports decides how fast it starts and where it can run."""

from __future__ import annotations

import subprocess
import sys

import pytest


def imported(module: str) -> set[str]:
    """Return the modules that importing `module` loads, in an interpreter of its own."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["actions.__main__", "analytics.cli", "analytics.training"])
def test_tensorflow_and_rasa_never_enter(module: str) -> None:
    assert not {"tensorflow", "rasa"} & imported(module)


def test_command_line_starts_light() -> None:
    assert not {"pandas", "sklearn", "matplotlib", "sqlalchemy"} & imported("analytics.cli")
