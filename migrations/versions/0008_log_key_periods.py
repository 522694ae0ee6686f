"""Keys of the tags by period: from which number, at which position of the log and since when each one counts.

Revision 0008.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every case is in its first period, which began before any mandate ended: such an end draws the next key."""
    for name in ("first", "position", "from_ms"):
        op.add_column("log_case", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "log_key_past",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_key", sa.LargeBinary(), nullable=True),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case", "class", "first", name="pk_log_key_past"),
    )


def downgrade() -> None:
    """Drop both; keys of past periods are lost, and with them the count of their acts."""
    op.drop_table("log_key_past")
    for name in ("from_ms", "position", "first"):
        op.drop_column("log_case", name)
