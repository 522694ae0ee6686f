"""A team that holds the medical keys, and a doctor from elsewhere who declares an emergency."""

from __future__ import annotations

from typing import Any

from support.cases import CaseWorld
from support.identities import seed32
from support.log_builder import LogBuilder
from support.small_table import CALLED, CELLS, STANDING, small_table
from volet_protocol import compose
from volet_protocol.case_facts import Record
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.opening_links import OpenedEntry, OpeningLink, StartRef, UserRecipient
from volet_protocol.receipt import Opening, Receipt
from volet_protocol.statements import Statement

ENTRY = seed32("entry").hex()
STARTED = StartRef(4, seed32("leaf").hex(), 9, seed32("root").hex())
CALLER = "caller"


def team() -> CaseWorld:
    """The team of `CaseWorld.team` under a table with the emergency set; a doctor of another structure stands by."""
    world = CaseWorld(small_table(CELLS, (*STANDING, CALLED)))
    world.join("coordinator", "S10", "dac")
    world.inform()
    world.join("doctor", "H1", "clinic")
    world.join("nurse", "H2", "clinic")
    world.account("person")
    world.attest(CALLER, "H1", "practice")
    world.attest("driver", "S1", "ssiad")
    world.claim("doctor", "medical/2")
    return world


def emergency(world: CaseWorld, name: str = CALLER, **changes: Any) -> Emergency:  # noqa: ANN401 -- any field of the fact
    """An emergency of a day, declared now."""
    capacity = world.capacity(name)
    assert capacity is not None
    fields: dict[str, Any] = {
        "user": world.user(name), "row": capacity.row, "structure": capacity.structure, "opened_ms": world.now_ms,
        "until_ms": world.now_ms + EMERGENCY_MAX_MS, **changes,
    }  # fmt: skip
    return Emergency(**fields)


def declare(world: CaseWorld, name: str = CALLER, **changes: Any) -> Statement:  # noqa: ANN401 -- any field of the fact
    """Record it; the next link comes a minute later."""
    statement = world.fact(name, emergency(world, name, **changes))
    world.wait()
    return statement


def record(world: CaseWorld) -> Record[Emergency]:
    """The newest emergency of the case."""
    return world.main.facts.of(Emergency)[-1]


def composed_answer(world: CaseWorld, by: str = "doctor", to: str = CALLER, **changes: Any) -> compose.Composed:  # noqa: ANN401 -- any field of the link
    """An answer with one entry, as the opener's client composes it."""
    found = record(world)
    fields: dict[str, Any] = {
        "head": world.head(by), "entries": (OpenedEntry(ENTRY, ("title", "body")),),
        "recipient": UserRecipient(found.fact.user, found.hash), "basis": (found.hash,),
        "until_ms": found.fact.until_ms, "boxes": (), "started": STARTED, **changes,
    }  # fmt: skip
    link = OpeningLink(**fields)
    shares = {(item.id, part): seed32(f"share {item.id} {part}") for item in link.entries for part in item.parts}
    return compose.compose_opening(link, shares, {world.user(to): world.person(to).chain})


def answer(world: CaseWorld, by: str = "doctor", to: str = CALLER, **changes: Any) -> Statement:  # noqa: ANN401 -- any field of the link
    """Append it."""
    return world.composed(by, composed_answer(world, by, to, **changes))


def receipt(log: LogBuilder, world: CaseWorld, declaration: Statement, **changes: Any) -> Receipt:  # noqa: ANN401 -- any field of the payloads
    """The receipt of an `emergency-start` leaf, as the hub gives it to the caller."""
    fact = record(world).fact
    device = world.person(CALLER).device.id
    view: dict[str, Any] = {
        "act": "emergency-start", "time_ms": world.now_ms, "class_": "main", "case_seq": 3, "row": fact.row,
        "category": 1, "structure": fact.structure, "emergency": True,
    }  # fmt: skip
    who: dict[str, Any] = {
        "user": fact.user, "device": device, "request_hash": declaration.hash, "request": declaration.to_json(),
    }  # fmt: skip
    for name, value in changes.items():
        (view if name in view else who)[name] = value
    return log.receipt(
        Opening(ViewPayload(**view).to_json(), seed32("view opening")),
        Opening(IdentityPayload(**who).to_json(), seed32("identity opening")),
    )
