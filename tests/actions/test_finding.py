"""What a message answers in guided finding, and that what is kept is read back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from actions.finding import FORM, begin
from actions.questions.base import Answers
from actions.questions.finding import FINDING_SLOT, Property, answers_in
from actions.search import Search, enquiry
from actions.turn import Turn
from analytics.errors import NothingFits
from analytics.recommend.guide import Answer
from analytics.store import Store, catalogue
from analytics.store.models import Category, Product, Shop, Variant
from analytics.suggestions import Wish
from tests.actions.conversation import Talk, entity

SHELVES = {"kitchen": ("Kitchen & Dining", "厨房"), "light": ("Lighting", "灯具")}
KINDS = {"Table Lamp": "台灯", "Floor Lamp": "落地灯", "Tea Mug": "茶杯"}
STYLES = {"Oak": "橡木", "Brass": "黄铜", "Paper": "纸质", "Glass": "玻璃"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a shop of lamps and mugs in red or blue, from 10 to 120 pounds."""
    home = tmp_path_factory.mktemp("shop")
    store = Store(f"sqlite:///{home / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Shop(name="Corner", currency="GBP", source="csv"))
        for key, (english, chinese) in SHELVES.items():
            session.add(Category(id=key, title_en=english, title_zh=chinese))
        session.flush()
        for number, (kind, style) in enumerate((k, s) for k in KINDS for s in STYLES):
            add(session, number, kind, style)
        catalogue.reindex(session)
    store.close()
    return home


@pytest.fixture
def session(home: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{home / 'shop.db'}")
    with store.reading() as session:
        yield session
    store.close()


def add(session: Session, number: int, kind: str, style: str) -> None:
    colour, chinese = (("red", "红色"), ("blue", "蓝色"))[number % 2]
    session.add(
        Product(
            id=f"P{number}",
            title_en=f"{style} {kind}",
            title_zh=f"{STYLES[style]}{KINDS[kind]}",
            category_id="light" if "Lamp" in kind else "kitchen",
            brand="Arden" if number % 3 else "Boke",
            attributes={"options_zh": {colour: chinese}},
            variants=[
                Variant(
                    sku=f"P{number}-1",
                    options={"colour": colour},
                    list_price=Decimal(10 * (number + 1)),
                    currency="GBP",
                    stock=5,
                )
            ],
        )
    )
    session.flush()


def turn(
    home: Path, text: str, *entities: dict[str, Any], search: Search | None = None,
    intent: str = "inform",
) -> Turn:  # fmt: skip
    """Return the turn of a message to the form, or to no form where nothing is looked for."""
    talk = Talk(**{FINDING_SLOT: search.kept() if search else None})
    if search:
        talk.loop(FORM)
    return talk.user(text, intent, *entities).turn(home)


def looked_for(**more: Any) -> Search:
    return Search(Wish(), **more)


def test_what_is_kept_is_read_back() -> None:
    search = Search(
        Wish(
            customer_id="C1",
            session_items=("b", "a"),
            categories=frozenset({"light"}),
            without_items=frozenset({"x", "y"}),
        ),
        words=("lamp",),
        answers=(Answer("price", low=1.5), Answer("kind", values=("mug",), without=("jar",))),
        rounds=2,
        asked="price",
        offered=("-20", "20-"),
    )
    assert Search.load(json.loads(json.dumps(search.kept()))) == search
    assert Search.load(None) == Search(Wish())


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("under 50", [entity("money", "50", bound="max")], Answer("price", high=50)),
        ("over 50", [entity("money", "50", bound="min")], Answer("price", low=50)),
        (
            "from 20 to 50",
            [entity("money", "20", bound="min"), entity("money", "50", bound="max")],
            Answer("price", low=20, high=50),
        ),
        ("for the kitchen", [], Answer("category", values=("kitchen",))),
        ("厨房用的", [], Answer("category", values=("kitchen",))),
        ("a floor lamp", [], Answer("kind", values=("floor lamp",))),
        ("落地灯", [], Answer("kind", values=("floor lamp",))),
        ("in red", [], Answer("option:colour", values=("red",))),
        ("红色的", [], Answer("option:colour", values=("red",))),
        ("not red", [], Answer("option:colour", without=("red",))),
        ("by Boke", [], Answer("brand", values=("Boke",))),
    ],
)
def test_words_answer_what_they_name(
    home: Path, session: Session, text: str, entities: list[dict[str, Any]], expected: Answer
) -> None:
    search = looked_for()
    assert answers_in(turn(home, text, *entities), session, search) == [expected]


@pytest.mark.parametrize("text", ["hello there", "one of them", "", "?!"])
def test_other_words_answer_nothing(home: Path, session: Session, text: str) -> None:
    assert answers_in(turn(home, text), session, looked_for()) == []


def test_a_number_is_a_price_only_where_that_is_asked(home: Path, session: Session) -> None:
    message = turn(home, "30", entity("number", "30"))
    assert answers_in(message, session, looked_for()) == []
    asked = looked_for(asked="price", offered=("-20", "20-"))
    assert answers_in(message, session, asked) == [Answer("price", high=30)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't mind", Answer("price")),
        ("无所谓", Answer("price")),
        ("neither", Answer("price")),
        ("something cheap", Answer("price", high=20)),
        ("贵一点的", Answer("price", low=40)),
    ],
)
def test_answers_that_name_nothing_go_by_the_question(
    home: Path, session: Session, text: str, expected: Answer
) -> None:
    search = looked_for(asked="price", offered=("-20", "20-40", "40-"))
    assert answers_in(turn(home, text), session, search) == [expected]
    assert answers_in(turn(home, text), session, looked_for()) == []


def test_what_is_turned_down_adds_up(home: Path, session: Session) -> None:
    before = Answer("kind", without=("tea mug",))
    search = looked_for(answers=(before,), asked="kind", offered=("floor lamp",))
    found = answers_in(turn(home, "neither"), session, search)
    assert found == [Answer("kind", without=("tea mug", "floor lamp"))]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("kind=floor lamp", [Answer("kind", values=("floor lamp",))]),
        ("price=20-40", [Answer("price", low=20, high=40)]),
        ("price=40-", [Answer("price", low=40)]),
        ("kind!", [Answer("kind", without=("tea mug",))]),
        ("kind?", [Answer("kind")]),
        ("brand!", []),
        ("kind=", []),
        ("kind=submarine", []),
        ("price=x", []),
        ("weight=1", []),
    ],
)
def test_buttons_stand_for_what_there_is(
    home: Path, session: Session, choice: str, expected: list[Answer]
) -> None:
    search = looked_for(asked="kind", offered=("tea mug",))
    message = turn(home, choice, entity("choice", choice))
    assert answers_in(message, session, search) == expected


def test_what_leaves_nothing_is_not_taken(home: Path, session: Session) -> None:
    search = looked_for(answers=(Answer("category", values=("kitchen",)),))
    message = turn(home, "under 5", entity("money", "5", bound="max"), search=search)
    found: Answers = {}
    with pytest.raises(NothingFits):
        Property().read(message, session, found, asked=True)
    assert found == {}


def test_a_wish_that_few_fit_needs_no_question(home: Path, session: Session) -> None:
    wish = Wish(max_price=Decimal(30))
    assert begin(turn(home, "?"), session, wish) == []
    assert begin(turn(home, "?"), session, Wish(max_price=Decimal(1))) == []


def test_a_vague_wish_begins_with_what_the_message_says(home: Path, session: Session) -> None:
    message = turn(home, "a lamp in red", intent="product_search")
    events = begin(message, session, Wish(), "lamp")
    kept = next(one["value"] for one in events if one.get("name") == FINDING_SLOT)
    search = Search.load(kept)
    assert search.words == ("lamp",)
    assert search.answers == (Answer("option:colour", values=("red",)),)
    assert events[-1]["name"] == FORM


def test_after_three_answers_nothing_is_asked(home: Path, session: Session) -> None:
    message = turn(home, "?")
    assert enquiry(message, session, looked_for(rounds=2)) is not None
    assert enquiry(message, session, looked_for(rounds=3)) is None
