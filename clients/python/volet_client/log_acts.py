"""Verified acts of the log in the forms of other tools: CSV, JSON lines, FHIR R4 AuditEvent shaped by IHE BALP.

One line or resource an act, in the order of the log. Codes and ids only: no name, no content, nothing that the records
do not hold. What is not in a record is absent, never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from volet_client.errors import UsageError
from volet_client.log_cases import case_of
from volet_client.log_replay import Logged
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue

COLUMNS = (
    "index", "time", "type", "act", "user", "device", "row", "structure", "case", "class", "case_seq", "compartment",
    "level", "part", "entries", "intent", "purpose", "rules", "policy", "emergency", "refusal", "facts", "request_hash",
)  # fmt: skip
_AUDIT_TYPE = "http://dicom.nema.org/resources/ontology/DCM"
_SUBTYPE = "urn:volet:log:act"
_PURPOSE = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_OBJECT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
_READ, _CREATE, _DELETE, _EXECUTE = "R", "C", "D", "E"
_ACTIONS = {"release": _READ, "log-look": _READ, "deposit": _CREATE, "take-back": _DELETE, "erase": _DELETE}
# BALP profiles of an event about a patient: read, create, delete; others are plain audit events.
_PROFILES = {
    _READ: f"{_BALP}IHE.BasicAudit.PatientRead", _CREATE: f"{_BALP}IHE.BasicAudit.PatientCreate",
    _DELETE: f"{_BALP}IHE.BasicAudit.PatientDelete",
}  # fmt: skip
_REASONS = {"care": "TREAT", "emergency_care": "ETREAT", "coordination": "COORD", "own_access": "PATRQT",
            "person_request": "PATRQT", "audit": "HOPERAT"}  # fmt: skip
_DONE, _REFUSED = "0", "4"


def row_of(act: Logged) -> dict[str, JsonValue]:
    """Return one act flat, by the names of `COLUMNS`."""
    view = {} if act.view is None else act.view.to_json()
    who = {} if act.identity is None else act.identity.to_json()
    found: dict[str, JsonValue] = {**who, **view, "index": act.index, "time": _instant(act)}
    found["type"] = act.leaf.type.name.lower()
    case = case_of(act)
    if case is not None:
        found["case"] = case
    return {name: found[name] for name in COLUMNS if name in found}


def to_csv(acts: Sequence[Logged], _origin: str) -> str:
    """Return CSV (RFC 4180) with a line of names; lists are parted by spaces."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for act in acts:
        row = row_of(act)
        writer.writerow([_flat(row.get(name, "")) for name in COLUMNS])
    return out.getvalue()


def to_json_lines(acts: Sequence[Logged], _origin: str) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(row_of(act), ensure_ascii=False, sort_keys=True) + "\n" for act in acts)


def to_fhir(acts: Sequence[Logged], origin: str) -> str:
    """Return a FHIR R4 Bundle of AuditEvents, one an act; `origin` is the hub, which observed them."""
    entries = [{"resource": audit_event(act, origin)} for act in acts]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, ensure_ascii=False) + "\n"


def audit_event(act: Logged, origin: str) -> JsonObject:
    """Return one act as an AuditEvent: who (user id), what (case, entries), why, by which rules, how it ended."""
    name = "" if act.view is None else act.view.act
    action, refused = _ACTIONS.get(name, _EXECUTE), name == "refusal"
    case = case_of(act)
    profile = {"meta": {"profile": [_PROFILES[action]]}} if action in _PROFILES and case is not None else {}
    purpose = None if act.view is None or act.view.purpose is None else act.view.purpose
    why: dict[str, JsonValue] = {} if purpose is None else {"purposeOfEvent": [_why(purpose)]}
    entities = _entities(act, case)
    return {
        "resourceType": "AuditEvent", "id": f"leaf-{act.index}", **profile,
        "type": {"system": _AUDIT_TYPE, "code": "110112" if action == _READ else "110110"},
        "subtype": [{"system": _SUBTYPE, "code": name or act.leaf.type.name.lower()}],
        "action": action, "recorded": _instant(act), "outcome": _REFUSED if refused else _DONE, **why,
        "agent": [_agent(act)],
        "source": {"observer": {"identifier": {"system": "urn:ietf:rfc:3986", "value": origin}}},
        **({"entity": entities} if entities else {}),
    }  # fmt: skip


def _agent(act: Logged) -> JsonObject:
    user = None if act.identity is None else act.identity.user
    who = {} if user is None else {"who": {"identifier": {"system": "urn:volet:user", "value": user}}}
    row = None if act.view is None else act.view.row
    roles: list[JsonValue] = [] if row is None else [{"coding": [{"system": "urn:volet:row", "code": row}]}]
    role = {"role": roles} if roles else {}
    decided: list[JsonValue] = [f"urn:volet:rule:{rule}" for rule in (() if act.view is None else act.view.rules)]
    rules = {"policy": decided} if decided else {}
    return {**who, **role, **rules, "requestor": user is not None}


def _entities(act: Logged, case: str | None) -> list[JsonValue]:
    found: list[JsonValue] = []
    if case is not None:
        found.append(_entity("urn:volet:case", case, "1", "1"))
    if act.view is not None:
        found += [_entity("urn:volet:entry", entry, "2", "3") for entry in act.view.entries]
    if act.identity is not None and act.identity.request_hash is not None:
        found.append(_entity("urn:volet:request", act.identity.request_hash, "2", "20"))
    return found


def _entity(system: str, value: str, type_: str, role: str) -> JsonObject:
    return {
        "what": {"identifier": {"system": system, "value": value}},
        "type": {"system": _OBJECT_TYPE, "code": type_}, "role": {"system": _OBJECT_ROLE, "code": role},
    }  # fmt: skip


def _why(purpose: str) -> JsonObject:
    known = _REASONS.get(purpose)
    coding = {"system": _PURPOSE, "code": known} if known else {"system": "urn:volet:purpose", "code": purpose}
    return {"coding": [coding]}


def _instant(act: Logged) -> str:
    at = dt.datetime.fromtimestamp(act.leaf.ts_ms / 1000, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _flat(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


FORMS: Mapping[str, Callable[[Sequence[Logged], str], str]] = {"csv": to_csv, "jsonl": to_json_lines, "fhir": to_fhir}


def write_acts(path: Path, form: str, acts: Sequence[Logged], origin: str) -> None:
    """Write acts in one of `FORMS`; refuse to replace a file."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(FORMS[form](acts, origin))
    except FileExistsError:
        raise UsageError(Said(f"{path} existe déjà.", f"{path} already exists.")) from None
