"""Strict reading of a scenario file: every key known, every value typed, every identifier found.

The format is closed: a misspelt key would otherwise silently drop a fact, and a scenario would pass for the wrong
reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, cast

from volet_protocol.capacities import SECRET_BASES
from volet_protocol.fact_notices import CONSENT_MEANS, NOTICE_MEANS, SCOPES
from volet_protocol.fact_people import IDENTITY_STATUSES, REGIMES
from volet_protocol.fact_powers import MANDATES
from volet_protocol.vocabulary import (
    COMPARTMENT_SET,
    CONSENT_KINDS,
    DOMAINS,
    ENTRY_KINDS,
    MASKS,
    ROW_SET,
)
from volet_service.domain.policy_codes import is_rule

Value: TypeAlias = object
Object: TypeAlias = Mapping[str, Value]
Check: TypeAlias = Callable[[Value, str], None]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"(G15|R94|R95|R85|R291|J47):[A-Z0-9-]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_HASH = re.compile(r"[0-9a-f]{64}")
PURPOSES = frozenset(
    {
        "care", "coordination", "emergency_care", "child_protection", "mdph_evaluation", "eviction_prevention",
        "protection_measure", "own_access", "person_request", "authority_alert", "audit", "retention",
    }
)  # fmt: skip
ACTIONS = frozenset(
    {
        "read", "write", "list", "exchange", "break_glass", "consent", "withdraw_consent", "invite", "open_account",
        "export_document", "export_log", "read_log", "read_content_from_log", "keep_active",
    }
)  # fmt: skip


class ScenarioError(ValueError):
    """A scenario file is not in the format: the message says where."""


def pattern(expression: re.Pattern[str]) -> Check:
    """Return the check of a string that must match whole."""

    def check(value: Value, where: str) -> None:
        if not isinstance(value, str) or not expression.fullmatch(value):
            raise ScenarioError(f"{where}: {value!r} is not of the form {expression.pattern}")

    return check


def one_of(allowed: frozenset[str] | frozenset[int] | frozenset[str | int]) -> Check:
    """Return the check of a value of a closed list."""

    def check(value: Value, where: str) -> None:
        if isinstance(value, bool) or value not in allowed:
            raise ScenarioError(f"{where}: {value!r} is not one of {sorted(map(str, allowed))}")

    return check


def listed(item: Check, *, empty: bool = False) -> Check:
    """Return the check of a list without duplicate, not empty unless told."""

    def check(value: Value, where: str) -> None:
        if not isinstance(value, list) or not (value or empty):
            raise ScenarioError(f"{where}: a list that is not empty is expected")
        items = cast("list[Value]", value)
        for position, one in enumerate(items):
            item(one, f"{where}[{position}]")
            if one in items[:position]:
                raise ScenarioError(f"{where}: {one!r} twice")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *, least: int = 0) -> Check:
    """Return the check of a closed object; `least` keys at least must be present."""
    known = {**required, **(optional or {})}

    def check(value: Value, where: str) -> None:
        if not isinstance(value, dict):
            raise ScenarioError(f"{where}: an object is expected")
        record = cast("dict[str, Value]", value)
        unknown, missing = record.keys() - known.keys(), required.keys() - record.keys()
        if unknown or missing or len(record) < least:
            raise ScenarioError(f"{where}: unknown {sorted(map(str, unknown))}, missing {sorted(missing)}")
        for name, item in record.items():
            known[name](item, f"{where}.{name}")

    return check


def text(value: Value, where: str) -> None:
    """Check a string that is not empty."""
    if not isinstance(value, str) or not value:
        raise ScenarioError(f"{where}: words are expected")


def boolean(value: Value, where: str) -> None:
    """Check true or false."""
    if not isinstance(value, bool):
        raise ScenarioError(f"{where}: true or false is expected")


def rule(value: Value, where: str) -> None:
    """Check the code of a rule that exists."""
    if not isinstance(value, str) or not is_rule(value):
        raise ScenarioError(f"{where}: unknown rule {value!r}")


def instant_ms(value: str) -> int:
    """Return the milliseconds since 1970 of a quoted instant with its offset."""
    return int(datetime.fromisoformat(value).timestamp() * 1000)


ID, INSTANT, DATE, CODE = pattern(_ID), pattern(_INSTANT), pattern(_DATE), pattern(_CODE)
LEVEL = CATEGORY = one_of(frozenset({1, 2}))
ROW, COMPARTMENT = one_of(ROW_SET), one_of(COMPARTMENT_SET)
IDS = listed(ID)
INFORMATION = listed(shape({"compartment": COMPARTMENT, "level": LEVEL}))
MAXIMA = listed(shape({"compartment": COMPARTMENT, "max_level": LEVEL}))
RECIPIENTS = shape(
    {},
    {
        "categories": listed(CATEGORY), "rows": listed(ROW), "professions": listed(CODE), "professionals": IDS,
        "structures": IDS, "outsiders": IDS,
    },
    least=1,
)  # fmt: skip
GIVER = shape({}, {"person": ID, "mandate": ID}, least=1)
NOTICE_TO = shape({}, {"professional": ID, "category": CATEGORY, "function": ROW, "structure": ID}, least=2)
CONSENT_KIND = one_of(CONSENT_KINDS)
_CAPACITY = shape({"id": ID, "row": ROW, "structure": ID}, {"category": CATEGORY, "profession": CODE, "role": CODE})
_SENT = shape({"professional": ID, "capacity": ID, "sent_at": INSTANT})

RECORDS: Mapping[str, Check] = {
    "persons": shape(
        {"id": ID, "label": text, "born": DATE, "identity_status": one_of(IDENTITY_STATUSES)},
        {"died_at": INSTANT, "emancipated": boolean},
    ),
    "ability_records": shape(
        {"id": ID, "person": ID, "state": one_of(frozenset({"able", "assisted", "unable"})), "assessed_by": ID,
         "from": INSTANT},
        {"to": INSTANT},
    ),
    "relatives": shape(
        {"id": ID, "label": text, "person": ID,
         "relation": one_of(frozenset({"mother", "father", "child", "sibling", "spouse", "other"}))},
        {"trusted_person": boolean},
    ),
    "structures": shape(
        {"id": ID, "label": text,
         "kind": one_of(frozenset({"esms", "health_establishment", "dac", "mdph", "ase", "practice", "pharmacy",
                                   "ccas", "school", "occupational_health", "mjpm_service", "operator"}))},
        {"legal_entity": text},
    ),
    "professionals": shape(
        {"id": ID, "label": text, "account": one_of(frozenset({"active", "revoked", "unverified", "none"})),
         "capacities": listed(_CAPACITY, empty=True), "secret_basis": listed(one_of(SECRET_BASES), empty=True)},
    ),
    "outsiders": shape({"id": ID, "label": text, "row": ROW}),
    "cases": shape(
        {"id": ID, "person": ID, "kind": one_of(frozenset({"care", "mdph"})), "structure": ID,
         "episodes": listed(shape({"id": ID, "start": INSTANT}, {"end": INSTANT}))},
        {"last_contact_at": INSTANT, "archive_decision": one_of(frozenset({"none", "archived", "deleted"}))},
    ),
    "participations": shape(
        {"id": ID, "case": ID, "professional": ID, "capacity": ID, "regime": one_of(REGIMES),
         "limb": one_of(frozenset({1, 2, 3, "none"})), "start": INSTANT},
        {"end": INSTANT, "episode": ID, "history_from": INSTANT},
    ),
    "notices": shape(
        {"id": ID, "person": ID, "kind": one_of(frozenset({"general", "cross_category"})), "given_at": INSTANT,
         "given_by": ID},
        {"means": one_of(NOTICE_MEANS), "information": INFORMATION, "entries": IDS, "from_category": CATEGORY,
         "to": NOTICE_TO},
    ),
    "consents": shape(
        {"id": ID, "person": ID, "case": ID, "kind": CONSENT_KIND,
         "decision": one_of(frozenset({"given", "refused"})), "information": MAXIMA, "recipients": RECIPIENTS,
         "given_by": GIVER, "given_at": INSTANT},
        {"episode": ID, "entries": IDS, "starts_at": INSTANT, "expires_at": INSTANT, "withdrawn_at": INSTANT,
         "notice": shape({"hash": pattern(_HASH), "delivered_at": INSTANT}, {"version": text}),
         "means": one_of(CONSENT_MEANS), "recorded_by": ID, "supersedes": ID},
    ),
    "oppositions": shape(
        {"id": ID, "person": ID, "scope": one_of(SCOPES), "from": INSTANT, "expressed_by": GIVER},
        {"professionals": IDS, "rows": listed(ROW), "categories": listed(CATEGORY),
         "compartments": listed(COMPARTMENT), "entries": IDS, "to": INSTANT, "recorded_by": ID,
         "except": shape({}, {"professionals": IDS, "rows": listed(ROW)}, least=1)},
    ),
    "mandates": shape(
        {"id": ID, "person": ID, "type": one_of(MANDATES), "holder": ID, "domains": listed(one_of(DOMAINS)),
         "mode": one_of(frozenset({"representation", "assistance"})), "start": INSTANT},
        {"end": INSTANT, "exercise": boolean, "acts": listed(text), "court": text, "judgment_date": DATE},
    ),
    "minor_secrets": shape(
        {"id": ID, "person": ID, "entries": IDS, "basis": one_of(frozenset({"L1111-5", "L1111-5-1"})),
         "opposed_at": INSTANT, "noted_by": ID},
        {"lifted_at": INSTANT},
    ),
    "designations": shape(
        {"id": ID, "kind": one_of(frozenset({"mdph_medical", "coordinator_l121_6_2"})), "person": ID,
         "designated": ID, "designated_by": ID, "from": INSTANT},
        {"to": INSTANT},
    ),
    "procedures": shape(
        {"id": ID, "person": ID, "kind": one_of(frozenset({"ccapex", "siao", "coordination_l121_6_2"})),
         "authority": ID, "opened_at": INSTANT},
        {"closed_at": INSTANT},
    ),
    "emergencies": shape(
        {"id": ID, "case": ID, "professional": ID, "capacity": ID, "reason": text, "opened_at": INSTANT,
         "expires_at": INSTANT},
    ),
    "entries": shape(
        {"id": ID, "case": ID, "compartment": COMPARTMENT, "level": LEVEL, "author": ID, "written_at": INSTANT},
        {"author_capacity": ID, "label": text, "kind": one_of(ENTRY_KINDS),
         "flags": listed(one_of(MASKS - {"ill_treatment_hidden"})), "part_of": ID,
         "named_recipients": listed(_SENT)},
    ),
    "log_lines": shape(
        {"id": ID, "case": ID, "actor": ID, "action": one_of(ACTIONS), "at": INSTANT}, {"entry": ID}
    ),
}  # fmt: skip
