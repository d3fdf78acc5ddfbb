"""Say which conversation a webhook is about: those about the same one arrive in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook_deliveries", sa.Column("conversation_id", sa.String(64)))
    op.create_index(
        op.f("ix_webhook_deliveries_conversation_id"), "webhook_deliveries", ["conversation_id"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_webhook_deliveries_conversation_id"), "webhook_deliveries")
    op.drop_column("webhook_deliveries", "conversation_id")
