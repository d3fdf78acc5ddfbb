"""Make room in the contact columns for what is encrypted; SQLite has it in any column."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = {
    "customers": ("name", "email", "phone", "postcode"),
    "addresses": ("postcode",),
    "orders": ("postcode",),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in COLUMNS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.Text())


def downgrade() -> None:
    raise RuntimeError("0006 lets contact data be longer: to go back, restore the backup before it")
