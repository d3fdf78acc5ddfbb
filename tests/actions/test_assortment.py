"""What guided finding asks about is what the shop lets be suggested, as it was a while ago."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from actions import assortment
from actions.assortment import KeptAssortment
from analytics.recommend.policy import DEFAULT_POLICY, Rule, load_recommend_policy
from analytics.store import Store
from analytics.store.models import Product
from tests.analytics.recommend import shop

POLICY = load_recommend_policy(DEFAULT_POLICY)
NOTHING = Rule(items=frozenset(), categories=frozenset(), brands=frozenset())
SOLD = set(shop.CATALOGUE) - {"bulb"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        shop.fill(session)
        yield session
    store.close()


def test_what_is_denied_or_not_allowed_is_not_found(session: Session) -> None:
    assert set(KeptAssortment(POLICY).get(session).items) == SOLD
    denied = NOTHING.model_copy(update={"brands": frozenset({"Chay"})})
    policy = POLICY.model_copy(update={"deny": denied})
    assert set(KeptAssortment(policy).get(session).items) == SOLD - {"tea", "jam", "nuts"}
    allowed = NOTHING.model_copy(update={"categories": frozenset({"food"})})
    policy = POLICY.model_copy(update={"allow": allowed})
    assert set(KeptAssortment(policy).get(session).items) == {"tea", "jam", "nuts"}


def test_it_is_read_anew_after_a_while(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptAssortment(POLICY)
    assert "mug" in kept.get(session).items
    session.get_one(Product, "mug").active = False
    session.flush()
    assert "mug" in kept.get(session).items
    monkeypatch.setattr(assortment, "SECONDS", -1.0)
    assert "mug" not in kept.get(session).items
