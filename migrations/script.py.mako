"""${message}.

Revision ${up_revision}, after ${down_revision}.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None

# On PostgreSQL, env.py sets lock_timeout: a migration that cannot get its lock fails instead of blocking everybody.


def upgrade() -> None:
    """Move to this revision."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Move back."""
    ${downgrades if downgrades else "pass"}
