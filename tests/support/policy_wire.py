"""The wire form of questions and decisions in vectors, and the operations of the policy's vector files."""

from __future__ import annotations

from support.policy_story import POLICIES, T0, named, shipped
from support.vectors import Operation
from volet_protocol.access import Decision, EntryMeta, Missing, Party, Question, decide
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_notices import ToUser
from volet_protocol.facts import fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.policy_table import PolicyTable

TABLE = (POLICIES / "table.json").read_bytes()


def read_vector(fields: Fields) -> JsonObject:
    body = fields.raw("body")
    read_fact(body)
    return {"hash": fact_hash(body)}


def _table(fields: Fields) -> PolicyTable:
    assert fields.hash("table") == shipped().hash, "the vectors name another table: generate them again"
    return shipped()


def question_json(question: Question) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {
        "action": question.action, "user": question.user, "compartment": question.compartment,
        "level": question.level, "at_ms": question.at_ms, "via": question.via,
    }  # fmt: skip
    if question.capacity is not None:
        value["capacity"] = question.capacity.to_json()
    if question.entry is not None:
        value["entry"] = _entry_json(question.entry)
    if question.sender is not None and question.sender.capacity is not None:
        value["sender"] = {"user": question.sender.user, "capacity": question.sender.capacity.to_json()}
    return value


def _entry_json(entry: EntryMeta) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {
        "id": entry.id, "author": entry.author, "written_ms": entry.written_ms, "compartment": entry.compartment,
        "level": entry.level,
    }  # fmt: skip
    if entry.author_category is not None:
        value["author_category"] = entry.author_category
    if entry.mask is not None:
        value["mask"] = entry.mask
    if entry.named:
        value["named"] = sorted(entry.named)
    return value


def _capacity(fields: Fields, name: str = "capacity") -> Capacity | None:
    return Capacity.read(fields.nested(name)) if fields.has(name) else None


def _question(fields: Fields) -> Question:
    sender = fields.nested("sender") if fields.has("sender") else None
    question = Question(
        action=fields.code("action"),
        user=fields.hash("user"),
        capacity=_capacity(fields),
        compartment=fields.code("compartment"),
        level=fields.integer("level"),
        entry=_entry(fields.nested("entry")) if fields.has("entry") else None,
        at_ms=fields.integer("at_ms"),
        via=fields.code("via"),
        sender=Party(sender.hash("user"), _capacity(sender)) if sender is not None else None,
    )
    fields.done()
    return question


def _entry(fields: Fields) -> EntryMeta:
    entry = EntryMeta(
        id=fields.hash("id"),
        author=fields.hash("author"),
        author_category=fields.integer("author_category", 1, 2) if fields.has("author_category") else None,
        written_ms=fields.integer("written_ms"),
        compartment=fields.code("compartment"),
        level=fields.integer("level"),
        mask=fields.code("mask") if fields.has("mask") else None,
        named=frozenset(fields.hashes("named")) if fields.has("named") else frozenset(),
    )
    fields.done()
    return entry


def decide_vector(fields: Fields) -> JsonObject:
    """Fold the facts without judging their authors, then ask; the hash of each body is its name."""
    table = _table(fields)
    author = FactAuthor(named("recorder"))
    facts = CaseFacts(named("case"), fields.code("kind"), "structure", T0, author)
    for position, body in enumerate(fields.items("facts")):
        assert isinstance(body, dict), "a fact is an object"
        facts = facts.with_record(Record(read_fact(body), fact_hash(body), position, author, T0))
    return _decision_json(decide(table, facts, _question(fields.nested("question"))))


def _decision_json(decision: Decision) -> JsonObject:
    value: dict[str, JsonValue] = {
        "effect": decision.effect, "rules": list(decision.rules), "obligations": list(decision.obligations),
        "hidden": decision.hidden, "step": decision.step, "facts": list(decision.facts),
    }  # fmt: skip
    if decision.missing is not None:
        value["missing"] = _missing_json(decision.missing)
    return value


def _missing_json(missing: Missing) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {
        "what": missing.what, "kind": missing.kind,
        "information": [{"compartment": one.compartment, "level": one.level} for one in missing.information],
    }  # fmt: skip
    if missing.from_category is not None:
        value["from_category"] = missing.from_category
    if missing.to:
        value["to"] = [
            {"user": to.user, "category": to.category}
            if isinstance(to, ToUser)
            else {"row": to.row, "structure": to.structure}
            for to in missing.to
        ]
    if missing.given_by is not None:
        mandate = missing.given_by.mandate
        value["given_by"] = {"person": True} if mandate is None else {"mandate": mandate}
    return value


def _ask(fields: Fields) -> JsonObject:
    outcome = _table(fields).ask(*[str(code) for code in fields.items("key")])
    return {"effect": outcome.effect, "rules": list(outcome.rules), "hidden": outcome.hidden}


def _can_write(fields: Fields) -> JsonObject:
    table = _table(fields)
    return {"may": table.can_write(fields.code("row"), fields.code("compartment"), fields.integer("level"))}


def _writers(fields: Fields) -> JsonObject:
    table = _table(fields)
    return {"categories": list(table.writing_categories(fields.code("compartment"), fields.integer("level")))}


def _load(fields: Fields) -> JsonObject:
    _table(fields)
    old, new = fields.text("old").encode(), fields.text("new").encode()
    assert old in TABLE
    return {"hash": PolicyTable.load(TABLE.replace(old, new, 1)).hash}


def _wider(fields: Fields) -> JsonObject:
    """Change one cell of the table and compare."""
    table = _table(fields)
    row, compartment, code = fields.code("row"), fields.code("compartment"), fields.text("code")
    cell = f'"{compartment}":"'.encode()
    end = TABLE.index(f'"row":"{row}"'.encode())
    start = TABLE.rindex(b'{"account"', 0, end)
    at = TABLE.index(cell, start, end) + len(cell)
    changed = TABLE[:at] + code.encode() + TABLE[TABLE.index(b'"', at) :]
    return {"wider": list(PolicyTable.load(changed).wider_than(table))}


OPERATIONS = {
    "ask": Operation(_ask, frozenset({"table", "key"})),
    "can_write": Operation(_can_write, frozenset({"table", "row", "compartment", "level"})),
    "writers": Operation(_writers, frozenset({"table", "compartment", "level"})),
    "load": Operation(_load, frozenset({"table", "old", "new"})),
    "wider": Operation(_wider, frozenset({"table", "row", "compartment", "code"})),
}
