"""The whole pipeline of config.yml, trained, loaded and spoken to as Rasa does it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa is installed in .venv-rasa only")

from rasa.core.agent import Agent
from rasa.model_training import train

CONFIG = Path(__file__).parents[3] / "rasa_project" / "config.yml"

DOMAIN = """
version: "3.1"
intents: [greet, product_search, request_quote, smalltalk, nlu_fallback]
entities: [language, email, phone, code, number, money, percent, date, period, ordinal, reference,
  person, product]
slots:
  language:
    type: text
    influence_conversation: false
    mappings: [{type: from_entity, entity: language}]
responses:
  utter_greet: [{text: Hello.}]
  utter_unclear: [{text: "Pardon?"}]
  utter_smalltalk/joke: [{text: A joke.}]
  utter_smalltalk/weather:
    - text: Sunny.
    - {text: 晴。, condition: [{type: slot, name: language, value: zh}]}
actions: [action_fallback]
"""

DATA = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
    - 你好
    - 早上好
- intent: product_search
  examples: |
    - show me [desk lamps](product)
    - do you sell [mugs](product)
    - do you sell [rugs](product) for £20
    - I am looking for a [kettle](product)
    - 有没有[台灯](product)
    - 我想买[杯子](product)
    - 找[地毯](product)
- intent: request_quote
  examples: |
    - quote for 200 x 85123A
    - what would 50 pieces of 22423 cost me
    - give me an offer for 30 [mugs](product)
    - 报价200个85123A
    - 20个[台灯](product)给个报价
- intent: smalltalk/joke
  examples: |
    - tell me a joke
    - say something funny
    - 讲个笑话
- intent: smalltalk/weather
  examples: |
    - how is the weather
    - is it raining
    - 今天天气怎么样
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: smalltalk
  steps: [{intent: smalltalk}, {action: utter_smalltalk}]
- rule: not understood
  steps: [{intent: nlu_fallback}, {action: utter_unclear}]
"""


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    folder = tmp_path_factory.mktemp("project")
    (folder / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (folder / "data.yml").write_text(DATA, encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RASA_CACHE_DIRECTORY", str(folder / "cache"))
        environment.setenv("RASA_TELEMETRY_ENABLED", "false")
        trained = train(
            str(folder / "domain.yml"),
            str(CONFIG),
            str(folder / "data.yml"),
            str(folder / "models"),
        )
    return Agent.load(trained.model)


def _parse(agent: Agent, text: str) -> dict[str, Any]:
    return asyncio.run(agent.parse_message(text))


def _answers(agent: Agent, text: str) -> list[str]:
    return [answer["text"] for answer in asyncio.run(agent.handle_text(text, sender_id=text))]


def test_understands_a_request_in_both_languages(agent: Agent) -> None:
    for text in ("can I get a quote for 2000 x 85123A", "请给我报价2000个85123A"):
        parsed = _parse(agent, text)
        entities = {one["entity"]: one["value"] for one in parsed["entities"]}
        language = "en" if text.isascii() else "zh"
        assert parsed["intent"]["name"] == "request_quote"
        assert entities == {"language": language, "number": 2000, "code": "85123A"}


def test_names_products(agent: Agent) -> None:
    parsed = _parse(agent, "do you sell desk lamps for £50")
    assert {"desk lamps", "50 GBP", "en"} == {one["value"] for one in parsed["entities"]}


def test_answers_small_talk_in_its_language(agent: Agent) -> None:
    assert _answers(agent, "how is the weather today") == ["Sunny."]
    assert _answers(agent, "今天天气怎么样") == ["晴。"]
    assert _answers(agent, "讲个笑话") == ["A joke."]


@pytest.mark.parametrize("text", ["😀", "?!"])
def test_asks_where_it_understands_nothing(agent: Agent, text: str) -> None:
    assert _parse(agent, text)["intent"]["name"] == "nlu_fallback"
    assert _answers(agent, text) == ["Pardon?"]
