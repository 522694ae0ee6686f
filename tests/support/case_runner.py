"""What runs the vectors of case chains: a world from `case_worlds.json`, the links of one case over it, one question.

Every operation takes `world` (a name), `links` (further links of the case, each `{statement, fact?}`) and may take
`users` (further links of user chains, by user id). Tables are spelt as in `small_table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from support.cases import PeopleDirectory
from support.small_table import small_table
from support.vectors import Operation, load
from volet_protocol import absences, case_chain, debts, exchange_chain, invitation_keys, key_boxes, openings, user_chain
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Attestation
from volet_protocol.case_state import CaseChain
from volet_protocol.errors import ProtocolError
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate
from volet_protocol.fact_gesture import named_hash, read_facts
from volet_protocol.fact_invitations import CodeKdf, Invitation
from volet_protocol.facts import read_fact
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.invitation_codes import InvitationCode
from volet_protocol.keys import BoxKey
from volet_protocol.link_reading import read_link
from volet_protocol.opening_links import OpeningLink
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import EntryMeta
from volet_protocol.sections import KeyId, SectionKeys, commitment, derive_step
from volet_protocol.statements import UnverifiedStatement, from_json

FAR_MS = 2**52


@dataclass
class World:
    """A case and its people, as `case_worlds.json` states them."""

    table: PolicyTable
    directory: PeopleDirectory
    main: CaseChain
    classes: dict[str, CaseChain] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, PolicyTable]:
        return {self.table.hash: self.table}

    def add(self, statement: UnverifiedStatement, fact: JsonObject | None) -> None:
        """Extend the chain that a link names."""
        class_ = statement.body.get("class")
        if isinstance(class_, str) and class_ in self.classes:
            self.classes[class_] = case_chain.extend(
                self.classes[class_], statement, fact, self.directory, self.tables, main=self.main
            )
        else:
            self.main = case_chain.extend(self.main, statement, fact, self.directory, self.tables)


def build(fields: Fields) -> World:
    """Read a whole world: `table`, `users`, `attestations`, `main`, `classes`."""
    table = fields.nested("table")
    cells = cast("dict[str, dict[str, str]]", table.raw("cells"))
    standing = cast("list[list[str]]", table.items("standing"))
    directory = PeopleDirectory()
    for item in fields.items("users"):
        chain = user_chain.replay([_statement(link) for link in cast("list[JsonValue]", item)], FAR_MS)
        directory.users[chain.user] = chain
    hub = next(iter(directory.users.values())).hub
    for value in fields.items("attestations"):
        attestation = Attestation.read(_statement(value), hub)
        directory.attestations[attestation.id] = attestation
    policy = small_table(cells, standing)
    links = [_link(item) for item in fields.items("main")]
    main = case_chain.start_case(links[0][0], directory, {policy.hash: policy})
    world = World(policy, directory, main)
    for value in fields.items("classes"):
        state = case_chain.start_class(_statement(value), main, directory)
        world.classes[state.class_] = state
    for statement, fact in links[1:]:
        world.add(statement, fact)
    return world


@cache
def _worlds() -> Mapping[str, Mapping[str, JsonValue]]:
    operation = Operation(lambda _: None, frozenset({"table", "users", "attestations", "main", "classes"}))
    return {vector.name: vector.input for vector in load("case_worlds", {"world": operation})}


@cache
def _built(name: str) -> World:
    return build(Fields(_worlds()[name], name))


def played(fields: Fields) -> tuple[World, UnverifiedStatement | None]:
    """Return the world after the links of one case, and the last link."""
    known = _built(fields.text("world"))
    directory = PeopleDirectory(dict(known.directory.users), dict(known.directory.attestations))
    world = World(known.table, directory, known.main, dict(known.classes))
    more = fields.raw("users") if fields.has("users") else {}
    for user, chain in more.items():
        for link in cast("list[JsonValue]", chain):
            directory.users[user] = user_chain.extend(directory.users[user], _statement(link), FAR_MS)
    directory.end(_statement(item) for item in (fields.items("ends") if fields.has("ends") else []))
    links = [_link(item) for item in fields.items("links")] if fields.has("links") else []
    for statement, fact in links:
        world.add(statement, fact)
    return world, links[-1][0] if links else None


# -- operations --------------------------------------------------------------------------------------------------------


def run_world(fields: Fields) -> JsonObject:
    world = build(fields)
    return {"case": world.main.case, "head": world.main.head.to_json(), "voids": _voids(world.main)}


def run_read(fields: Fields) -> JsonObject:
    statement = _statement(fields.raw("statement"))
    return {"hash": statement.hash, "type": read_link(statement).head.to_json(statement.type)["type"]}


def run_named(fields: Fields) -> JsonObject:
    """Name what travels beside a fact link, and the facts in it."""
    body = fields.raw("body")
    return {"hash": named_hash(body), "facts": [hash_ for hash_, _ in read_facts(body)]}


def run_facts(fields: Fields) -> JsonObject:
    """Name the facts that count at the end, by type, and what is missing."""
    world, _ = played(fields)
    facts = world.main.facts
    known: dict[str, JsonValue] = {
        type_: [record.hash for record in records] for type_, records in sorted(facts.records.items())
    }
    return {"facts": known, "missing": sorted(world.main.missing), "voids": _voids(world.main)}


def run_extend(fields: Fields) -> JsonObject:
    """Extend and summarise; `class` asks about that chain instead of `main`."""
    world, _ = played(fields)
    state = world.classes[fields.text("class")] if fields.has("class") else world.main
    return {"head": state.head.to_json(), "voids": _voids(state), "sections": _sections(state)}


def run_entitled(fields: Fields) -> JsonObject:
    """Refuse with the reason for which the last link is void; else name its void sections."""
    world, link = played(fields)
    assert link is not None
    for state in (world.main, *world.classes.values()):
        if link.hash in state.voids:
            raise ProtocolError(state.voids[link.hash], link.type)
    void = {section: reason for (hash_, section), reason in world.main.void_sections.items() if hash_ == link.hash}
    return {"void_sections": {section: reason.value for section, reason in void.items()}}


def run_relays(fields: Fields) -> JsonObject:
    """Name who stands in for whom at an instant, by user."""
    world, _ = played(fields)
    facts, at_ms = world.main.facts, fields.integer("at_ms")
    found = {user: absences.relay_of(facts, user, at_ms) for user in sorted(world.directory.users)}
    return {user: relay.fact.user for user, relay in found.items() if relay is not None}


def run_debt(fields: Fields) -> JsonObject:
    world, _ = played(fields)
    section, at_ms = fields.text("section"), fields.integer("at_ms")
    due = debts.debt(world.main, section, world.table, at_ms, world.directory)
    return {
        "leaving": list(due.leaving), "superseded": list(due.superseded), "taints": list(due.taints),
        "grants": debts.owed_grants(world.main, section, world.table, at_ms, world.directory),
        "claimable": debts.may_be_claimed(world.main, section, world.table, at_ms),
    }  # fmt: skip


def run_owed(fields: Fields) -> JsonObject:
    """Name the invitations for which a section owes a rotation, and whether it owes one."""
    world, _ = played(fields)
    section, at_ms = fields.text("section"), fields.integer("at_ms")
    due = debts.debt(world.main, section, world.table, at_ms, world.directory)
    return {"invitations": list(due.invitations), "owed": due.owed}


def run_code_keys(fields: Fields) -> JsonObject:
    """Derive the keys of a code."""
    found = _code_keys(fields.data("secret"), fields.nested("kdf"))
    return {"box": sha256(found.box.public).hex(), "key": found.sign.public.hex()}


def run_release_proof(fields: Fields) -> JsonObject:
    """Prove to a hub that one has a code."""
    found = _code_keys(fields.data("secret"), fields.nested("kdf"))
    terms = cast("dict[str, str]", fields.raw("terms"))
    proof = invitation_keys.release_proof(found.sign, terms)
    invitation_keys.check_release_proof(found.sign.public, terms, proof)
    return {"proof": proof.hex()}


def run_open_invitation(fields: Fields) -> JsonObject:
    """Open the box of an invitation with a code."""
    world, _ = played(fields)
    body = fields.raw("invitation")
    fact = read_fact(body)
    assert isinstance(fact, Invitation)
    found = _derived(fields.data("secret"), fact.kdf)
    ring = SectionKeys(world.main.chain)
    opened = invitation_keys.open_keys(world.main, fact, body, fields.data("box"), found=found, ring=ring)
    keys: list[JsonValue] = [
        {"section": section, "epoch": epoch, "step": step, "key": held.hex()}
        for (section, epoch), (step, held) in sorted(opened.ring.slices.items())
    ]
    return {"keys": keys, "refused": {section: reason.value for section, reason in opened.refused.items()}}


def _code_keys(secret: bytes, kdf: Fields) -> invitation_keys.CodeKeys:
    read = CodeKdf(kdf.data("salt"), kdf.integer("memory_kib"), kdf.integer("passes"), kdf.integer("lanes"))
    kdf.done()
    return _derived(secret, read)


@cache
def _derived(secret: bytes, kdf: CodeKdf) -> invitation_keys.CodeKeys:
    return invitation_keys.code_keys(InvitationCode(secret), kdf)


def run_open_keys(fields: Fields) -> JsonObject:
    """Open `box` beside the last link, for the user whose seed it is."""
    world, link = played(fields)
    assert link is not None
    user, key, box = fields.hash("user"), BoxKey(fields.data("user_seed", 32)), fields.data("box")
    ring = SectionKeys(world.main.chain)
    match link.type:
        case "claim":
            opened = key_boxes.open_claim_box(world.main, link, box, key, ring)
        case "grant":
            opened = key_boxes.open_grant_box(world.main, link, box, key, ring)
        case _:
            opened = key_boxes.open_rotate_box(world.main, link, box, key, ring, user=user)
    keys: list[JsonValue] = [
        {"section": section, "epoch": epoch, "step": step, "key": held.hex()}
        for (section, epoch), (step, held) in sorted(opened.ring.slices.items())
    ]
    return {"keys": keys, "refused": {section: reason.value for section, reason in opened.refused.items()}}


def run_open_shares(fields: Fields) -> JsonObject:
    world, link = played(fields)
    assert link is not None
    user, key, box = fields.hash("user"), BoxKey(fields.data("user_seed", 32)), fields.data("box")
    shares = key_boxes.open_opening_box(world.main, link, box, key, user=user)
    return {
        "shares": [{"id": id_, "part": part, "share": share.hex()} for (id_, part), share in sorted(shares.items())]
    }


def run_made(fields: Fields) -> None:
    """Judge the entries of the opening that the last link makes."""
    world, statement = played(fields)
    assert statement is not None
    link, entries = OpeningLink.read(statement), [_entry(item) for item in fields.objects("entries")]
    made = world.main.openings[statement.hash]
    openings.check_made(world.main, link, made.capacity, entries, table=world.table, at_ms=fields.integer("at_ms"))


def run_release(fields: Fields) -> None:
    world, _ = played(fields)
    openings.check_release(
        world.main, fields.hash("opening"), _entry(fields.nested("entry")), fields.text("part"), fields.hash("user"),
        table=world.table, at_ms=fields.integer("at_ms"),
    )  # fmt: skip


def run_exchange(fields: Fields) -> JsonObject:
    """Start an exchange and change its list; refuse with the reason for which the last change is void."""
    world, _ = played(fields)
    create, *changes = [_statement(item) for item in fields.items("exchange")]
    chain = exchange_chain.start_exchange(create, world.main, world.directory, world.tables)
    for change in changes:
        chain = exchange_chain.extend_exchange(chain, change, world.main, world.directory, world.tables)
    if changes and changes[-1].hash in chain.voids:
        raise ProtocolError(chain.voids[changes[-1].hash], "exchange-change")
    at_ms = fields.integer("at_ms")
    debt = exchange_chain.exchange_debt(chain, world.main.facts, world.table, at_ms, world.directory)
    return {
        "exchange": chain.exchange, "epoch": chain.epoch, "members": [member.user for member in chain.members],
        "debt": debt,
    }  # fmt: skip


def run_open_exchange(fields: Fields) -> JsonObject:
    statement = _statement(fields.raw("statement"))
    link = ExchangeCreate.read(statement) if statement.type == "exchange-create" else ExchangeChange.read(statement)
    user, key, box = fields.hash("user"), BoxKey(fields.data("user_seed", 32)), fields.data("box")
    return {"key": key_boxes.open_exchange_box(link, box, key, user=user).hex()}


def run_step(fields: Fields) -> JsonObject:
    return {"key": derive_step(fields.data("key"), fields.integer("steps")).hex()}


def run_commit(fields: Fields) -> JsonObject:
    which = _key_id(fields)
    return {"commit": commitment(fields.data("key"), fields.hash("chain"), *which).hex()}


def run_ring(fields: Fields) -> JsonObject:
    """Add `keys` with their commitments to an empty ring, then derive the key at `section`, `epoch`, `step`."""
    ring = SectionKeys(fields.hash("chain"))
    for item in fields.objects("keys"):
        ring = ring.add(_key_id(item), item.data("key"), item.data("commit"))
    published = fields.data("commit") if fields.has("commit") else None
    return {"key": ring.key(_key_id(fields), published).hex()}


_CASE = frozenset({"world", "links"})
_USERS = frozenset({"users"})
_BOX = frozenset({"user", "user_seed", "box"})
OPERATIONS: Mapping[str, Operation] = {
    "world": Operation(run_world, frozenset({"table", "users", "attestations", "main", "classes"})),
    "read": Operation(run_read, frozenset({"statement"})),
    "named": Operation(run_named, frozenset({"body"})),
    "facts": Operation(run_facts, _CASE),
    "extend": Operation(run_extend, _CASE, _USERS | {"class"}),
    "entitled": Operation(run_entitled, _CASE, _USERS | {"ends"}),
    "relays": Operation(run_relays, _CASE | {"at_ms"}),
    "debt": Operation(run_debt, _CASE | {"section", "at_ms"}, _USERS | {"ends"}),
    "owed": Operation(run_owed, _CASE | {"section", "at_ms"}),
    "code_keys": Operation(run_code_keys, frozenset({"secret", "kdf"})),
    "release_proof": Operation(run_release_proof, frozenset({"secret", "kdf", "terms"})),
    "open_invitation": Operation(run_open_invitation, _CASE | {"invitation", "secret", "box"}),
    "open_keys": Operation(run_open_keys, _CASE | _BOX, _USERS),
    "open_shares": Operation(run_open_shares, _CASE | _BOX, _USERS),
    "made": Operation(run_made, _CASE | {"entries", "at_ms"}, _USERS),
    "release": Operation(run_release, _CASE | {"opening", "entry", "part", "user", "at_ms"}, _USERS),
    "exchange": Operation(run_exchange, _CASE | {"exchange", "at_ms"}, _USERS),
    "open_exchange": Operation(run_open_exchange, _BOX | {"statement"}),
    "step": Operation(run_step, frozenset({"key", "steps"})),
    "commit": Operation(run_commit, frozenset({"key", "chain", "section", "epoch", "step"})),
    "ring": Operation(run_ring, frozenset({"chain", "keys", "section", "epoch", "step"}), frozenset({"commit"})),
}
FORMATS: Mapping[str, tuple[str, ...]] = {
    "case_worlds": ("world",),
    "case_links": ("read",),
    "case_chain": ("extend",),
    "case_invitations": ("entitled", "extend", "owed", "code_keys", "release_proof", "open_invitation"),
    "entitlement": ("entitled",),
    "absence": ("entitled", "relays"),
    "gesture": ("named", "entitled", "facts"),
    "void": ("extend", "open_keys"),
    "debt": ("debt",),
    "freshness": ("entitled",),
    "section_keys": ("step", "commit", "ring"),
    "grant": ("entitled", "open_keys"),
    "rotate": ("entitled", "open_keys"),
    "opening": ("entitled", "open_shares", "made", "release"),
    "exchange": ("exchange", "open_exchange"),
}


def _statement(value: object) -> UnverifiedStatement:
    return from_json(cast("dict[str, JsonValue]", value))


def _link(value: object) -> tuple[UnverifiedStatement, JsonObject | None]:
    fields = Fields(cast("dict[str, JsonValue]", value), "link")
    statement = from_json(fields.raw("statement"))
    fact = fields.raw("fact") if fields.has("fact") else None
    fields.done()
    return statement, fact


def _key_id(fields: Fields) -> KeyId:
    return KeyId(fields.text("section"), fields.integer("epoch"), fields.integer("step"))


def _entry(fields: Fields) -> EntryMeta:
    meta = EntryMeta(
        id=fields.hash("id"),
        author=fields.hash("author"),
        author_category=fields.integer("author_category") if fields.has("author_category") else None,
        written_ms=fields.integer("written_ms"),
        compartment=fields.text("compartment"),
        level=fields.integer("level"),
        mask=fields.optional("mask", fields.text),
        named=frozenset(fields.hashes("named")) if fields.has("named") else frozenset(),
    )
    fields.done()
    return meta


def _voids(state: CaseChain) -> dict[str, JsonValue]:
    return {hash_: reason.value for hash_, reason in state.voids.items()}


def _sections(state: CaseChain) -> dict[str, JsonValue]:
    return {
        section: {
            "epoch": known.epoch, "step": known.step, "readers": sorted(known.readers),
            "tainted": sorted(known.tainted), "orphaned": known.orphaned,
        }
        for section, known in sorted(state.sections.items())
    }  # fmt: skip
