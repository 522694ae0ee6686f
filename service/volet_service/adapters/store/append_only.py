"""Tables that only grow: the triggers that refuse everything else, for the migrations that make such a table.

Defence in depth against a bug of ours, not against who owns the database: the tree is the proof. On PostgreSQL they
refuse whole statements, TRUNCATE too, and fire even in a session that replays a replication stream.
"""

from __future__ import annotations

_NAME = "volet_append_only()"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_NAME} RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""


def refuse_changes(dialect: str, table: str) -> list[str]:
    """Return the statements after which rows of this table are neither changed nor deleted."""
    if dialect == "postgresql":
        trigger = f"{table}_append_only"
        return [
            _FUNCTION,
            f"CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION {_NAME}",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def allow_changes(dialect: str, table: str) -> list[str]:
    """Return the statements that take the triggers of a table away, before a downgrade drops it."""
    if dialect == "postgresql":
        return [f"DROP TRIGGER {table}_append_only ON {table}"]
    return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete")]
