"""Accounts held by telephone, and the hashes of the numbers by which they are.

Revision 0012.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables; nobody is held, and a number comes with the next phrase that is made or checked."""
    op.create_table(
        "account_hold",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lifted_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("user", name="pk_account_hold"),
    )
    op.create_table(
        "hold_number",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_hold_number"),
    )
    op.create_index("ix_hold_number_number_hash", "hold_number", ["number_hash"])


def downgrade() -> None:
    """Drop both: who is held then can sign in as anybody else."""
    op.drop_table("hold_number")
    op.drop_table("account_hold")
