"""What the rules look at of each entry, in columns: lists are filtered and counted by it.

Revision 0004.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and fill it from the headers of the entries that are there."""
    faces = op.create_table(
        "entry_face",
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("category", sa.BigInteger(), nullable=True),
        sa.Column("mask", sa.Text(), nullable=True),
        sa.Column("mask_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("passages", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("written_ms", sa.BigInteger(), nullable=False),
        sa.Column("deposit_ms", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list", "n", name="pk_entry_face"),
        sa.UniqueConstraint("entry", name="uq_entry_face_entry"),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.text('SELECT id, list, n, "user", statement, deposit_ms, take_back FROM entry'))
    for row in rows.mappings().all():
        header = _body(row["statement"])
        op.bulk_insert(faces, [{
            "list": row["list"], "n": row["n"], "entry": row["id"], "user": row["user"],
            "section": f"{header['compartment']}/{header['level']}", "category": _category(connection, header),
            "mask": header.get("mask"), "mask_until_ms": header.get("mask_until_ms"),
            "passages": int(bool(header.get("passages"))), "epoch": header.get("epoch"),
            "written_ms": header["time_ms"], "deposit_ms": row["deposit_ms"],
            "taken_back": int(row["take_back"] is not None),
        }])  # fmt: skip


def _body(statement: bytes) -> dict[str, Any]:
    found = json.loads(statement)
    return dict(found["body"])


def _category(connection: sa.Connection, header: dict[str, Any]) -> int | None:
    if "capacity" not in header:
        return None
    asked = sa.text("SELECT statement FROM attestation WHERE id = :id")
    found = connection.execute(asked, {"id": header["capacity"]}).scalar_one()
    category = _body(found)["capacity"].get("category")
    return None if category is None else int(category)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("entry_face")
