"""Make room for people who take over, feedback, questions to learn from, webhooks and consent."""

import sqlalchemy as sa
from alembic import op

from analytics.store.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(64)
OPEN = sa.text("state != 'closed'")


def upgrade() -> None:
    _handoffs()
    _learning()
    _webhooks()
    op.create_table(
        "consents",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        _refers("consents", "customer_id", "customers.id"),
        sa.PrimaryKeyConstraint("customer_id", "purpose", name=op.f("pk_consents")),
    )


def _handoffs() -> None:
    for column in (
        sa.Column("subject", sa.String(200), nullable=False, server_default=""),
        sa.Column("language", sa.String(2), nullable=False, server_default="en"),
        sa.Column("summary", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("transcript", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("agent", sa.String(200)),
        sa.Column("claimed_at", UtcDateTime(timezone=True)),
        sa.Column("agent_seen_at", UtcDateTime(timezone=True)),
        sa.Column("customer_seen_at", UtcDateTime(timezone=True)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("announced_at", UtcDateTime(timezone=True)),
    ):
        op.add_column("handoffs", column)
    # In words of its own: SQLite would make the whole table anew for Alembic's.
    op.execute(
        "ALTER TABLE handoffs ADD COLUMN customer_id VARCHAR(64)"
        " CONSTRAINT fk_handoffs_customer_id REFERENCES customers (id)"
    )
    op.create_index(op.f("ix_handoffs_customer_id"), "handoffs", ["customer_id"])
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "handoff_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(10), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        _refers("handoff_messages", "handoff_id", "handoffs.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_messages")),
        sa.UniqueConstraint(
            "handoff_id", "sender", "message_id", name=op.f("uq_handoff_messages_handoff_id")
        ),
    )
    op.create_index(op.f("ix_handoff_messages_handoff_id"), "handoff_messages", ["handoff_id"])


def _learning() -> None:
    op.add_column(
        "feedback",
        sa.Column("about", sa.String(20), nullable=False, server_default="resolution"),
    )
    op.create_table(
        "thumbs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thumbs")),
        sa.UniqueConstraint(
            "conversation_id", "message_id", name=op.f("uq_thumbs_conversation_id")
        ),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(128), nullable=False),
        sa.Column("customer_id", ID, nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(64), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("resolution", sa.String(100), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        _refers("questions", "customer_id", "customers.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint(
            "conversation_id", "message_id", "kind", name=op.f("uq_questions_conversation_id")
        ),
    )
    op.create_index(op.f("ix_questions_customer_id"), "questions", ["customer_id"])
    op.create_index(op.f("ix_questions_status"), "questions", ["status"])


def _webhooks() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("endpoint", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "next_attempt_at"])
    op.create_table(
        "webhook_receipts",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("delivery_id", sa.String(128), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "delivery_id", name=op.f("pk_webhook_receipts")),
    )
    op.create_index(op.f("ix_webhook_receipts_received_at"), "webhook_receipts", ["received_at"])


def downgrade() -> None:
    raise RuntimeError("0004 keeps what customers said: to go back, restore the backup before it")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
