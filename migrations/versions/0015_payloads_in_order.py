"""The payloads of a case and class in the order of their leaves: a page of them is read without sorting the case.

Revision 0015.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew with the position in it."""
    op.drop_index("ix_log_payload_case_class", table_name="log_payload")
    op.create_index("ix_log_payload_case_class_idx", "log_payload", ["case", "class", "idx"])


def downgrade() -> None:
    """Make the index of before."""
    op.drop_index("ix_log_payload_case_class_idx", table_name="log_payload")
    op.create_index("ix_log_payload_case_class", "log_payload", ["case", "class"])
