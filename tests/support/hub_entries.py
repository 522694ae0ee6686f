"""Entries posted to a live hub and read back: each method composes as a client would and returns the raw answer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx

from support.hub import HubCase
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import SealedEntry, plaintext_of, seal_entry
from volet_protocol.entry_header import EntryHeader
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.padding import padded_size
from volet_protocol.places import Place, section_code
from volet_protocol.release import CheckpointRef, ReleaseRequest
from volet_protocol.sealing import PARTS, client_share_from_section
from volet_protocol.sections import KeyId
from volet_protocol.statements import Statement

TITLE: JsonObject = {"kind": "note", "kind_version": 1, "title": "Retour à domicile"}
BODY: JsonObject = {"kind": "note", "kind_version": 1, "text": "Pansement à refaire jeudi."}


def header(world: HubCase, author: str, /, section: str = "medical/2", **changes: Any) -> EntryHeader:  # noqa: ANN401
    """The header of the next entry of a section, under its newest key."""
    compartment, level = section.split("/")
    place = Place("section", section_code(compartment, int(level)))
    keys = world.main.section(section)
    made = EntryHeader(
        preamble=world.person(author).preamble(world.now_ms), case=world.main.case, class_="main", place=place,
        form="section", compartment=compartment, level=int(level), policy=world.table.hash, case_head=world.main.head,
        seen=EntryListHead.start(list_id(world.main.case, str(place))), salt=os.urandom(16),
        title_size=padded_size(len(plaintext_of(TITLE))), body_size=padded_size(len(plaintext_of(BODY))),
        epoch=keys.epoch, step=keys.step, capacity=world.capacities.get(author),
    )  # fmt: skip
    return replace(made, **changes)


def seal(case: HubCase, author: str, made: EntryHeader) -> SealedEntry:
    """Seal a note under the section's key."""
    section, epoch, step = made.place.name, made.epoch or 0, made.step or 0
    published = case.main.section(section).commitment(epoch, step)
    key = case.ring(author).key(KeyId(section, epoch, step), published)
    return seal_entry(
        made, TITLE, BODY,
        client_shares={part: client_share_from_section(key, made.id, part) for part in PARTS},
        server_shares={part: os.urandom(32) for part in PARTS}, key=case.person(author).signing_key,
    )  # fmt: skip


def deposit_body(sealed: SealedEntry) -> dict[str, Any]:
    """The request that posts an entry."""
    return {
        "statement": sealed.entry.statement.to_json(),
        "title": to_base64url(b"".join(sealed.parts["title"])),
        "body": to_base64url(b"".join(sealed.parts["body"])),
        "shares": {part: to_base64url(share) for part, share in sealed.server_shares.items()},
    }


def post(case: HubCase, author: str, section: str = "medical/2") -> SealedEntry:
    """Post a note; the hub must take it."""
    sealed = seal(case, author, header(case, author, section))
    answer = case.clients[author].post("/v1/entries", json=deposit_body(sealed))
    assert answer.is_success, answer.text
    case.hub.receipt(answer.json()["receipt"])
    return sealed


def checkpoint(case: HubCase) -> CheckpointRef:
    """The newest checkpoint, as a client that verified it names it."""
    with case.hub.client() as http:
        seen: Checkpoint = case.hub.verifier.open(http.get("/v1/log/checkpoint").text)
    return CheckpointRef(seen.size, seen.root.hex())


def release_request(
    world: HubCase,
    reader: str,
    ids: Sequence[str],
    /,
    section: str = "medical/2",
    **changes: Any,  # noqa: ANN401 -- any field of the request
) -> Statement:
    """A signed request for bodies."""
    asked = ReleaseRequest(
        preamble=world.person(reader).preamble(world.now_ms), request_id=os.urandom(16), case=world.main.case,
        list=list_id(world.main.case, f"section:{section}"), part="body", intent="open", purpose="care",
        policy=world.table.hash, checkpoint=checkpoint(world), ids=tuple(ids), capacity=world.capacities.get(reader),
    )  # fmt: skip
    return world.person(reader).sign(replace(asked, **changes).to_json())


def ask(case: HubCase, reader: str, statement: Statement) -> httpx.Response:
    """Send a release request."""
    return case.clients[reader].post("/v1/releases", json={"statement": statement.to_json()})


def release(case: HubCase, reader: str, ids: Sequence[str], section: str = "medical/2") -> httpx.Response:
    """Ask for bodies."""
    return ask(case, reader, release_request(case, reader, ids, section))


def problem(answer: httpx.Response) -> str:
    """The type of a refusal, without its prefix."""
    value: Mapping[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(value["type"]).removeprefix("urn:volet:problem:")
