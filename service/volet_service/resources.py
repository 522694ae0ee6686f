"""Finds policies/, migrations/ and the built web client, in an installed wheel or in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import volet_protocol
from volet_protocol.policy_table import PolicyTable

_HERE = Path(__file__).parent
_CHECKOUT = _HERE.parent.parent


def migrations() -> Path:
    """Return the folder of Alembic's scripts."""
    packaged = _HERE / "_migrations"
    return packaged if packaged.is_dir() else _CHECKOUT / "migrations"


def policies() -> Path:
    """Return the folder of the policy files."""
    packaged = Path(volet_protocol.__file__).parent / "_policies"
    return packaged if packaged.is_dir() else _CHECKOUT / "policies"


def web() -> Path:
    """Return the folder of the built web client, which may be absent."""
    packaged = _HERE / "_web"
    return packaged if packaged.is_dir() else _CHECKOUT / "clients" / "web" / "dist"


@cache
def shipped_table() -> PolicyTable:
    """Return the decision table that this version ships; read once a process."""
    return PolicyTable.load((policies() / "table.json").read_bytes())
