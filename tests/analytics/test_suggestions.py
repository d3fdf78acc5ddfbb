"""What is suggested is what the shop can sell, within the wish, with reasons that are true."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from analytics.errors import InvalidInput
from analytics.recommend import Recommender, Rung
from analytics.recommend.policy import DEFAULT_POLICY, RecommendPolicy, Rule, load_recommend_policy
from analytics.store import Store
from analytics.store.models import Interaction, InteractionKind, Product, Variant
from analytics.suggestions import ReasonKind, Suggestion, Wish, suggest
from tests.analytics.recommend import shop
from tests.analytics.recommend.shop import CATALOGUE, HISTORY, NOW
from tests.postgres import database

POLICY = load_recommend_policy(DEFAULT_POLICY)
SOLD = set(CATALOGUE) - {"bulb"}
NOTHING = Rule(items=frozenset(), categories=frozenset(), brands=frozenset())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Recommender]]:
    sqlite = nullcontext(f"sqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    postgres = request.param == "postgresql"
    with database(request.getfixturevalue("postgres_url")) if postgres else sqlite as url:
        store = Store(url)
        store.migrate()
        with store.transaction() as session:
            shop.fill(session)
            recommender = shop.trained(session)
        yield store, recommender
        store.close()


@pytest.fixture
def session(filled: tuple[Store, Recommender]) -> Iterator[Session]:
    with Session(filled[0].engine) as session:
        yield session


@pytest.fixture
def recommender(filled: tuple[Store, Recommender]) -> Recommender:
    return filled[1]


def ids(found: list[Suggestion]) -> list[str]:
    return [one.product.id for one in found]


@pytest.mark.parametrize("customer", [None, "hal", "eve", "unheard of"])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_exactly_n_that_can_be_bought(
    session: Session, recommender: Recommender, customer: str | None, n: int
) -> None:
    found = suggest(session, recommender, POLICY, Wish(customer_id=customer), n)
    assert len(set(ids(found))) == n
    assert set(ids(found)) <= SOLD - set(HISTORY.get(customer or "", ()))


def test_everything_when_n_is_larger(session: Session, recommender: Recommender) -> None:
    found = suggest(session, recommender, POLICY, Wish(), 99)
    assert set(ids(found)) == SOLD


def test_of_a_category_at_most_two_while_there_are_others(
    session: Session, recommender: Recommender
) -> None:
    found = suggest(session, recommender, POLICY, Wish(), 5)
    kinds = Counter(one.product.category_id for one in found)
    assert max(kinds[kind] for kind in ("kitchen", "food", "light")) == 2
    only = Wish(categories=frozenset({"kitchen"}))
    assert len(suggest(session, recommender, POLICY, only, 4)) == 4


def test_a_wish_narrows_every_rung(session: Session, recommender: Recommender) -> None:
    cheap = Wish(customer_id="hal", max_price=Decimal("6"))
    assert set(ids(suggest(session, recommender, POLICY, cheap, 9))) == {
        "cup", "tea", "jam", "nuts",
    }  # fmt: skip
    middle = Wish(min_price=Decimal("25"), max_price=Decimal("45"))
    assert set(ids(suggest(session, recommender, POLICY, middle, 9))) == {"pot", "pan", "vase"}
    assert suggest(session, recommender, POLICY, Wish(max_price=Decimal("1")), 3) == []
    rest = Wish(
        without_brands=frozenset({"Arden"}),
        without_categories=frozenset({"food"}),
        without_items=frozenset({"pan"}),
    )
    assert set(ids(suggest(session, recommender, POLICY, rest, 9))) == {"pot", "lamp", "vase"}


def test_only_what_is_named_will_do(session: Session, recommender: Recommender) -> None:
    named = frozenset(sorted(SOLD)[:2])
    for wish in (
        Wish(),
        Wish(customer_id="hal", exclude_bought=False),
        Wish(max_price=Decimal(999)),
    ):
        found = suggest(session, recommender, POLICY, replace(wish, only_items=named), 5)
        assert set(ids(found)) == named
    assert suggest(session, recommender, POLICY, Wish(only_items=frozenset()), 5) == []


def test_allow_and_deny_rules_hold_on_every_rung(
    session: Session, recommender: Recommender
) -> None:
    allow = replace_rule(NOTHING, categories={"food"}, items={"lamp"})
    deny = replace_rule(NOTHING, brands={"Dusk"}, items={"jam"})
    allowed = POLICY.model_copy(update={"allow": allow})
    both = POLICY.model_copy(update={"allow": allow, "deny": deny})
    for wish in (Wish(), Wish(customer_id="hal"), Wish(session_items=("mug",)), Wish(like="mug")):
        found = set(ids(suggest(session, recommender, allowed, wish, 9)))
        assert found == {"tea", "jam", "nuts", "lamp"}
        assert set(ids(suggest(session, recommender, both, wish, 9))) == {"tea", "nuts"}


def replace_rule(rule: Rule, **named: set[str]) -> Rule:
    return rule.model_copy(update={key: frozenset(value) for key, value in named.items()})


def test_reasons_for_a_customer_are_what_was_bought(
    session: Session, recommender: Recommender
) -> None:
    for one in suggest(session, recommender, POLICY, Wish(customer_id="hal"), 2):
        assert one.rung is Rung.CUSTOMER
        assert one.reason is not None
        assert (one.reason.kind, one.reason.item_ids) == (ReasonKind.BOUGHT, ("mug",))


def test_what_was_put_in_a_cart_is_not_called_bought(
    session: Session, recommender: Recommender
) -> None:
    session.add(Interaction(customer_id="ivy", product_id="mug", kind=InteractionKind.CART, at=NOW))
    session.flush()
    found = suggest(session, recommender, POLICY, Wish(customer_id="ivy"), 9)
    assert "mug" not in ids(found)
    reasons = {one.product.id: one.reason for one in found}
    cup = reasons["cup"]
    assert cup is None or cup.kind is not ReasonKind.BOUGHT


def test_what_was_viewed_since_the_training_is_called_looked_at(
    session: Session, recommender: Recommender
) -> None:
    session.add(Interaction(customer_id="ivy", product_id="mug", kind=InteractionKind.VIEW, at=NOW))
    session.flush()
    reasons = {
        one.product.id: one.reason
        for one in suggest(session, recommender, POLICY, Wish(customer_id="ivy"), 9)
    }
    cup = reasons["cup"]
    assert cup is not None
    assert (cup.kind, cup.item_ids) == (ReasonKind.SESSION, ("mug",))


def test_reasons_for_a_guest_with_a_cart(session: Session, recommender: Recommender) -> None:
    first = suggest(session, recommender, POLICY, Wish(session_items=("mug",)), 1)[0]
    assert first.rung is Rung.SESSION
    assert first.reason is not None
    assert (first.reason.kind, first.reason.item_ids) == (ReasonKind.SESSION, ("mug",))


def test_what_is_in_the_cart_counts_for_a_customer_too(
    session: Session, recommender: Recommender
) -> None:
    found = suggest(
        session, recommender, POLICY, Wish(customer_id="hal", session_items=("lamp",)), 9
    )
    by_session = [
        one.product.id
        for one in found
        if one.reason and one.reason == replace(one.reason, kind=ReasonKind.SESSION)
    ]
    assert by_session
    assert "lamp" not in ids(found)


def test_a_guest_without_anything_gets_what_is_popular(
    session: Session, recommender: Recommender
) -> None:
    found = suggest(session, recommender, POLICY, Wish(), 9)
    reasons = {one.product.id: one.reason for one in found}
    assert {one.rung for one in found} == {Rung.POPULAR}
    mug = reasons["mug"]
    assert mug is not None
    assert mug.kind is ReasonKind.POPULAR
    assert reasons["vase"] is None


def test_what_was_bought_a_minute_ago_counts_and_does_not_come_again(
    session: Session, recommender: Recommender
) -> None:
    shop.add_order(session, "ivy", ["mug"], NOW)
    found = suggest(session, recommender, POLICY, Wish(customer_id="ivy"), 9)
    assert "mug" not in ids(found)
    reasons = {one.product.id: one.reason for one in found}
    cup = reasons["cup"]
    assert cup is not None
    assert (cup.kind, cup.item_ids) == (ReasonKind.BOUGHT, ("mug",))
    again = suggest(session, recommender, POLICY, Wish(customer_id="ivy", exclude_bought=False), 9)
    assert "mug" in ids(again)


def test_a_customer_who_came_after_the_training_is_known_by_his_orders(
    session: Session, recommender: Recommender
) -> None:
    from analytics.store.models import Customer

    session.add(Customer(id="new", created_at=NOW))
    session.flush()
    shop.add_order(session, "new", ["mug"], NOW - timedelta(days=30))
    first = suggest(session, recommender, POLICY, Wish(customer_id="new"), 1)[0]
    assert first.rung is Rung.CUSTOMER
    assert first.reason is not None
    assert first.reason.item_ids == ("mug",)


def test_similar_is_of_the_same_kind_first(session: Session, recommender: Recommender) -> None:
    found = suggest(session, recommender, POLICY, Wish(like="mug"), 3)
    assert ids(found)[0] == "cup"
    assert {one.product.category_id for one in found} == {"kitchen"}
    for one in found:
        assert one.reason is not None
        assert (one.reason.kind, one.reason.item_ids) == (ReasonKind.SIMILAR, ("mug",))


def test_similar_and_cheaper(session: Session, recommender: Recommender) -> None:
    wish = Wish(like="pot", max_price=Decimal("10"), categories=frozenset({"kitchen"}))
    assert set(ids(suggest(session, recommender, POLICY, wish, 2))) == {"mug", "cup"}


def test_a_product_that_came_after_the_training_has_similar_ones(
    session: Session, recommender: Recommender
) -> None:
    shop.add_product(session, "beaker", "Blue Beaker", "kitchen", "Arden", "7", 3)
    found = suggest(session, recommender, POLICY, Wish(like="beaker"), 2)
    assert set(ids(found)) == {"mug", "cup"}
    assert "beaker" in ids(suggest(session, recommender, POLICY, Wish(like="mug"), 2))
    everything = suggest(session, recommender, POLICY, Wish(), 99)
    assert set(ids(everything)) == SOLD | {"beaker"}


def test_a_guest_who_looks_at_a_new_product_gets_what_is_popular_in_its_category(
    session: Session, recommender: Recommender
) -> None:
    shop.add_product(session, "rice", "Long Rice", "food", "Chay", "7", 3)
    first = suggest(session, recommender, POLICY, Wish(session_items=("rice",)), 1)[0]
    assert (first.product.id, first.rung) == ("tea", Rung.CATEGORY)
    assert first.reason is not None
    assert (first.reason.kind, first.reason.item_ids) == (ReasonKind.CATEGORY, ())


def test_what_goes_with_it_was_bought_with_it(session: Session, recommender: Recommender) -> None:
    found = suggest(session, recommender, POLICY, Wish(goes_with=("mug",)), 2)
    assert ids(found) == ["tea", "cup"]
    for one in found:
        assert one.reason is not None
        assert (one.reason.kind, one.reason.item_ids) == (ReasonKind.TOGETHER, ("mug",))


def test_what_takes_its_place_does_not_go_with_it(session: Session) -> None:
    shop.add_product(session, "big", "Big Mug", "kitchen", "Arden", "9", 3)
    for customer in ("ann", "ben", "cat"):
        shop.add_order(session, customer, ["mug", "big"], NOW)
    found = suggest(session, shop.trained(session), POLICY, Wish(goes_with=("mug",)), 9)
    together = {one.product.id for one in found if one.reason and one.reason.kind == "together"}
    assert "tea" in together
    assert "big" not in together


def test_what_was_bought_at_different_times_is_not_called_bought_together(
    session: Session,
) -> None:
    for customer, item in (("ivy", "pan"), ("eve", "pan"), ("gus", "pan")):
        shop.add_order(session, customer, [item], NOW)
    found = suggest(session, shop.trained(session), POLICY, Wish(goes_with=("pan",)), 9)
    together = {one.product.id for one in found if one.reason and one.reason.kind == "together"}
    assert together == {"lamp"}


def test_what_is_sold_out_or_withdrawn_since_is_left_out(
    session: Session, recommender: Recommender
) -> None:
    session.get_one(Variant, "cup-1").stock = 0
    session.get_one(Product, "tea").active = False
    session.flush()
    for wish in (Wish(), Wish(customer_id="hal"), Wish(like="mug"), Wish(session_items=("mug",))):
        assert not {"cup", "tea"} & set(ids(suggest(session, recommender, POLICY, wish, 9)))


def test_the_number_of_statements_does_not_grow_with_n(
    session: Session, recommender: Recommender
) -> None:
    def statements(n: int) -> int:
        session.expunge_all()
        counted: list[str] = []
        engine = session.get_bind()

        def count(*arguments: object) -> None:
            counted.extend(["SELECT"] if "SELECT" in str(arguments[2]) else [])

        event.listen(engine, "before_cursor_execute", count)
        found = suggest(session, recommender, POLICY, Wish(customer_id="hal"), n)
        for one in found:
            assert one.product.variants
            _ = one.product.category
        event.remove(engine, "before_cursor_execute", count)
        return len(counted)

    assert statements(1) == statements(8) <= 6


def test_the_rungs_are_logged_without_the_customer(
    session: Session, recommender: Recommender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        suggest(session, recommender, POLICY, Wish(customer_id="hal"), 2)
    (line,) = [record.getMessage() for record in caplog.records if "Suggested" in record.msg]
    assert "'customer': 2" in line
    assert "hal" not in line


@pytest.mark.parametrize("seed", range(40))
def test_any_wish_gets_all_that_will_do_up_to_n(
    session: Session, recommender: Recommender, seed: int
) -> None:
    rng = np.random.default_rng(seed)

    def some(values: Sequence[str], chance: float = 0.3) -> frozenset[str]:
        return frozenset(value for value in values if rng.random() < chance)

    low, high = np.sort(rng.choice(61, 2)).tolist()
    wish = Wish(
        customer_id=rng.choice([None, "unheard of", *HISTORY]),
        session_items=tuple(some([*CATALOGUE, "gone"], 0.1)),
        like=rng.choice([None, None, "mug", "vase"]),
        goes_with=tuple(some(["lamp", "pan"], 0.2)),
        categories=rng.choice([None, some(("kitchen", "food"), 0.7)]),
        min_price=rng.choice([None, Decimal(low)]),
        max_price=rng.choice([None, Decimal(high)]),
        without_brands=some(("Arden", "Chay"), 0.2),
        without_items=some(list(CATALOGUE), 0.1),
        exclude_bought=bool(rng.random() < 0.7),
    )
    n = int(rng.integers(1, 11))
    will_do = {
        item
        for item, (_, category, brand, price, stock) in CATALOGUE.items()
        if stock != 0
        and item not in {*wish.session_items, *wish.goes_with, wish.like, *wish.without_items}
        and not (wish.exclude_bought and item in HISTORY.get(wish.customer_id or "", ()))
        and (wish.categories is None or category in wish.categories)
        and (wish.min_price is None or wish.min_price <= Decimal(price))
        and (wish.max_price is None or Decimal(price) <= wish.max_price)
        and brand not in wish.without_brands
    }
    found = ids(suggest(session, recommender, POLICY, wish, n))
    assert len(found) == len(set(found)) == min(n, len(will_do))
    assert set(found) <= will_do


def test_n_below_one_is_refused(session: Session, recommender: Recommender) -> None:
    with pytest.raises(InvalidInput, match="n: found 0"):
        suggest(session, recommender, POLICY, Wish(), 0)


def test_the_shops_own_policy(tmp_path: Path) -> None:
    own = tmp_path / "recommend.yml"
    own.write_text(DEFAULT_POLICY.read_text().replace("diversity: 0.3", "diversity: 0"))
    policy = load_recommend_policy(own)
    assert isinstance(policy, RecommendPolicy)
    assert policy.diversity == 0
