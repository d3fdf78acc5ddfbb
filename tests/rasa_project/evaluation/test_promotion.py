"""Which bot is served, and when a new one takes its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="runs in the Rasa server's environment, .venv-rasa")

from analytics.errors import EvaluationError, InvalidFile
from analytics.settings import Settings
from rasa_project import __main__ as command
from rasa_project import learned, promotion
from rasa_project.evaluation.asking import Answer
from rasa_project.promotion import Fall, chance

HELD_BACK = {
    "held_back.en.yml": "warranty: [w1, w2, w3, w4, w5, w6, w7, w8]\n",
    "held_back.zh.yml": "warranty: [z1, z2]\n",
    "out_of_scope.en.yml": "[x1, x2]\n",
    "out_of_scope.zh.yml": "[y1]\n",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})
    made.bot_models.mkdir(parents=True)
    return made


def model(settings: Settings, name: str) -> Path:
    path = settings.bot_models / f"bot-{name}.tar.gz"
    path.touch()
    return path


def answer(meaning: str, intent: str | None = None) -> Answer:
    return Answer(intent or meaning, meaning, 0.9, 0.9, None, 0.0)


def bots(wrong: dict[str, set[str]]) -> Callable[[Path, Sequence[str]], list[Answer]]:
    """Return bots that refuse what is no shop's business, and are wrong where it says."""

    def ask(path: Path, texts: Sequence[str]) -> list[Answer]:
        return [
            answer("nlu_fallback")
            if text[0] in "xy"
            else answer("review" if text in wrong.get(path.name, set()) else "warranty")
            for text in texts
        ]

    return ask


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sets"
    made.mkdir()
    for name, text in HELD_BACK.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def test_chance_is_that_of_fair_coins() -> None:
    assert chance(0, 0) == chance(0, 5) == 1.0
    assert chance(5, 0) == pytest.approx(1 / 32)
    assert chance(4, 1) == pytest.approx(6 / 32)
    assert chance(12, 4) == pytest.approx(0.0384, abs=1e-4)


def test_a_fall_needs_more_than_chance() -> None:
    assert Fall.of([True] * 8, [False] * 5 + [True] * 3).fell
    assert not Fall.of([True] * 8, [False] * 4 + [True] * 4).fell
    assert not Fall.of([True, False] * 20, [False, True] * 20).fell
    assert Fall.of([True, False], [True, True]) == Fall(2, 1, 2, 0, 1, 1.0)


def test_the_promoted_one_is_served_until_another_is(settings: Settings) -> None:
    assert promotion.promoted(settings) is None
    first = model(settings, "a")
    promotion.promote(settings, first, "p")
    assert promotion.promoted(settings) == promotion.Promoted(first, "p")
    first.unlink()
    assert promotion.promoted(settings) is None


def test_a_pointer_that_was_altered_is_told(settings: Settings) -> None:
    (settings.home / "promoted.json").write_text('{"model": 3}', encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"promoted\.json"):
        promotion.promoted(settings)


def test_the_report_names_falls_and_what_was_learned(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = model(settings, "a"), model(settings, "b")
    lost = {"w1", "w2", "w3", "w4", "w5"}
    monkeypatch.setattr(promotion, "ask", bots({old.name: {"wn"}, new.name: lost}))
    taught = [promotion.sets.Example("wn", "warranty")]
    report = promotion.compare(old, new, taught, folder)
    assert report["fell"]
    assert [name for name, of in report["sets"].items() if of["fell"]] == ["held_back.en"]
    assert json.loads(promotion.report_of(new).read_text(encoding="utf-8")) == report
    assert promotion.known(old, new) == report
    assert promotion.known(new, new) is None
    shown = promotion.table(report)
    assert "0 of 1 understood before, 1 after." in shown
    assert "worse" in shown


class Training:
    """Stands for Rasa's training: makes the file, and counts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, path: Path, *_: Any) -> int:
        self.times += 1
        path.touch()
        return 0


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Training:
    made = Training()
    monkeypatch.setattr(command, "_make", made)
    return made


def teach(settings: Settings, text: str) -> None:
    settings.training.mkdir(exist_ok=True)
    (settings.training / "nlu.en.yml").write_text(
        f'version: "3.1"\nnlu:\n- intent: warranty\n  examples: |\n    - {text}\n',
        encoding="utf-8",
    )


def test_the_first_bot_is_promoted_unasked(
    settings: Settings, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "ask", None)
    for _ in range(2):
        assert command._train(settings, forced=False) == 0
    assert training.times == 1
    served = promotion.promoted(settings)
    assert served is not None
    assert served.model.name == f"bot-{command.fingerprint(settings)}.tar.gz"


def test_one_that_is_worse_waits_until_it_is_forced(
    settings: Settings, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    command._train(settings, forced=False)
    first = promotion.promoted(settings)
    teach(settings, "is it guaranteed")
    asked = []

    def compare(old: Path, new: Path, examples: list[Any]) -> dict[str, Any]:
        asked.append([one.text for one in examples])
        report = {"served": old.name, "sets": {}, "learned": [], "fell": True}
        promotion.report_of(new).write_text(json.dumps(report), encoding="utf-8")
        return report

    monkeypatch.setattr(promotion, "compare", compare)
    for _ in range(2):
        with pytest.raises(EvaluationError, match="--promote"):
            command._train(settings, forced=False)
    assert asked == [["is it guaranteed"]], "what was asked once is not asked again"
    assert promotion.promoted(settings) == first
    assert command._train(settings, forced=True) == 0
    assert promotion.promoted(settings) != first
    assert training.times == 2


def test_one_that_is_no_worse_is_promoted(
    settings: Settings, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    command._train(settings, forced=False)
    teach(settings, "is it guaranteed")
    report = {"served": "x", "sets": {}, "learned": [], "fell": False}
    monkeypatch.setattr(promotion, "compare", lambda *_: report)
    assert command._train(settings, forced=False) == 0
    served = promotion.promoted(settings)
    assert served is not None
    assert served.model.name == f"bot-{command.fingerprint(settings)}.tar.gz"


def test_a_bot_of_another_program_is_not_compared(
    settings: Settings, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promotion, "compare", None)
    promotion.promote(settings, model(settings, "of an earlier release"), "other")
    assert command._train(settings, forced=False) == 0
    served = promotion.promoted(settings)
    assert served is not None
    assert served.program == command.program()


def test_what_is_taught_counts_among_what_a_bot_is_made_from(settings: Settings) -> None:
    bare, program = command.fingerprint(settings), command.program()
    teach(settings, "is it guaranteed")
    assert command.fingerprint(settings) != bare
    assert command.program() == program
    assert [one.text for one in learned.examples(settings)] == ["is it guaranteed"]
    assert str(settings.training / "nlu.en.yml") in command.train_command(Path("b"), settings)


def test_sentences_that_cannot_be_read_are_told(settings: Settings) -> None:
    settings.training.mkdir()
    (settings.training / "nlu.en.yml").write_text("nlu: 3", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"nlu\.en\.yml"):
        learned.examples(settings)
