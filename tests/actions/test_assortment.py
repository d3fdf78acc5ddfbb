"""What guided finding asks about is what the shop lets be suggested, as it was a while ago."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy.orm import Session

from actions import assortment
from actions.assortment import KeptAssortment
from analytics.errors import StoreUnavailable
from analytics.recommend.policy import DEFAULT_POLICY, Rule, load_recommend_policy
from analytics.store import Store, frames
from analytics.store.models import Product
from tests.analytics.recommend import shop

POLICY = load_recommend_policy(DEFAULT_POLICY)
NOTHING = Rule(items=frozenset(), categories=frozenset(), brands=frozenset())
SOLD = set(shop.CATALOGUE) - {"bulb"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    with store.transaction() as session:
        shop.fill(session)
    yield store
    store.close()


def test_what_is_denied_or_not_allowed_is_not_found(store: Store) -> None:
    assert set(KeptAssortment(store, POLICY).get().items) == SOLD
    denied = NOTHING.model_copy(update={"brands": frozenset({"Chay"})})
    policy = POLICY.model_copy(update={"deny": denied})
    assert set(KeptAssortment(store, policy).get().items) == SOLD - {"tea", "jam", "nuts"}
    allowed = NOTHING.model_copy(update={"categories": frozenset({"food"})})
    policy = POLICY.model_copy(update={"allow": allowed})
    assert set(KeptAssortment(store, policy).get().items) == {"tea", "jam", "nuts"}


def test_it_is_read_anew_beside_the_turns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assortment, "SECONDS", 0.01)
    kept = KeptAssortment(store, POLICY)
    assert "mug" in kept.get().items
    with store.transaction() as session:
        session.get_one(Product, "mug").active = False
    assert "mug" in kept.get().items
    stop = Event()
    thread = Thread(target=kept.keep_up, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 20
    while "mug" in kept.get().items and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert "mug" not in kept.get().items


def test_a_reading_that_fails_leaves_the_one_before(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = KeptAssortment(store, POLICY)
    before = kept.get()
    stop = Event()

    def fail(session: Session) -> None:
        stop.set()
        raise StoreUnavailable("no shop")

    monkeypatch.setattr(frames, "assortment", fail)
    kept.keep_up(stop)
    assert kept.get() is before
    assert "the one before stays" in caplog.text
