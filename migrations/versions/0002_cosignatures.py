"""What witnesses answered: their lines under checkpoints, and the checkpoints that had enough of them.

Revision 0002.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from volet_service.adapters.store.append_only import allow_changes, refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_cosignature", "log_published")


def upgrade() -> None:
    """Create both tables, which only grow."""
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("time_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "name", "key_id", "time_s", name="pk_log_cosignature"),
    )
    op.create_table(
        "log_published",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_published"),
    )
    for table in APPEND_ONLY:
        for statement in refuse_changes(op.get_bind().dialect.name, table):
            op.execute(statement)


def downgrade() -> None:
    """Drop both, triggers first: they would refuse."""
    for table in APPEND_ONLY:
        for statement in allow_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
        op.drop_table(table)
