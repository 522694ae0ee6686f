"""Entries, requests and releases for tests, the same at each run unless a test replaces a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from support.log_builder import LogBuilder
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.entry import SealedEntry, VerifiedEntry, plaintext_of, seal_entry
from volet_protocol.entry_header import EntryHeader
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.hashing import sha256
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.named_box import Recipient
from volet_protocol.padding import padded_size
from volet_protocol.places import Place
from volet_protocol.receipt import Opening
from volet_protocol.release import CheckpointRef, ReleasedItem, ReleaseRequest, shares_hash
from volet_protocol.sealing import PARTS, client_share_from_section
from volet_protocol.statements import HeadRef, Preamble, Statement, sign

HUB = "http://127.0.0.1:8080"
NOW_MS = 1_000
TITLE: JsonObject = {"kind": "note", "kind_version": 1, "title": "Retour à domicile"}
BODY: JsonObject = {"kind": "note", "kind_version": 1, "text": "Pansement à refaire jeudi.\nAllergie : pénicilline."}


def seed(name: str) -> bytes:
    """32 bytes that look random and never change."""
    return sha256(f"volet entry test {name}".encode())


def hex_id(name: str) -> str:
    return seed(name).hex()


AUTHOR = hex_id("author")
READER = hex_id("reader")
DEVICE_KEY = SigningKey(seed("device"))
BOX_KEYS = {AUTHOR: BoxKey(seed("author box")), READER: BoxKey(seed("reader box"))}
RECIPIENTS = tuple(Recipient(user, 1, key.public) for user, key in BOX_KEYS.items())
STEP_KEY = seed("step key")
CASE = hex_id("case")
POLICY = hex_id("policy")
PREAMBLE = Preamble(HUB, AUTHOR, hex_id("device id"), HeadRef(2, hex_id("user head")), NOW_MS)
PLACE = Place("section", "medical/2")

HEADER = EntryHeader(
    preamble=PREAMBLE,
    case=CASE,
    class_="main",
    place=PLACE,
    form="section",
    compartment="medical",
    level=2,
    policy=POLICY,
    case_head=HeadRef(7, hex_id("case head")),
    seen=EntryListHead.start(list_id(CASE, str(PLACE))),
    salt=seed("salt")[:16],
    title_size=256,
    body_size=256,
    epoch=1,
    step=0,
    capacity=hex_id("capacity"),
)


def client_shares(header: EntryHeader, key: bytes = STEP_KEY) -> dict[str, bytes]:
    return {part: client_share_from_section(key, header.id, part) for part in PARTS}


def server_shares(name: str = "one") -> dict[str, bytes]:
    return {part: seed(f"server share {name} {part}") for part in PARTS}


def seal(
    header: EntryHeader = HEADER,
    title: bytes | JsonObject = TITLE,
    body: bytes | JsonObject = BODY,
    *,
    shares: Mapping[str, bytes] | None = None,
    name: str = "one",
) -> SealedEntry:
    """Seal with the sizes that title and body have; client shares from the step key unless given."""
    sized = replace(
        header,
        title_size=padded_size(len(plaintext_of(title))),
        body_size=padded_size(len(plaintext_of(body))),
    )
    return seal_entry(
        sized,
        title,
        body,
        client_shares=client_shares(sized) if shares is None else shares,
        server_shares=server_shares(name),
        key=DEVICE_KEY,
    )


def sealed_list(count: int) -> list[SealedEntry]:
    """Entries of one list, each with a salt of its own."""
    return [seal(replace(HEADER, salt=seed(f"salt {n}")[:16]), name=str(n)) for n in range(count)]


def request_for(ids: Sequence[str], name: str = "request") -> ReleaseRequest:
    return ReleaseRequest(
        preamble=PREAMBLE,
        request_id=seed(name)[:16],
        case=CASE,
        list=HEADER.list,
        part="title",
        intent="open",
        purpose="care",
        policy=POLICY,
        checkpoint=CheckpointRef(0, sha256(b"").hex()),
        ids=tuple(ids),
        capacity=hex_id("capacity"),
    )


def signed(request: ReleaseRequest) -> Statement:
    return sign(request.to_json(), DEVICE_KEY)


def items_of(entries: Sequence[SealedEntry], part: str = "title") -> list[ReleasedItem]:
    return [ReleasedItem(one.entry.id, part, one.server_shares[part], b"".join(one.parts[part])) for one in entries]


def view_of(items: Sequence[ReleasedItem]) -> ViewPayload:
    return ViewPayload(
        act="release",
        time_ms=NOW_MS,
        class_="main",
        case_seq=0,
        row="H1",
        category=1,
        structure="clinic",
        compartment="medical",
        level=2,
        part="title",
        entries=tuple(item.id for item in items),
        intent="open",
        purpose="care",
        rules=("R12",),
        policy=POLICY,
    )


def identity_of(request: Statement, items: Sequence[ReleasedItem]) -> IdentityPayload:
    return IdentityPayload(
        user=AUTHOR,
        device=PREAMBLE.device,
        auth_level="eidas2",
        row="H1",
        request_hash=request.hash,
        shares_hash=shares_hash(items),
        request=request.to_json(),
    )


def respond(
    log: LogBuilder, items: Sequence[ReleasedItem], view: ViewPayload, identity: IdentityPayload, *, old: int = 0
) -> dict[str, JsonValue]:
    """What an honest hub answers when it logged these payloads and serves these items."""
    opened = Opening(view.to_json(), seed("view opening"))
    receipt = log.receipt(opened, Opening(identity.to_json(), seed("identity opening")), old=old)
    return {"items": [item.to_json() for item in items], "receipt": receipt.to_json()}


def verified(entries: Sequence[SealedEntry]) -> dict[str, VerifiedEntry]:
    return {one.entry.id: one.entry for one in entries}
