"""Make room for what was recommended, and what came of it."""

import sqlalchemy as sa
from alembic import op

from analytics.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(64)
INDEXES = {
    op.f("ix_suggestions_conversation_id"): ["conversation_id"],
    op.f("ix_suggestions_customer_id"): ["customer_id"],
    op.f("ix_suggestions_shown_at"): ["shown_at"],
    op.f("ix_suggestions_order_id"): ["order_id"],
    "ix_suggestions_product": ["product_id", "shown_at"],
}


def upgrade() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=True),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("rung", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model_version", ID, nullable=False),
        sa.Column("shown_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("clicked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("order_id", ID, nullable=True),
        sa.Column("bought_at", UtcDateTime(timezone=True), nullable=True),
        _refers("customer_id", "customers.id"),
        _refers("product_id", "products.id"),
        _refers("order_id", "orders.id"),
        sa.CheckConstraint("position > 0", name=op.f("ck_suggestions_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "suggestions", columns)


def downgrade() -> None:
    raise RuntimeError("0007 keeps what came of recommendations: to go back, restore the backup")


def _refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_suggestions_{column}"))
