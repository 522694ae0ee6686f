"""First schema: users, cases, entries, exchanges, the access log.

Revision 0001.
"""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from volet_service.adapters.store.append_only import allow_changes, refuse_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("log_entry", "log_node", "log_checkpoint", "user_link", "link", "policy_table")


def upgrade() -> None:
    """Create every table, the triggers of those that only grow, and the empty head of the log."""
    op.create_table(
        "attestation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_attestation")),
    )
    op.create_index(("ix_attestation_user"), "attestation", ["user"], unique=False)
    op.create_table(
        "binding",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("aud", sa.Text(), nullable=False),
        sa.Column("random", sa.LargeBinary(), nullable=False),
        sa.Column("subject_chain", sa.String(length=64), nullable=False),
        sa.Column("iat_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", "token_hash", name=("pk_binding")),
    )
    op.create_table(
        "box",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "user", name=("pk_box")),
    )
    op.create_table(
        "case_class",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=("pk_case_class")),
        sa.UniqueConstraint("case", "class", name=("uq_case_class_case_class")),
    )
    op.create_table(
        "case_user",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user", "case", "class", name=("pk_case_user")),
    )
    op.create_table(
        "chain_head",
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("label", "chain", name=("pk_chain_head")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("h", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("deposit_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("take_back", sa.LargeBinary(), nullable=True),
        sa.Column("take_back_leaf", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_entry")),
        sa.UniqueConstraint("list", "n", name=("uq_entry_list_n")),
    )
    op.create_table(
        "entry_list",
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("h", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("list", name=("pk_entry_list")),
    )
    op.create_index(("ix_entry_list_case"), "entry_list", ["case"], unique=False)
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_exchange")),
    )
    op.create_table(
        "exchange_user",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("user", "exchange", name=("pk_exchange_user")),
    )
    op.create_table(
        "fact_body",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("link", name=("pk_fact_body")),
    )
    op.create_table(
        "link",
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=("pk_link")),
        sa.UniqueConstraint("hash", name=("uq_link_hash")),
    )
    op.create_table(
        "log_case",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("log_key", sa.LargeBinary(), nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case", "class", name=("pk_log_case")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_ms", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=("pk_log_checkpoint")),
    )
    op.create_table(
        "log_entry",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name=("pk_log_entry")),
    )
    head = op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("compact_range", sa.LargeBinary(), nullable=False),
        sa.Column("last_ts_ms", sa.BigInteger(), nullable=False),
        sa.Column("heads_leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_log_head")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "idx", name=("pk_log_node")),
    )
    op.create_table(
        "log_payload",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", sa.String(length=64), nullable=True),
        sa.Column("class", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("erased_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("idx", name=("pk_log_payload")),
    )
    op.create_index(("ix_log_payload_case_class"), "log_payload", ["case", "class"], unique=False)
    op.create_table(
        "login",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("aud", sa.Text(), nullable=False),
        sa.Column("random", sa.LargeBinary(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("code_verifier", sa.Text(), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=("pk_login")),
        sa.UniqueConstraint("state", name=("uq_login_state")),
    )
    op.create_table(
        "policy_table",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("activation", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "activation", name=("pk_policy_table")),
    )
    op.create_table(
        "request",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "id", name=("pk_request")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("capacity", sa.String(length=64), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=("pk_session")),
    )
    op.create_index(("ix_session_user_device"), "session", ["user", "device"], unique=False)
    op.create_table(
        "user_link",
        sa.Column("user", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("boxes", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("user", "seq", name=("pk_user_link")),
        sa.UniqueConstraint("hash", name=("uq_user_link_hash")),
    )
    op.create_table(
        "entry_part",
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("inline", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=("fk_entry_part_entry")),
        sa.PrimaryKeyConstraint("entry", "part", name=("pk_entry_part")),
    )
    for table in APPEND_ONLY:
        for statement in refuse_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
    op.bulk_insert(head, [{"id": 1, "size": 0, "compact_range": b"", "last_ts_ms": 0, "heads_leaf": 0}])


def downgrade() -> None:
    """Drop everything, triggers first: they would refuse."""
    for table in APPEND_ONLY:
        for statement in allow_changes(op.get_bind().dialect.name, table):
            op.execute(statement)
    op.drop_table("entry_part")
    op.drop_table("user_link")
    op.drop_index(("ix_session_user_device"), table_name="session")
    op.drop_table("session")
    op.drop_table("request")
    op.drop_table("policy_table")
    op.drop_table("login")
    op.drop_index(("ix_log_payload_case_class"), table_name="log_payload")
    op.drop_table("log_payload")
    op.drop_table("log_node")
    op.drop_table("log_head")
    op.drop_table("log_entry")
    op.drop_table("log_checkpoint")
    op.drop_table("log_case")
    op.drop_table("link")
    op.drop_table("fact_body")
    op.drop_table("exchange_user")
    op.drop_table("exchange")
    op.drop_index(("ix_entry_list_case"), table_name="entry_list")
    op.drop_table("entry_list")
    op.drop_table("entry")
    op.drop_table("chain_head")
    op.drop_table("case_user")
    op.drop_table("case_class")
    op.drop_table("box")
    op.drop_table("binding")
    op.drop_index(("ix_attestation_user"), table_name="attestation")
    op.drop_table("attestation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION volet_append_only()")
