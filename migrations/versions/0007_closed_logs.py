"""Logs that ended: what each was called, and the last tree of it that this database holds.

Leaves, nodes and checkpoints of all logs share their tables: every column that names one holds its position
(docs/spec/log.md, N1), which for the first log is the index that stood there before. So no row moves.

Revision 0007.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from volet_service.adapters.store.append_only import allow_changes, refuse_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, which only grows; every log so far is the first one."""
    op.create_table(
        "log_closed",
        sa.Column("log", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_log_closed"),
    )
    for statement in refuse_changes(op.get_bind().dialect.name, "log_closed"):
        op.execute(statement)


def downgrade() -> None:
    """Drop it, triggers first: they would refuse."""
    for statement in allow_changes(op.get_bind().dialect.name, "log_closed"):
        op.execute(statement)
    op.drop_table("log_closed")
