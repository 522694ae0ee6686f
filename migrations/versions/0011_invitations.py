"""Invitations into a case whose box waits for the account that they name.

Revision 0011.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, empty: no invitation was made before."""
    op.create_table(
        "invitation",
        sa.Column("fact", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("subject_salt", sa.LargeBinary(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("released_to", sa.String(length=64), nullable=True),
        sa.Column("leaf", sa.BigInteger(), nullable=True),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fact", name="pk_invitation"),
    )
    op.create_index("ix_invitation_expires_ms", "invitation", ["expires_ms"])


def downgrade() -> None:
    """Drop it: an open invitation then has to be made again."""
    op.drop_table("invitation")
