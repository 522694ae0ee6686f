"""Closed codes that facts, questions and the policy table share (docs/spec/facts.md).

Domains of the compartments: C. civ. 425 and 459 (person or property), as the matrix reads them.
"""

from __future__ import annotations

COMPARTMENTS = (
    "identity", "rights", "social", "housing", "budget", "medical", "medication", "psychological", "autonomy",
    "education", "protection", "plan", "transmissions", "child_protection", "expression",
)  # fmt: skip
COMPARTMENT_SET = frozenset(COMPARTMENTS)
LEVELS = (1, 2)
CATEGORIES = (1, 2)
ROWS = (
    "H1", "H1p", "H2", "H3", "H4", "H5", "S1", "S2", "S3", "S4", "S5", "S6", "S7a", "S7b", "S7c", "S8", "S9", "S10",
    "S11", "S12", "S13", "M1", "M2", "C1", "C2", "C3", "O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10",
    "O11", "O12", "O13", "O14",
)  # fmt: skip
ROW_SET = frozenset(ROWS)

PERSON, PROPERTY = "person", "property"
DOMAINS = frozenset({PERSON, PROPERTY})
_PROPERTY_ONLY = frozenset({"rights", "housing", "budget"})
_BOTH = frozenset({"identity", "protection"})

CONSENT_KINDS = frozenset({"share_outside_team", "mdph_exchange", "person_request_to_third_party"})
MASKS = frozenset(
    {
        "withheld_by_author", "child_protection_hidden", "address_secret", "third_party", "before_announcement",
        "ill_treatment_hidden",
    }
)  # fmt: skip
ENTRY_KINDS = frozenset(
    {"note", "minutes", "coordination_alert", "information_preoccupante", "signalement", "adult_ill_treatment"}
)
VIAS = frozenset(
    {
        "any", "share", "exchange", "emergency", "mandate", "own", "child_protection", "mdph", "statutory",
        "person_request",
    }
)  # fmt: skip
OBLIGATIONS = frozenset(
    {
        "inform_person_after", "review", "record_in_file", "rotate_keys", "escalate_to_judge", "redact_third_party",
        "use_local_identifier", "close_active_use", "ask_archive_decision", "pseudonymise",
    }
)  # fmt: skip


def domains_of(compartment: str) -> frozenset[str]:
    """Return the mandate domains that reach a compartment: either suffices for identity and protection."""
    if compartment in _BOTH:
        return DOMAINS
    return frozenset({PROPERTY if compartment in _PROPERTY_ONLY else PERSON})
