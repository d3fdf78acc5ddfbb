"""The training sentences: every intent in both languages, no duplicates, only known entities."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml
from rapidfuzz import fuzz, process

DATA = Path(__file__).parents[2] / "rasa_project" / "data"
LANGUAGES = ("en", "zh")
# What may be annotated, and the sign that stands for it where sentences are compared.
ENTITIES = {"product": "¤", "person": "§"}

# The intents of each skill: what people ask of a shop, and its staff of them; and all other talk.
REQUESTS = {
    "orders": "track_order order_details cancel_order change_order change_payment_method "
    "place_order change_shipping_address set_up_shipping_address payment_issue check_invoice "
    "get_invoice",
    "returns": "return_item exchange_item get_refund track_refund",
    "account": "create_account delete_account view_account edit_account switch_account "
    "recover_password registration_problems newsletter_subscription",
    "faq": "ask_faq delivery_options delivery_period check_payment_methods check_refund_policy "
    "check_cancellation_fee warranty store_information promotions",
    "catalog": "product_search product_question compare_products check_stock ask_price",
    "recommend": "recommend similar_items refine_products",
    "quotes": "request_quote negotiate_price",
    "feedback": "complaint review",
    "handoff": "contact_human_agent contact_customer_service",
    "customers": "customer_lookup customer_segment next_best_offer churn_risk lifetime_value "
    "draft_message",
    "forecast": "demand_forecast stock_alert sales_report",
}
TALK = {
    "smalltalk": "greet goodbye thank affirm deny help repeat correct stop inform out_of_scope "
    "ask_why change_language smalltalk/how_are_you smalltalk/are_you_a_bot smalltalk/about_you "
    "smalltalk/weather smalltalk/joke smalltalk/compliment smalltalk/insult",
}
LEAST_REQUESTS = 60
LEAST_TALK = 35

# Of two sentences in different intents at most this much may be alike (rapidfuzz ratio, 0 to 100).
# "change my order" and "cancel my order", which mean different things, reach 92.
MOST_ALIKE = 92

SPAN = re.compile(r"\[([^\]]+)\]\((\w+)\)")
HAN = re.compile(r"[\u4e00-\u9fff]")


class Sentence(NamedTuple):
    skill: str
    language: str
    intent: str
    text: str

    @property
    def normalised(self) -> str:
        """Lower case, without punctuation, every product the same sign, and every person."""
        signed = SPAN.sub(lambda span: ENTITIES[span[2]], self.text)
        return " ".join(re.findall(r"[\w¤§]+", signed.lower()))


def _read(path: Path) -> list[Sentence]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["version"] == "3.1"
    return [
        Sentence(path.parent.name, path.suffixes[0][1:], block["intent"], line.removeprefix("- "))
        for block in document["nlu"]
        for line in block["examples"].strip().splitlines()
    ]


SENTENCES = [sentence for path in sorted(DATA.glob("*/nlu.*.yml")) for sentence in _read(path)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("intents", "least"), [(REQUESTS, LEAST_REQUESTS), (TALK, LEAST_TALK)])
def test_every_intent_has_sentences(intents: dict[str, str], least: int, language: str) -> None:
    counts = Counter((s.skill, s.intent) for s in SENTENCES if s.language == language)
    short = {
        (skill, intent): counts[skill, intent]
        for skill, names in intents.items()
        for intent in names.split()
        if counts[skill, intent] < least
    }
    assert not short


def test_there_are_no_other_intents() -> None:
    known = {
        (skill, intent)
        for intents in (REQUESTS, TALK)
        for skill, names in intents.items()
        for intent in names.split()
    }
    assert {(s.skill, s.intent) for s in SENTENCES} == known


def test_no_sentence_stands_twice() -> None:
    places = defaultdict(list)
    for sentence in SENTENCES:
        places[sentence.text].append(sentence.intent)
    assert {text: intents for text, intents in places.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_intents_share_nearly_the_same_sentence(language: str) -> None:
    sentences = [s for s in SENTENCES if s.language == language]
    texts = [s.normalised for s in sentences]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, dtype=np.uint8)
    pairs = [
        (sentences[i].text, sentences[j].text)
        for i, j in np.argwhere(np.triu(alike > MOST_ALIKE, k=1))
        if sentences[i].intent != sentences[j].intent
    ]
    assert pairs == []


def test_sentences_are_in_the_language_of_their_file() -> None:
    wrong = [s for s in SENTENCES if bool(HAN.search(s.text)) != (s.language == "zh")]
    assert wrong == []


def test_only_products_and_persons_are_annotated() -> None:
    for sentence in SENTENCES:
        assert {entity for _, entity in SPAN.findall(sentence.text)} <= ENTITIES.keys(), sentence
        rest = SPAN.sub("", sentence.text)
        assert not re.search(r"[\[\]{}\\]", rest), f"broken annotation: {sentence}"


@pytest.mark.parametrize("skill", ["catalog", "recommend", "quotes", "forecast"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_products_are_annotated_where_they_are_named(skill: str, language: str) -> None:
    texts = [s.text for s in SENTENCES if s.skill == skill and s.language == language]
    share = sum("](product)" in text for text in texts) / len(texts)
    assert 0.3 <= share <= 0.7
