"""When who opened a session had last shown themselves to their identity provider, and whether a login asks for that.

Revision 0016.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of sessions that are open it is not known, and they are asked at the first act that wants it."""
    op.add_column("session", sa.Column("identified_ms", sa.BigInteger(), nullable=True))
    op.add_column("login", sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop the columns: nothing asks for them any more."""
    with op.batch_alter_table("session") as table:
        table.drop_column("identified_ms")
    with op.batch_alter_table("login") as table:
        table.drop_column("fresh")
