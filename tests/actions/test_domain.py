"""The domain and the actions agree, and every text has both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.history import FORM
from analytics import errors, service
from analytics.service.changes import CHANGES
from analytics.service.changes.base import ChangeOfOrder
from tests.conversations.scripts import responses

PROJECT = Path(__file__).resolve().parents[2] / "rasa_project"
HAN = re.compile(r"[\u4e00-\u9fff]")
SKILLS = {path.stem for path in (PROJECT / "domain").glob("*.yml")}


def domain() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text("utf-8")) for path in (PROJECT / "domain").glob("*.yml")]


@pytest.fixture(scope="module")
def registered() -> set[str]:
    executor = ActionExecutor()
    executor.register_package("actions")
    return set(executor.actions)


def test_every_action_of_the_domain_exists_and_the_other_way_round(registered: set[str]) -> None:
    named = {action for part in domain() for action in part.get("actions", [])}
    assert named == registered


@pytest.mark.parametrize(("name", "variations"), sorted(responses().items()))
def test_response_has_english_and_chinese(name: str, variations: list[dict[str, Any]]) -> None:
    english = [one["text"] for one in variations if "condition" not in one]
    chinese = [one["text"] for one in variations if "condition" in one]
    assert len(english) == len(chinese) == 1
    fields = re.compile(r"\{(\w+)\}")
    assert sorted(set(fields.findall(english[0]))) == sorted(set(fields.findall(chinese[0])))
    assert not HAN.search(english[0])
    assert HAN.search(chinese[0]) or not fields.sub("", chinese[0]).strip(" ：")


def test_every_error_has_its_reply() -> None:
    codes = {
        value.code
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.SalesclerkError)
    }
    assert {f"utter_error_{code}" for code in codes} <= set(responses())


def rules() -> set[str]:
    """Return the name of every rule that customer service refuses by, as its source has them."""
    found = set()
    for path in Path(service.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "Refused":
                        found |= set(names(call.args[0], function))
    return found


def names(rule: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """Yield what a rule can be called, where it stands for itself, a kind or a variable."""
    match rule:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(
            values=[ast.FormattedValue(ast.Name("kind")), ast.Constant(str(ending))]
        ):
            of_orders = [one.kind for one in CHANGES.values() if isinstance(one, ChangeOfOrder)]
            yield from (f"{kind}{ending}" for kind in of_orders)
        case ast.Name(variable):
            for one in ast.walk(function):
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == variable:
                    assert isinstance(one.value, ast.IfExp)
                    yield from names(one.value.body, function)
                    yield from names(one.value.orelse, function)
        case _:
            raise AssertionError(f"a rule that nobody can foresee: {ast.unparse(rule)}")


def test_every_rule_of_customer_service_has_its_reply() -> None:
    found = rules()
    assert {"who", "window", "unsubscribed_already", "return_items_times"} <= found
    replies = {name for name in responses() if name.startswith("utter_refused_")}
    assert replies == {f"utter_refused_{rule}" for rule in found}


def test_a_skill_is_one_word_everywhere() -> None:
    assert {path.name for path in (PROJECT / "data").iterdir() if path.is_dir()} == SKILLS
    for skill in SKILLS:
        files = {path.name for path in (PROJECT / "data" / skill).iterdir()}
        assert files == {"nlu.en.yml", "nlu.zh.yml", "rules.yml"}


def test_selective_domain_stays_off() -> None:
    endpoints = yaml.safe_load((PROJECT / "endpoints.yml").read_text("utf-8"))
    assert "enable_selective_domain" not in endpoints["action_endpoint"]


def test_stock_rest_channel_stays_off() -> None:
    channels = yaml.safe_load((PROJECT / "credentials.yml").read_text("utf-8"))
    assert all(name.startswith("rasa_project.channels.") for name in channels)


def test_every_question_of_a_form_can_be_explained_and_every_form_named() -> None:
    forms = {name: form for part in domain() for name, form in part.get("forms", {}).items()}
    assert all(name.endswith(FORM) for name in forms)
    asked = {slot for form in forms.values() for slot in form["required_slots"]}
    needed = {f"utter_why_{slot}" for slot in asked} | {f"utter_matter_{name}" for name in forms}
    assert needed <= set(responses())
