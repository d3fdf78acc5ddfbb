"""Erase leaves no trace: every file and table is searched for the erased person's data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from analytics import artifacts
from analytics.errors import StoreUnavailable
from analytics.identity import Role, Speaker, conversation_id
from analytics.privacy.erasure import erase, preview
from analytics.privacy.export import export
from analytics.privacy.traces import ERASED, Traces
from analytics.serving import Models
from analytics.settings import Settings
from analytics.store import Store, personal
from analytics.store.models import Base, Customer, Order, OrderLine, Payment, Ticket
from analytics.training import train
from tests.analytics.privacy.people import (
    ANN,
    BOB,
    WANG,
    Somebody,
    Talk,
    contents,
    conversation,
    fill,
    fill_shop,
    make_tracker,
    talk_about,
    write_files,
)


class Place:
    """A home with a shop in which everybody left data everywhere."""

    def __init__(self, home: Path, url: str | None, keys: tuple[str, ...] = ()) -> None:
        variables = {"SALESCLERK_HOME": str(home)} | ({"DATABASE_URL": url} if url else {})
        self.settings = Settings.from_environment(variables)
        self.store = Store(self.settings.database_url, contact_keys=keys)
        self.store.migrate()
        fill_shop(self.store)
        self.tracker = Store(self.settings.conversations_url, contact_keys=())
        make_tracker(self.tracker.engine)
        self.talk = Talk(self.tracker.engine, self.settings)
        for number, who in enumerate((ANN, WANG, BOB), start=1):
            fill(self.store, self.settings, who, number)
            talk_about(self.talk, self.settings, who)
        self.bob = conversation(self.settings, BOB)

    def close(self) -> None:
        self.store.close()
        self.tracker.close()

    def cells(self) -> Iterator[tuple[str, str]]:
        """Yield the table and the content of every cell of every table, as it is kept."""
        engines = {one.engine.url.database: one.engine for one in (self.store, self.tracker)}
        for engine in engines.values():
            yield from _cells(engine)

    def told(self, table: str, key: str) -> list[str]:
        column = "sender_id" if table == "events" else "conversation_id"
        content = "data" if table == "events" else "answer"
        query = text(f"SELECT {content} FROM {table} WHERE {column} = :key")
        with self.tracker.engine.connect() as connection:
            return [str(one) for one in connection.execute(query, {"key": key}).scalars()]


def _cells(engine: Engine) -> Iterator[tuple[str, str]]:
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    cell = str(value)
                    escaped = "\\u" in cell
                    yield table, cell + (json.dumps(json.loads(cell), ensure_ascii=False)
                                         if escaped else "")  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    postgres = request.param == "postgresql"
    url = request.getfixturevalue("fresh_postgres_url") if postgres else None
    place = Place(tmp_path, url)
    yield place
    place.close()


def traces_left(place: Place, who: Somebody) -> list[tuple[str, str]]:
    found = [
        (table, trace) for table, cell in place.cells() for trace in who.traces() if trace in cell
    ]
    # Where the person's PostgreSQL is, there are no files of it here.
    found += [
        (str(path.relative_to(place.settings.home)), trace)
        for path, content in contents(place.settings.home)
        for trace in who.traces()
        if trace in content
    ]
    return sorted(set(found))


def rows_of(session: Session, who: Somebody) -> dict[str, list[dict[str, Any]]]:
    return personal.rows(session, personal.Who(who.id))


def accounts(session: Session) -> list[object]:
    """What accounting sums up: orders, units and money."""
    return [
        session.execute(select(func.count(Order.id), func.sum(Order.fees))).one(),
        session.execute(select(func.count(), func.sum(OrderLine.quantity))).one(),
        session.execute(select(func.count(Payment.id), func.sum(Payment.amount))).one(),
    ]


def test_every_table_is_known_to_be_personal_or_not() -> None:
    known = {one.model.__tablename__ for one in personal.holdings(personal.Who("x"))}
    apart = {one.__tablename__ for one in personal.NOT_PERSONAL}
    assert known.isdisjoint(apart)
    assert known | apart == set(Base.metadata.tables)
    for name in apart:
        columns = Base.metadata.tables[name].columns
        targets = {key.column.table.name for column in columns for key in column.foreign_keys}
        assert targets.isdisjoint(known), name
        assert not {"customer_id", "conversation_id", "order_id", "actor"} & set(columns.keys())


@pytest.mark.parametrize("who", [ANN, WANG], ids=["english", "chinese"])
def test_erase_leaves_no_trace(place: Place, who: Somebody) -> None:
    settings, store = place.settings, place.store
    write_files(settings, who, BOB)
    train(store, settings)
    other = Speaker("customer:K-BOB-1", Role.SHOPPER, BOB.id)
    place.talk.say(place.bob, other, f"Is {who.email} a customer?", f"About {who.name}?")
    with store.transaction() as session:
        session.get_one(Ticket, "T-3").body = f"{BOB.words}; ask {who.name} or {who.email}"
        # Nothing is tested that is not there.
        before = rows_of(session, who) | personal.rows(
            session, personal.Who(who.id, frozenset({conversation(settings, who)}))
        )
        known = {one.model.__tablename__ for one in personal.holdings(personal.Who("x"))}
        claims = {"identity_attempts", "webhook_deliveries"}
        assert {name for name, rows in before.items() if rows} == known - claims
        books, bobs = accounts(session), rows_of(session, BOB)
    assert {trace for _, trace in traces_left(place, who)} == set(who.traces())
    places = {name.split("/")[0] for name, _ in traces_left(place, who)}
    assert places >= {
        *("logs", "reports", "truth", "training", "artifacts", "personas.json", "invoices"),
        *("import-report.csv", "tickets", "events", "chat_answers", "changes"),
    }

    planned = preview(store, settings, who.id)
    assert {trace for _, trace in traces_left(place, who)} == set(who.traces())
    receipt = erase(store, settings, who.id)

    assert traces_left(place, who) == []
    assert not [one for one in who.traces() if one in json.dumps(receipt, ensure_ascii=False)]
    assert receipt["table.customers"] == planned["table.customers"] == 1
    assert receipt["table.orders"] == 20
    assert receipt["conversations.events"] == planned["conversations.events"] > 0
    assert receipt["conversations.redacted"] == planned["conversations.redacted"] > 0
    assert receipt["files.documents"] == planned["files.documents"]
    assert (receipt["files.invoices"], receipt["models"]) == (1, 1)
    with store.reading() as session:
        # The sales stay, of nobody, and what is others' stays whole but for the person in it.
        assert accounts(session) == books
        assert session.scalar(select(func.count(Order.id)).where(Order.customer_id.is_(None))) == 20
        after = rows_of(session, BOB)
        ticket = f"{BOB.words}; ask {ERASED} or {ERASED}"
        assert after["tickets"] == [{**bobs["tickets"][0], "body": ticket}]
        assert {**after, "tickets": None} == {**bobs, "tickets": None}
        assert session.get(Customer, BOB.id) is not None
    events = place.told("events", place.bob)
    assert any(f"Is {ERASED} a customer?" in one for one in events)
    assert any(BOB.words in json.loads(one)["text"] for one in events)
    assert all(json.loads(one) for one in events + place.told("chat_answers", place.bob))


def test_what_others_wrote_and_own_stays_in_files(place: Place) -> None:
    home = place.settings.home
    write_files(place.settings, ANN, BOB)
    erase(place.store, place.settings, ANN.id)
    assert (home / "logs" / "actions.log").read_text() == f"INFO all is well\nINFO {BOB.id}\n"
    report = json.loads((home / "reports" / "report.json").read_text())
    assert report == {"best": [ERASED, BOB.name], "n": 3}
    personas = json.loads((home / "personas.json").read_text())["personas"]
    assert [one["customer_id"] for one in personas] == [None, BOB.id]
    assert BOB.id in (home / "import-report.csv").read_text()
    assert len((home / "import-report.csv").read_text().splitlines()) == 2
    assert len(list((home / "invoices").iterdir())) == 2


def test_the_models_serve_without_the_person(place: Place) -> None:
    settings, store = place.settings, place.store
    train(store, settings)
    train(store, settings, force=True)
    assert erase(store, settings, ANN.id)["models"] == 2
    current = artifacts.current(settings.artifacts)
    assert artifacts.versions(settings.artifacts) == [current.version]
    models = Models.load(current.folder)
    assert models.segments.of(BOB.id).frequency == 20
    assert len(models.recommender.recommend([ANN.id], n=2)) == 2


def test_an_answer_that_is_given_meanwhile_goes_too(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, redact = conversation(place.settings, ANN), personal.redact

    def answered_meanwhile(*arguments: Any) -> Counter[str]:
        speaker = Speaker(f"customer:{ANN.id}", Role.SHOPPER, ANN.id)
        place.talk.say(own, speaker, ANN.words, f"Thanks, {ANN.name}")
        return redact(*arguments)

    monkeypatch.setattr(personal, "redact", answered_meanwhile)
    erase(place.store, place.settings, ANN.id)
    assert place.told("events", own) == place.told("chat_answers", own) == []
    assert traces_left(place, ANN) == []


def test_an_id_may_be_written_in_any_case(place: Place) -> None:
    assert erase(place.store, place.settings, ANN.id.lower())["table.customers"] == 1
    assert traces_left(place, ANN) == []


def test_while_somebody_reads_the_file_the_erasure_says_so(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    with place.store.reading() as session:
        session.get(Customer, ANN.id)
        with pytest.raises(StoreUnavailable, match="try again"):
            erase(place.store, place.settings, ANN.id)
    erase(place.store, place.settings, ANN.id)
    assert traces_left(place, ANN) == []
    place.close()


def test_erasing_twice_is_fine(place: Place) -> None:
    train(place.store, place.settings)
    assert erase(place.store, place.settings, ANN.id)
    version = artifacts.current(place.settings.artifacts).version
    assert not erase(place.store, place.settings, ANN.id)
    assert not preview(place.store, place.settings, ANN.id)
    assert artifacts.current(place.settings.artifacts).version == version


def test_an_erasure_that_failed_halfway_is_finished_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(place.settings, ANN, BOB)

    def fails(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(personal, "redact", fails)
        erase(place.store, place.settings, ANN.id)
    with place.store.reading() as session:
        assert session.get(Customer, ANN.id) is not None
    erase(place.store, place.settings, ANN.id)
    assert traces_left(place, ANN) == []


def test_the_last_customer_takes_the_models_along(place: Place) -> None:
    for who in (ANN, WANG):
        erase(place.store, place.settings, who.id)
    train(place.store, place.settings)
    assert erase(place.store, place.settings, BOB.id)["models"] == 1
    assert artifacts.versions(place.settings.artifacts) == []
    assert traces_left(place, BOB) == []


def test_an_encrypted_shop_is_erased_too(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    place = Place(tmp_path, None, (key,))
    write_files(place.settings, ANN, BOB)
    erase(place.store, place.settings, ANN.id)
    assert traces_left(place, ANN) == []
    place.close()


def test_an_export_holds_everything(place: Place) -> None:
    write_files(place.settings, ANN, BOB)
    document = export(place.store, place.settings, ANN.id.lower())
    text = json.dumps(document, default=str, ensure_ascii=False)
    assert not [one for one in ANN.traces() if one not in text]
    assert not [one for one in BOB.traces() if one in text and one != BOB.email]
    assert set(document["tables"]) == {
        one.model.__tablename__ for one in personal.holdings(personal.Who("x"))
    }
    assert not [name for name, rows in document["tables"].items() if not rows]
    own = conversation(place.settings, ANN)
    assert document["conversations"][own]["events"][0]["data"]["text"] == ANN.words
    assert len(document["conversations"]) == 3
    assert "context" not in document["conversations"][own]["events"][0]["data"]["metadata"]
    assert len(document["files"]) == 1
    assert list(document["logs"]) == ["logs/actions.log"]
    assert len(document["logs"]["logs/actions.log"]) == 2
    assert place.settings.secrets.context_key not in text


def test_an_agents_conversation_about_others_stays(place: Place) -> None:
    about_bob = conversation_id(Speaker("agent:-1", Role.AGENT), place.settings.secrets)
    erase(place.store, place.settings, ANN.id)
    assert place.told("events", about_bob)
    assert place.told("events", place.bob)


@pytest.mark.parametrize(
    ("customer", "about", "other"),
    [
        ("C1", "customer C1 asks", "C10, C1X, BC1"),
        ("C1", "customer:C1:visit", "SC1"),
        ("17850", "customer 17850 asks", "17850 of 20000 done, 178501"),
        ("17850", '{"customer_id": "17850"}', '{"n": 17850}'),
    ],
)
def test_an_id_is_told_from_what_looks_like_it(customer: str, about: str, other: str) -> None:
    traces = Traces(customer, ["Li", "Ann Smith"], ["ann@example.com"])
    assert about in traces
    assert other not in traces
    assert "<li>Ann smith's aunt ann@example.comm</li>" not in traces
    assert "ANN@example.com" in traces
    assert Decimal(1) == traces.without(Decimal(1))


def test_a_number_is_known_however_it_is_spelled() -> None:
    traces = Traces("C1", contacts=["+44 20 7946 0771", "13912345678"])
    for said in ("+442079460771.", "+44 (20) 7946-0771", "打139-1234-5678", "13912345678"):
        assert said in traces
    for other in ("442079460772", "1442079460771", "139123456789"):
        assert other not in traces
    assert traces.without({"a": ["139 1234 5678"]}) == {"a": [ERASED]}
