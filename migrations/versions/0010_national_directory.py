"""The public extract of the national directory: its lines, the tree over them, the words by which they are found.

Revision 0010.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "directory_extract", "directory_line", "directory_node", "directory_read_word", "directory_word",
    "directory_vocabulary", "directory_slip",
)  # fmt: skip


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Create the tables, empty: `volet admin directory import` fills them."""
    op.create_table(
        "directory_extract",
        _number("number"),
        sa.Column("state", sa.Text(), nullable=False),
        _number("place"),
        sa.Column("prefix", sa.String(length=64), nullable=False),
        _number("read"),
        _number("lines"),
        _number("refused"),
        _number("report"),
        sa.Column("tree", sa.LargeBinary(), nullable=False),
        _number("test"),
        _number("started_ms"),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("root", sa.String(length=64), nullable=True),
        _number("leaf", null=True),
        _number("time_ms", null=True),
        sa.PrimaryKeyConstraint("number", name="pk_directory_extract"),
    )
    op.create_table(
        "directory_line",
        _number("extract"),
        _number("n"),
        sa.Column("national_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("extract", "n", name="pk_directory_line"),
    )
    op.create_index("ix_directory_line_extract_national_id", "directory_line", ["extract", "national_id"])
    op.create_table(
        "directory_node",
        _number("extract"),
        _number("node"),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("extract", "node", name="pk_directory_node"),
    )
    op.create_table(
        "directory_read_word", _number("extract"), _number("n"), _word("word"),
        sa.Column("practised", sa.Text(), nullable=False),
    )  # fmt: skip
    op.create_table(
        "directory_word",
        _number("extract"),
        _word("word"),
        _number("n"),
        sa.Column("practised", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("extract", "word", "n", "practised", name="pk_directory_word"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "directory_vocabulary", _number("extract"), _word("word"), _number("lines"),
        sa.PrimaryKeyConstraint("extract", "word", name="pk_directory_vocabulary"), sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "directory_slip", _number("extract"), _word("left"), _word("word"),
        sa.PrimaryKeyConstraint("extract", "left", "word", name="pk_directory_slip"), sqlite_with_rowid=False,
    )  # fmt: skip


def downgrade() -> None:
    """Drop them: the extract is public and is imported again."""
    for table in TABLES:
        op.drop_table(table)
