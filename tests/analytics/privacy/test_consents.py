"""A customer's data are used for what the customer allows, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.errors import NotEnoughHistory
from analytics.imports import import_csv
from analytics.serving import Models
from analytics.settings import Settings
from analytics.store import Store, consents, frames
from analytics.store.models import Customer, Purpose
from analytics.training import train
from tests.analytics.privacy.people import ANN, AT, BOB, WANG, fill, fill_shop


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"SALESCLERK_HOME": str(tmp_path)})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings.database_url)
    store.migrate()
    fill_shop(store)
    for number, who in enumerate((ANN, WANG, BOB), start=1):
        fill(store, settings, who, number)
    yield store
    store.close()


def say(store: Store, purpose: Purpose, *, given: bool) -> None:
    with store.transaction() as session:
        consents.record(session, ANN.id, purpose, given=given, at=AT, source="agent:kim")


@pytest.mark.parametrize("purpose", [Purpose.PERSONALISATION, Purpose.ANALYTICS])
def test_the_shops_default_holds_until_the_customer_says_otherwise(
    store: Store, purpose: Purpose
) -> None:
    def granted(default: bool) -> bool:
        with store.reading() as session:
            return consents.granted(session, ANN.id, purpose, default=default)

    assert (granted(True), granted(False)) == (True, False)
    say(store, purpose, given=False)
    assert (granted(True), granted(False)) == (False, False)
    say(store, purpose, given=True)
    assert (granted(True), granted(False)) == (True, True)
    with store.reading() as session:
        assert consents.said(session, ANN.id)[purpose]
        assert purpose not in consents.said(session, BOB.id)


def test_marketing_follows_the_newsletter_and_its_mark_follows_the_consent(store: Store) -> None:
    with store.transaction() as session:
        session.add(Customer(id="new", created_at=AT, marketing_consent=True))
    with store.reading() as session:
        assert consents.granted(session, "new", Purpose.MARKETING, default=False)
        assert not consents.granted(session, "nobody", Purpose.MARKETING, default=True)
    say(store, Purpose.MARKETING, given=False)
    with store.reading() as session:
        assert not consents.granted(session, ANN.id, Purpose.MARKETING, default=True)
        assert not session.get_one(Customer, ANN.id).marketing_consent


@pytest.mark.parametrize("default", [True, False])
def test_who_refuses_analytics_is_in_no_training_frame(store: Store, default: bool) -> None:
    say(store, Purpose.ANALYTICS, given=not default)
    with store.reading() as session:
        lines = frames.order_lines(session, consent=default)
        everything = frames.order_lines(session)
        interactions = frames.interactions(session, consent=default)
    named = {WANG.id, BOB.id} if default else {ANN.id}
    assert set(lines["customer_id"].dropna()) == named
    assert set(interactions["user_id"]) == named
    # What was sold was sold: demand counts it, of nobody.
    assert len(lines) == len(everything)
    assert lines["quantity"].sum() == everything["quantity"].sum()


def test_the_next_training_is_without_who_refuses(store: Store, settings: Settings) -> None:
    first = train(store, settings)
    assert train(store, settings) == first
    assert Models.load(settings.artifacts / first).segments.of(ANN.id)
    say(store, Purpose.ANALYTICS, given=False)
    second = train(store, settings)
    assert second != first
    with pytest.raises(NotEnoughHistory):
        Models.load(settings.artifacts / second).segments.of(ANN.id)


def test_consents_are_imported(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "shop.csv").write_text("name,currency\nWillow,EUR\n")
    (folder / "customers.csv").write_text("id,created_at\nC1,2025-03-01\nC2,2025-03-01\n")
    (folder / "consents.csv").write_text(
        "customer_id,purpose,granted,at\n"
        "C1,marketing,true,2025-03-01\nC1,analytics,false,2025-03-01\n"
        "C2,espionage,true,2025-03-01\nC9,analytics,true,2025-03-01\n"
    )
    store = Store(f"sqlite:///{tmp_path / 'shop.db'}")
    store.migrate()
    summary = import_csv(store, folder, tmp_path / "report.csv")
    assert summary.added["consents"] == 2
    assert summary.rejected == {"invalid_purpose": 1, "unknown_customer_id": 1}
    again = import_csv(store, folder, tmp_path / "report.csv")
    assert (again.added, again.changed) == ({}, {})
    with store.reading() as session:
        assert consents.said(session, "C1") == {Purpose.MARKETING: True, Purpose.ANALYTICS: False}
        assert session.get_one(Customer, "C1").marketing_consent
        assert not session.get_one(Customer, "C2").marketing_consent
    store.close()


def test_the_newest_answer_counts(store: Store) -> None:
    for at, given in ((AT, False), (AT + timedelta(days=1), True)):
        with store.transaction() as session:
            kept = consents.record(
                session, ANN.id, Purpose.ANALYTICS, given=given, at=at, source="import"
            )
            assert (kept.granted, kept.at, kept.source) == (given, at, "import")
