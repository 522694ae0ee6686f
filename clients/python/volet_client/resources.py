"""Finds the policy table that this version ships, in an installed wheel or in a checkout.

The table is the client's own copy of the rules: one that the hub serves is used only if it is no wider (protocol 2).
"""

from __future__ import annotations

from pathlib import Path

import volet_protocol
from volet_protocol.policy_table import PolicyTable


def policies() -> Path:
    """Return the folder of the policy files."""
    package = Path(volet_protocol.__file__).parent
    packaged = package / "_policies"
    return packaged if packaged.is_dir() else package.parent.parent.parent / "policies"


def shipped_table() -> PolicyTable:
    """Return the decision table that this version ships."""
    return PolicyTable.load((policies() / "table.json").read_bytes())
