"""`salesclerk evaluate nlu`, with a script in the place of Rasa's environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from analytics import cli, understanding
from analytics.errors import EvaluationError, SettingsError

REPORT = {
    "measures": {"understanding": {"held_back.zh": {"accuracy": 0.9}}, "left_out": ["b/b.csv.gz"]},
    "tables": [
        {
            "title": "What it mixes up",
            "note": "The most frequent 2.",
            "columns": ["intent", "taken for", "times", "for example"],
            "words": [0, 1, 3],
            "rows": [
                ["track_order", "get_refund", "3", "[red]where is it[/red]" + " again" * 30],
                ["warranty", "complaint", "1", "保修多久" * 30],
            ],
        }
    ],
}
RASA = """#!/bin/sh
echo "$@" > "{log}"
printf 'progress\\t1\\t2\\tasking held_back.en\\nprogress\\t2\\t2\\tasking held_back.en\\n' >&2
echo 'a library warns' >&2
echo 'a library prints'
{end}
"""


@pytest.fixture
def rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that writes the report; returns where it notes its arguments."""
    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path / "home"))
    output = tmp_path / "home" / "reports" / "nlu"
    output.mkdir(parents=True)
    (output / "report.json").write_text(json.dumps(REPORT), encoding="utf-8")
    return _stand_in(tmp_path, monkeypatch, "exit 0")


def _stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> Path:
    script, log = folder / "python", folder / "arguments"
    script.write_text(RASA.format(log=log, end=end))
    script.chmod(0o755)
    monkeypatch.setattr(understanding, "RASA_PYTHON", script)
    return log


def test_the_tables_fit_a_terminal_of_100_columns(
    rasa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    done = CliRunner().invoke(cli.app, ["evaluate", "nlu"])
    assert done.exit_code == 0
    assert "[red]where is it[/red]" in done.stdout
    assert "left out" in done.stdout.lower()
    assert "b/b.csv.gz" in done.stdout
    assert "report.html" in done.stdout.splitlines()[-1]
    assert all(cell_len(line) <= 100 for line in done.stdout.splitlines()[:-1])
    assert "library" not in done.stdout


def test_json_is_the_measures_alone(rasa: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["evaluate", "nlu", "--data", str(tmp_path), "--json"])
    assert json.loads(done.stdout) == REPORT["measures"]
    assert f"--data {tmp_path}" in rasa.read_text()


def test_progress_is_told_as_it_comes(rasa: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    output = tmp_path / "home" / "reports" / "nlu"
    understanding.evaluate(None, output, lambda *step: told.append(step))
    assert told == [("asking held_back.en", 1, 2), ("asking held_back.en", 2, 2)]


def test_what_the_rasa_side_printed_is_in_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stand_in(tmp_path, monkeypatch, "exit 3")
    with pytest.raises(EvaluationError, match="a library warns"):
        understanding.evaluate(None, tmp_path, lambda *step: None)


def test_without_rasas_environment_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding, "RASA_PYTHON", tmp_path / "nothing")
    with pytest.raises(SettingsError, match="make setup"):
        understanding.evaluate(None, tmp_path, lambda *step: None)


def test_a_folder_that_is_not_there_is_wrong_usage() -> None:
    done = CliRunner().invoke(cli.app, ["evaluate", "nlu", "--data", "/nowhere/at/all"])
    assert done.exit_code == 2


def test_without_a_subject_the_models_measures_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analytics import artifacts

    class Current:
        manifest = {"metrics": {"recommender": {"ndcg": {"ours": 0.5}}}}

    monkeypatch.setenv("SALESCLERK_HOME", str(tmp_path))
    monkeypatch.setattr(artifacts, "current", lambda folder: Current)
    done = CliRunner().invoke(cli.app, ["evaluate", "--json"])
    assert json.loads(done.stdout) == [
        {"model": "recommender", "measure": "ndcg.ours", "value": 0.5}
    ]
