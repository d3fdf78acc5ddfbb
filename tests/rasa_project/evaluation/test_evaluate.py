"""A small bot is trained, and evaluated on small sets from the first question to the page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.model_training import train

from rasa_project.evaluation import evaluate, learning, sets
from rasa_project.evaluation.report import html
from rasa_project.evaluation.sets import Example
from rasa_project.evaluation.tables import tables

COMPONENTS = "rasa_project.components"
BOT = {
    "config.yml": f"""
recipe: default.v1
assistant_id: small
language: en
pipeline:
  - name: {COMPONENTS}.tokenizer.BilingualTokenizer
  - {{name: {COMPONENTS}.intent_classifier.IntentClassifier, encoder: none}}
  - {{name: {COMPONENTS}.confidence.ConfidenceCheck, threshold: 0.4}}
policies: [{{name: RulePolicy}}]
""",
    "domain.yml": 'version: "3.1"\nintents: [greet, order, nlu_fallback, nlu_ambiguous]\n',
    "data.yml": """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
    - good evening
    - 你好
    - 早上好
    - 晚上好
- intent: order
  examples: |
    - where is my order
    - where is my parcel
    - when does my parcel come
    - 我的订单到哪了
    - 我的包裹到哪了
    - 包裹什么时候到
""",
}
SETS = {
    "held_back.en.yml": "greet: [hello hello, good afternoon]\norder: [my <order> & where]\n",
    "held_back.zh.yml": "greet: [你好你好]\norder: [我的订单呢]\n",
    "out_of_scope.en.yml": "[xyzzy, plugh]\n",
    "out_of_scope.zh.yml": "[天气]\n",
    "several_requests.yml": "several_requests: [{text: hello and where, intents: [greet, order]}]\n"
    "one_request: [{text: where is my parcel, intents: [order]}]\n",
}
OWN_SENTENCES = learning.own_sentences
BANKING = [f"{word} {number},{word}" for word in ("card", "cash", "loan") for number in range(10)]


def _written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = _written(tmp_path_factory.mktemp("bot"), BOT)
    trained = train(
        domain=str(folder / "domain.yml"),
        config=str(folder / "config.yml"),
        training_files=str(folder / "data.yml"),
        output=str(folder),
        fixed_model_name="bot",
    )
    return Path(trained.model)


@pytest.fixture
def own_sets(tmp_path: Path) -> Path:
    return _written(tmp_path, SETS)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn a few sentences without the encoder, and do not train the whole bot."""
    few = [Example("hello", "greet"), Example("你好", "greet"), Example("my order", "order")] * 3
    monkeypatch.setattr(learning, "own_sentences", lambda language: few)
    monkeypatch.setattr(learning, "_options", lambda: {"encoder": "none"})
    monkeypatch.setattr(evaluate, "_training_seconds", lambda progress: 1.0)


def _evaluated(model: Path, data: Path | None, folder: Path) -> tuple[dict[str, Any], list[Any]]:
    told: list[Any] = []
    found = evaluate.evaluate(model, data, lambda *step: told.append(step), folder)
    return found, told


def test_the_whole_evaluation(model: Path, own_sets: Path) -> None:
    path = own_sets / sets.BANKING77
    path.parent.mkdir()
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(["text,category", *BANKING]))
    found, told = _evaluated(model, own_sets, own_sets)
    assert found["understanding"]["held_back.en"]["sentences"] == 3
    assert found["understanding"]["held_back.zh"]["accuracy"] == 1
    assert found["scope"]["both"]["out_of_scope"] == 3
    assert found["several_requests"] is None
    assert found["banking77"]["accuracy"] == 1
    assert len(found["banking77_10_shot"]["accuracies"]) == learning.SEEDS
    assert found["zero_shot"]["sentences"] == 2
    assert found["left_out"] == [sets.BITEXT]
    assert ("asking held_back.en", 3, 3) in told
    assert json.loads(json.dumps(found)) == found


def test_the_report_shows_every_table_and_both_plots(model: Path, own_sets: Path) -> None:
    found, _ = _evaluated(model, None, own_sets)
    assert found["left_out"] == [sets.BITEXT, sets.BANKING77]
    found["confusions"] = [
        {"intent": "order", "taken_for": "greet", "count": 1, "sentences": ["my <order> & where"]}
    ]
    shown = tables(found)
    assert all(len(row) == len(table.columns) for table in shown for row in table.rows)
    page = html(found, shown)
    assert page.count("<svg") == 2
    assert page.count("<h2>") == len(shown)
    assert "my &lt;order&gt; &amp; where" in page
    assert "<order>" not in page


def test_our_training_sentences_come_without_their_annotations() -> None:
    learned = {example.text for example in OWN_SENTENCES("en")}
    assert not any("](" in text for text in learned)
    assert len(learned) > 1000
