"""Entries that a decision erased name the leaf that says so.

Revision 0005.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no entry was erased before."""
    op.add_column("entry", sa.Column("erase_leaf", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("entry", "erase_leaf")
