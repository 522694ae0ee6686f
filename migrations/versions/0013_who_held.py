"""By whom an account was held by telephone.

Revision 0013.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key of the registrar; none for the number of a sheet, nor for what was held before."""
    op.add_column("account_hold", sa.Column("registrar", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget it; the access log still has each registrar's statement."""
    op.drop_column("account_hold", "registrar")
