"""A scenario file as a whole: the world, what each scenario drops and adds, its request and what it expects."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from volet_protocol.policy_table import EFFECTS
from volet_protocol.vocabulary import OBLIGATIONS, VIAS
from volet_service.entrypoints.scenarios import reading
from volet_service.entrypoints.scenarios.reading import (
    ACTIONS,
    CATEGORY,
    COMPARTMENT,
    CONSENT_KIND,
    GIVER,
    ID,
    IDS,
    INFORMATION,
    INSTANT,
    LEVEL,
    MAXIMA,
    NOTICE_TO,
    PURPOSES,
    RECIPIENTS,
    RECORDS,
    Object,
    ScenarioError,
    boolean,
    listed,
    one_of,
    pattern,
    shape,
    text,
)

SYSTEM = "system"
_REFERENCES = frozenset(
    {
        "person", "case", "structure", "professional", "capacity", "holder", "author", "author_capacity", "noted_by",
        "assessed_by", "designated", "designated_by", "authority", "recorded_by", "mandate", "entry", "actor",
        "consent_id", "log_line", "part_of", "supersedes", "given_by", "episode", "entries", "recipients",
        "professionals", "structures", "outsiders", "users",
    }
)  # fmt: skip
_NEEDS = {
    "read": ("compartment", "level", "entry"), "write": ("compartment", "level"),
    "break_glass": ("compartment", "level"), "list": ("compartment",), "invite": ("compartment", "recipients"),
    "exchange": ("entry", "compartment", "level", "recipients"),
    "export_document": ("entry", "compartment", "level", "recipients"), "consent": ("consent",),
    "withdraw_consent": ("consent_id",), "read_content_from_log": ("log_line",), "export_log": ("period",),
}  # fmt: skip
_REQUEST = shape(
    {"actor": ID, "action": one_of(ACTIONS), "case": ID},
    {
        "capacity": ID, "compartment": COMPARTMENT, "level": LEVEL, "entry": ID, "recipients": IDS,
        "via": one_of(VIAS - {"any"}), "purpose": one_of(PURPOSES), "mandate": ID, "consent_id": ID, "log_line": ID,
        "consent": shape(
            {"kind": CONSENT_KIND, "information": MAXIMA, "recipients": RECIPIENTS, "given_by": GIVER}
        ),
        "period": shape({"from": INSTANT, "to": INSTANT}), "carries_ins": boolean, "at": INSTANT,
    },
)  # fmt: skip
_MISSING = shape(
    {},
    {
        "notice": shape(
            {"kind": one_of(frozenset({"general", "cross_category"}))},
            {"information": INFORMATION, "from_category": CATEGORY, "to": NOTICE_TO},
        ),
        "consent": shape({"kind": CONSENT_KIND}, {"information": MAXIMA, "recipients": RECIPIENTS, "given_by": GIVER}),
    },
    least=1,
)
_EXPECT = shape(
    {"decision": one_of(frozenset(EFFECTS)), "decided_by": listed(reading.rule)},
    {"missing": _MISSING, "existence_hidden": boolean, "obligations": listed(one_of(OBLIGATIONS))},
)
_SCENARIO = shape(
    {"id": pattern(re.compile(r"(H?[1-9][0-9]?)[a-z]?")), "title": text, "request": _REQUEST, "expect": _EXPECT},
    {"drop": IDS, "add": shape({}, {name: listed(check) for name, check in RECORDS.items()}, least=1)},
)
_WORLD_REQUIRED = ("persons", "structures", "professionals", "cases")
_WORLD = shape(
    {"now": INSTANT, **{name: listed(RECORDS[name]) for name in _WORLD_REQUIRED}},
    {name: listed(check) for name, check in RECORDS.items() if name not in _WORLD_REQUIRED},
)


@dataclass(frozen=True)
class Scenario:
    """One scenario with the records that hold in it."""

    id: str
    title: str
    now: str
    records: Mapping[str, tuple[Object, ...]]
    request: Object
    expect: Object


class _UniqueLoader(yaml.SafeLoader):
    """YAML whose mappings refuse a key given twice: the last one would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [cast("str", key.value) for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value)]
        if len(set(keys)) != len(keys):
            raise ScenarioError(f"line {node.start_mark.line + 1}: a key is given twice among {keys}")
        return cast("dict[Hashable, object]", super().construct_mapping(node, deep))


def load(path: Path) -> list[Scenario]:
    """Read a scenario file; raise `ScenarioError` naming the place."""
    try:
        document = cast("object", yaml.load(path.read_text("utf-8"), _UniqueLoader))  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    shape({"version": one_of(frozenset({1})), "world": _WORLD, "scenarios": listed(_SCENARIO)})(document, path.name)
    whole = cast("dict[str, object]", document)
    world = cast("dict[str, object]", whole["world"])
    scenarios = [_scenario(world, cast("Object", item)) for item in cast("list[object]", whole["scenarios"])]
    names = [scenario.id for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ScenarioError(f"{path.name}: scenario {', '.join(twice)} twice")
    return scenarios


def _scenario(world: Mapping[str, object], item: Object) -> Scenario:
    where = f"scenario {item['id']}"
    drop = set(cast("list[str]", item.get("drop", [])))
    add = cast("dict[str, list[Object]]", item.get("add", {}))
    known = {identifier for name in RECORDS for record in _list(world, name) for identifier in _ids(record)}
    if not drop <= known:
        raise ScenarioError(f"{where}: drops unknown {sorted(drop - known)}")
    records = {
        name: (*(record for record in _list(world, name) if record["id"] not in drop), *add.get(name, ()))
        for name in RECORDS
    }
    identifiers = [identifier for items in records.values() for record in items for identifier in _ids(record)]
    twice = sorted({one for one in identifiers if identifiers.count(one) > 1})
    if twice or SYSTEM in identifiers:
        raise ScenarioError(f"{where}: identifier used twice: {', '.join(twice) or SYSTEM}")
    request, expect = cast("Object", item["request"]), cast("Object", item["expect"])
    for name in _NEEDS.get(str(request["action"]), ()):
        if name not in request:
            raise ScenarioError(f"{where}: {request['action']} needs {name}")
    unknown = sorted(set(_references(request)) - {*identifiers, SYSTEM})
    # What a scenario drops may still be named by records of the world, never by its own.
    unknown += sorted(
        {r for items in add.values() for record in items for r in _references(record)} - {*identifiers, *known}
    )
    if unknown:
        raise ScenarioError(f"{where}: unknown identifier {', '.join(unknown)}")
    _check_entry(where, records["entries"], request)
    _check_expect(where, expect)
    return Scenario(str(item["id"]), str(item["title"]), str(world["now"]), records, request, expect)


def _list(world: Mapping[str, object], name: str) -> list[Object]:
    return cast("list[Object]", world.get(name, []))


def _ids(record: Object) -> Iterator[str]:
    yield str(record["id"])
    for nested in ("episodes", "capacities"):
        for item in cast("list[Object]", record.get(nested, [])):
            yield str(item["id"])


def _references(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in cast("dict[str, object]", value).items():
            yield from _references(item, name)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _references(item, key)
    elif isinstance(value, str) and key in _REFERENCES:
        yield value


def _check_entry(where: str, entries: tuple[Object, ...], request: Object) -> None:
    if request["action"] != "read":
        return
    entry = next(entry for entry in entries if entry["id"] == request["entry"])
    if (entry["compartment"], entry["level"]) != (request["compartment"], request["level"]):
        raise ScenarioError(f"{where}: compartment or level differs from the entry's")


def _check_expect(where: str, expect: Object) -> None:
    needs = {"permit_with_notice": "notice", "permit_after_consent": "consent"}.get(str(expect["decision"]))
    missing = cast("Object | None", expect.get("missing"))
    if missing is not None and (needs is None or needs not in missing):
        raise ScenarioError(f"{where}: {expect['decision']} does not go with that missing")
    if expect.get("existence_hidden") is True and expect["decision"] != "deny":
        raise ScenarioError(f"{where}: only a deny hides")
