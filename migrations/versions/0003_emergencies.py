"""Emergencies of all cases, for quotas and for auditors.

Revision 0003.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables, empty: what was declared before is in the chains, and past every quota within a day."""
    op.create_table(
        "emergency",
        sa.Column("fact", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("structure", sa.Text(), nullable=False),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fact", name=("pk_emergency")),
    )
    op.create_index(("ix_emergency_user_recorded_ms"), "emergency", ["user", "recorded_ms"], unique=False)
    op.create_index(("ix_emergency_structure_recorded_ms"), "emergency", ["structure", "recorded_ms"], unique=False)
    op.create_index(("ix_emergency_leaf"), "emergency", ["leaf"], unique=False)
    op.create_table(
        "emergency_link",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("emergency", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("link", "emergency", name=("pk_emergency_link")),
    )
    op.create_index(("ix_emergency_link_emergency"), "emergency_link", ["emergency"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(("ix_emergency_link_emergency"), table_name="emergency_link")
    op.drop_table("emergency_link")
    op.drop_index(("ix_emergency_leaf"), table_name="emergency")
    op.drop_index(("ix_emergency_structure_recorded_ms"), table_name="emergency")
    op.drop_index(("ix_emergency_user_recorded_ms"), table_name="emergency")
    op.drop_table("emergency")
