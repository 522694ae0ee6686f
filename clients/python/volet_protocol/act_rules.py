"""Who may do the acts that no fact states (policies/acts.csv says the same)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from volet_protocol.capacities import Capacity

OPEN_CARE, OPEN_MDPH = "open_care_case", "open_mdph_case"
# A case is opened by who may coordinate it: never by reception, home help, a guardian or a party outside (F15).
ACT_ROWS: Final[Mapping[str, frozenset[str]]] = {
    OPEN_CARE: frozenset({"H1", "H1p", "H2", "H4", "S1", "S2", "S5", "S8", "S10", "S12", "S13", "C1"}),
    OPEN_MDPH: frozenset({"M1", "M2"}),
}


def may_open_case(capacity: Capacity, kind: str) -> bool:
    """Tell whether somebody in that capacity may open a case of kind `care` or `mdph`."""
    return capacity.row in ACT_ROWS.get(f"open_{kind}_case", frozenset())
