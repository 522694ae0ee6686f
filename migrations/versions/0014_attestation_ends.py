"""Ends that registrars sign of what they attested.

Revision 0014.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; nobody has left."""
    op.create_table(
        "attestation_end",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attestation_end"),
    )
    op.create_index("ix_attestation_end_user", "attestation_end", ["user"])


def downgrade() -> None:
    """Drop the table: what was ended then counts until its own end again."""
    op.drop_table("attestation_end")
