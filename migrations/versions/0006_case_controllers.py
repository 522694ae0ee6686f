"""Who answers for each case: by it the scopes of who watches over the log are kept.

Revision 0006.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and fill it from the first links of the cases that are there."""
    controllers = op.create_table(
        "case_controller",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case", name="pk_case_controller"),
    )
    op.create_index("ix_case_controller_controller", "case_controller", ["controller"])
    rows = op.get_bind().execute(sa.text("SELECT hash, statement FROM link WHERE type = 'case-create'"))
    for row in rows.mappings().all():
        named = json.loads(row["statement"])["body"]["controller"]
        op.bulk_insert(controllers, [{"case": row["hash"], "controller": named}])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("case_controller")
