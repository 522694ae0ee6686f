"""The heads map at the start of each epoch of the log, so that clients check what it said between their visits.

Revision 0009.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from volet_service.adapters.store.append_only import allow_changes, refuse_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("map_epoch", "map_node")


def upgrade() -> None:
    """Create both tables, which only grow; epochs are kept from the next one on."""
    op.create_table(
        "map_epoch",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_map_epoch"),
    )
    op.create_table(
        "map_node",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("left", sa.LargeBinary(), nullable=True),
        sa.Column("right", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("head", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_map_node"),
    )
    for table in TABLES:
        for statement in refuse_changes(op.get_bind().dialect.name, table):
            op.execute(statement)


def downgrade() -> None:
    """Drop both, triggers first: they would refuse. What the map said between two visits is then no longer told."""
    for table in TABLES:
        for statement in allow_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
        op.drop_table(table)
