"""The database that migrations make is the one that the models describe, and keeps its data."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

from analytics.store import Store, engine, feedback, handoffs, orders
from analytics.store.models import Base, HandoffState


def _upgrade(store: Store, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'shop.db'}")


# Nobody can compare the columns of indexes on expressions.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_the_tables_of_the_models(store: Store) -> None:
    store.migrate()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, Base.metadata)
    store.close()
    assert found == []


def test_codes_in_an_older_index_are_still_found(store: Store) -> None:
    _upgrade(store, "0001")
    with store.engine.begin() as connection:
        for statement in (
            "INSERT INTO products VALUES ('85123A', 'Heart', 'Heart', NULL, NULL, '', '', '{}', 1)",
            "INSERT INTO search_terms VALUES ('85123a', 0.7), ('heart', 0.7)",
            "INSERT INTO product_terms VALUES ('85123a', '85123A', 1), ('heart', '85123A', 1)",
        ):
            connection.execute(text(statement))
    store.migrate()
    with store.engine.connect() as connection:
        terms = connection.execute(text("SELECT term FROM product_terms ORDER BY term")).scalars()
        assert list(terms) == ["#85123a", "heart"]
        plan = connection.execute(
            text("EXPLAIN QUERY PLAN SELECT id FROM products WHERE upper(id) = '85123A'")
        )
        assert "ix_products_upper_id" in plan.all()[0][-1]
    store.close()


def test_a_shop_from_before_customer_service_keeps_its_orders(store: Store) -> None:
    _upgrade(store, "0002")
    with store.engine.begin() as connection:
        for statement in (
            "INSERT INTO customers (id, language, created_at, marketing_consent)"
            " VALUES ('C1', 'en', '2026-01-01', 0)",
            "INSERT INTO orders (id, customer_id, placed_at, status, currency, shipping_fee)"
            " VALUES ('O1', 'C1', '2026-01-02', 'pending', 'GBP', 39500)",
            "INSERT INTO order_events (order_id, status, at, actor)"
            " VALUES ('O1', 'pending', '2026-01-02', 'shop')",
        ):
            connection.execute(text(statement))
    store.migrate()
    with store.reading() as session:
        order = orders.owned(session, "o1", "C1")
        assert (order.fees, order.payments, len(order.history)) == (0, [], 1)
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT id FROM orders WHERE upper(id) = 'O1'")
        )
        assert "ix_orders_upper_id" in plan.all()[0][-1]
    store.close()


def test_a_shop_from_before_people_took_over_keeps_its_handoffs(store: Store) -> None:
    _upgrade(store, "0003")
    with store.engine.begin() as connection:
        for statement in (
            "INSERT INTO tickets (id, conversation_id, subject, body, status, created_at)"
            " VALUES ('T-1', 'c1', 'request', '', 'open', '2026-01-02')",
            "INSERT INTO handoffs (conversation_id, ticket_id, state, reason, requested_at)"
            " VALUES ('c1', 'T-1', 'requested', 'contact_human_agent', '2026-01-02')",
            "INSERT INTO feedback (conversation_id, score, created_at)"
            " VALUES ('c1', 4, '2026-01-02')",
        ):
            connection.execute(text(statement))
    store.migrate()
    with store.reading() as session:
        (waiting,) = handoffs.in_states(session, [HandoffState.REQUESTED])
        assert (waiting.summary, waiting.transcript, waiting.language) == ({}, [], "en")
        given = feedback.of_conversation(session, "c1")
        assert given is not None
        assert given.about == "resolution"
    store.close()
