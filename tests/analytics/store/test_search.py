"""The catalogue found by codes and words, in two languages, with misspellings."""

import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy.orm import Session

from analytics.errors import AmbiguousProduct, UnknownProduct
from analytics.store import Store, catalogue, search
from analytics.store.models import Category, Product, Variant
from analytics.store.synonyms import Synonyms
from analytics.store.terms import index_terms, terms

PRODUCTS = [
    ("LAMP-001", "Brass desk lamp", "黄铜台灯", "12.50"),
    ("LAMP-002", "Red desk lamp", "红色台灯", "19.00"),
    ("LAMP-003", "Paper floor lamp", "纸质落地灯", "49.00"),
    ("BAG-001", "Canvas tote bag", "帆布手提袋", "9.95"),
    ("85123A", "White hanging heart t-light holder", "White hanging heart t-light holder", "2.95"),
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        session.add(Category(id="lighting", title_en="Lighting", title_zh="灯具"))
        for product_id, english, chinese, price in PRODUCTS:
            lit = product_id.startswith("LAMP")
            session.add(
                Product(
                    id=product_id,
                    title_en=english,
                    title_zh=chinese,
                    category_id="lighting" if lit else None,
                    attributes={},
                    variants=[
                        Variant(
                            sku=f"{product_id}-STD" if lit else product_id,
                            options={},
                            cost=None,
                            list_price=Decimal(price),
                            currency="GBP",
                            stock=3,
                        )
                    ],
                )
            )
        session.flush()
        catalogue.reindex(session)
        yield session
    store.close()


@pytest.mark.parametrize(
    ("reference", "product_id"),
    [
        ("LAMP-001", "LAMP-001"),
        ("lamp-002-std", "LAMP-002"),
        ("85123a", "85123A"),
        ("red desk lamp", "LAMP-002"),
        ("RED DESK LAMPS", "LAMP-002"),
        ("red dask lamp", "LAMP-002"),
        ("红色台灯", "LAMP-002"),
        ("帆布手提袋", "BAG-001"),
        ("hanging heart holder", "85123A"),
        # By synonyms, in another language, and by the kind of thing alone.
        ("paper standing lamp", "LAMP-003"),
        ("Canvas shopper", "BAG-001"),
        ("canvas bag", "BAG-001"),
        ("帆布包", "BAG-001"),
    ],
)
def test_resolves(session: Session, reference: str, product_id: str) -> None:
    assert catalogue.resolve(session, reference).id == product_id


def test_ambiguous_reference_names_the_rivals(session: Session) -> None:
    with pytest.raises(AmbiguousProduct) as caught:
        catalogue.resolve(session, "desk lamp")
    assert caught.value.candidates == ["LAMP-001", "LAMP-002"]


@pytest.mark.parametrize(
    # A code is no misspelling of another one.
    "reference",
    ["submarine", "潜水艇", "85123B", "'; DROP TABLE products; --", "😀", ""],
)
def test_unknown_reference(session: Session, reference: str) -> None:
    with pytest.raises(UnknownProduct):
        catalogue.resolve(session, reference)


def test_search_ranks_and_limits_the_price(session: Session) -> None:
    found = catalogue.search(session, "a lamp for my desk", max_price=Decimal(15))
    assert [hit.product.id for hit in found] == ["LAMP-001"]
    assert catalogue.search(session, "lighting", limit=2)[0].product.category_id == "lighting"


def test_index_follows_the_catalogue(session: Session) -> None:
    session.get_one(Product, "BAG-001").active = False
    session.flush()
    catalogue.reindex(session)
    assert catalogue.search(session, "canvas bag") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two glasses", ["two", "glass"]),
        ("台灯", ["台灯"]),
        ("红色台灯LAMP", ["红色", "色台", "台灯", "lamp"]),
        ("berries & boxes", ["berry", "box"]),
        ("85123A, set of 3", ["#85123a", "set", "of", "#3"]),
        ("！？", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert list(terms(text)) == expected


@pytest.mark.parametrize(
    ("text", "product_id"),
    [
        ("is the red desk lamp in stock?", "LAMP-002"),
        ("红色台灯有货吗", "LAMP-002"),
        ("do you have a lamp for my red desk", "LAMP-002"),
        ("do you have a desk lamp", None),
        ("where is my order", None),
    ],
)
def test_mentioned_by_its_whole_title(session: Session, text: str, product_id: str | None) -> None:
    found = catalogue.mentioned(session, text)
    assert (found.id if found else None) == product_id


def test_the_kind_of_thing_is_indexed_alone() -> None:
    assert list(index_terms("红色台灯")) == ["红色", "色台", "台灯", "灯"]


def _catalogue(store: Store, titles: list[str]) -> None:
    with store.transaction() as session:
        for at, title in enumerate(titles):
            session.add(
                Product(
                    id=f"P{at:04d}",
                    title_en=title,
                    title_zh=title,
                    attributes={},
                    variants=[
                        Variant(
                            sku=f"S{at:04d}",
                            options={},
                            cost=None,
                            list_price=Decimal(1 + at % 7),
                            currency="GBP",
                            stock=None,
                        )
                    ],
                )
            )
        session.flush()
        catalogue.reindex(session)


@pytest.mark.parametrize(
    ("titles", "wish", "found"),
    [
        # The catalogue's own word is taken, whatever its language.
        (["Grey sofa", "Rug"], "gray couch", ["Grey sofa"]),
        (["灰色沙发", "红色地毯"], "couch", ["灰色沙发"]),
        (["Grey sofa", "Red rug"], "长沙发", ["Grey sofa"]),
        (["Cotton t-shirt", "Rug"], "tees", ["Cotton t-shirt"]),
        # A word that the catalogue holds is looked for as it is.
        (["Couch for dogs", "Grey sofa"], "couch", ["Couch for dogs"]),
        # A group of two words before one of one.
        (["Floor lamp", "Table light"], "standing lamp", ["Floor lamp"]),
    ],
)
def test_synonyms(tmp_path: Path, titles: list[str], wish: str, found: list[str]) -> None:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    _catalogue(store, titles)
    with store.reading() as session:
        assert [hit.product.title_en for hit in catalogue.search(session, wish, limit=1)] == found
    store.close()


def test_a_shop_has_synonyms_of_its_own(tmp_path: Path) -> None:
    group = (frozenset({"wotsit"}), frozenset({"rug"}))
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}", Synonyms((group,)))
    store.migrate()
    _catalogue(store, ["Red rug", "Sofa"])
    with store.reading() as session:
        assert catalogue.resolve(session, "wotsit").title_en == "Red rug"
        assert catalogue.search(session, "couch") == []
    store.close()


@pytest.mark.parametrize("rare", [search.RARE, 0.3])
def test_finds_what_scoring_every_product_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rare: float
) -> None:
    monkeypatch.setattr(search, "RARE", rare)
    words = ["red", "blue", "lamp", "mug", "rug", "brass", "paper", "set", "heart", "holder"]
    random = Random(0)
    titles = [" ".join(random.choices(words, range(len(words), 0, -1), k=4)) for _ in range(300)]
    held = [set(title.split()) for title in titles]
    weight = {word: math.log(1 + 300 / sum(word in one for one in held)) for word in words}
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    _catalogue(store, titles)
    with store.reading() as session:
        for _ in range(60):
            wish = set(random.choices([*words, "zebra"], k=random.randint(1, 4)))
            for limit in (None, Decimal(3)):
                scores = {
                    f"P{at:04d}": score
                    for at, one in enumerate(held)
                    if (score := sum(weight[word] for word in wish & one))
                    and (limit is None or 1 + at % 7 <= limit)
                }
                best = sorted(scores, key=lambda one: (-round(scores[one], 9), one))[:4]
                hits = catalogue.search(session, " ".join(sorted(wish)), max_price=limit, limit=4)
                assert [hit.product.id for hit in hits] == best
    store.close()


def test_what_fits_the_words_alike_is_found_by_id(session: Session) -> None:
    assert sorted(catalogue.fitting(session, "lamp", 10)) == ["LAMP-001", "LAMP-002", "LAMP-003"]
    assert sorted(catalogue.fitting(session, "desk lamp", 10)) == ["LAMP-001", "LAMP-002"]
    assert len(catalogue.fitting(session, "lamp", 2)) == 2
    assert catalogue.fitting(session, "bicycle", 10) == []
    assert catalogue.fitting(session, "", 10) == []
