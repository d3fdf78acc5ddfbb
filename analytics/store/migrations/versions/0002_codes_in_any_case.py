"""Find products, variants and orders by their code in any case; mark terms that are codes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODES = {"products": "id", "variants": "sku", "orders": "id"}
LONGEST = 80
TERMS = sa.table("search_terms", sa.column("term", sa.String), sa.column("weight", sa.Float))
PLACES = sa.table("product_terms", sa.column("term", sa.String))


def upgrade() -> None:
    for table, column in CODES.items():
        op.create_index(f"ix_{table}_upper_{column}", table, [sa.text(f"upper({column})")])
    connection = op.get_bind()
    for term, weight in connection.execute(sa.select(TERMS.c.term, TERMS.c.weight)).all():
        if len(term) < LONGEST and any(character.isdigit() for character in term):
            _rename(term, f"#{term}", weight)


def downgrade() -> None:
    connection = op.get_bind()
    for term, weight in connection.execute(sa.select(TERMS.c.term, TERMS.c.weight)).all():
        if term.startswith("#"):
            _rename(term, term[1:], weight)
    for table, column in CODES.items():
        op.drop_index(f"ix_{table}_upper_{column}", table)


def _rename(old: str, new: str, weight: float) -> None:
    connection = op.get_bind()
    connection.execute(sa.insert(TERMS).values(term=new, weight=weight))
    connection.execute(sa.update(PLACES).where(PLACES.c.term == old).values(term=new))
    connection.execute(sa.delete(TERMS).where(TERMS.c.term == old))
