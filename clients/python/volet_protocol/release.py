"""Releases: the reader's signed request, and what is checked before anything is decrypted (docs/spec/releases.md).

Protocol section 9. A request names one list of one case, one part, an intent and a purpose; the hub answers with
ciphertext, server shares and the receipt of one leaf. The client uses a share only after `verify_release`:

1. the receipt holds (inclusion, leaf type, openings, a checkpoint that extends its own: the `check_receipt` argument);
2. the identity payload holds the hash of this very request;
3. every item is one that was asked for, once, of the part asked for, and the view payload lists exactly these;
4. each share is the one its author signed, and the payload's hash covers all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import VerifiedEntry
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.outside import Outside
from volet_protocol.receipt import VerifiedReceipt
from volet_protocol.sealing import PARTS, SHARE_SIZE
from volet_protocol.statements import Preamble, Statement, UnverifiedStatement

TYPE = "release-request"
REQUEST_ID_SIZE = 16
PAGE = 50
CLOCK_TOLERANCE_MS = 2 * 60 * 1000
MAX_BASIS = 64
MAX_CIPHERTEXT = 128 * 1024
EXPORT = "export"
INTENTS = frozenset({"open", "sync", "search", "offline", "print", EXPORT})
PURPOSES = frozenset(
    {
        "care", "coordination", "emergency_care", "child_protection", "mdph_evaluation", "eviction_prevention",
        "protection_measure", "own_access", "person_request", "authority_alert", "audit", "retention",
    }
)  # fmt: skip
_PARTS = frozenset(PARTS)


@dataclass(frozen=True)
class ListRange:
    """Indexes `from_` to `to` of a list, both included, and h(to): which list the reader believes it is."""

    from_: int
    to: int
    h: str

    def __post_init__(self) -> None:
        if not 1 <= self.from_ <= self.to < self.from_ + PAGE:
            raise ProtocolError(Reason.WRONG_SEQUENCE, f"range {self.from_} to {self.to}, at most {PAGE} entries")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"from": self.from_, "to": self.to, "h": self.h}

    @staticmethod
    def read(fields: Fields) -> ListRange:
        """Read the wire form."""
        value = ListRange(fields.integer("from"), fields.integer("to"), fields.hash("h"))
        fields.done()
        return value


@dataclass(frozen=True)
class CheckpointRef:
    """The newest checkpoint of the log that the requester has verified."""

    size: int
    root: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"size": self.size, "root": self.root}

    @staticmethod
    def read(fields: Fields) -> CheckpointRef:
        """Read the wire form."""
        value = CheckpointRef(fields.integer("size"), fields.hash("root"))
        fields.done()
        return value


@dataclass(frozen=True)
class ReleaseRequest:
    """Body of a `release-request`: either a range of indexes or at most 50 entry ids of one list."""

    preamble: Preamble
    request_id: bytes
    case: str
    list: str
    part: str
    intent: str
    purpose: str
    policy: str
    checkpoint: CheckpointRef
    range: ListRange | None = None
    ids: tuple[str, ...] = ()
    capacity: str | None = None
    basis: tuple[str, ...] = ()
    to: Outside | None = None

    def __post_init__(self) -> None:
        if (self.range is None) == (not self.ids):
            raise ProtocolError(Reason.MALFORMED, "release-request: either a range or ids")
        if len(self.ids) > PAGE or len(set(self.ids)) != len(self.ids) or len(self.request_id) != REQUEST_ID_SIZE:
            raise ProtocolError(Reason.MALFORMED, "release-request: ids or request_id")
        if self.part not in PARTS or self.intent not in INTENTS or self.purpose not in PURPOSES:
            raise ProtocolError(Reason.MALFORMED, "release-request: part, intent or purpose")
        if self.to is not None and (self.intent != EXPORT or not self.ids):
            raise ProtocolError(Reason.MALFORMED, "release-request: only an export of named entries leaves the hub")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        body: dict[str, JsonValue] = {
            **self.preamble.to_json(TYPE),
            "request_id": to_base64url(self.request_id), "case": self.case, "list": self.list, "part": self.part,
            "intent": self.intent, "purpose": self.purpose, "basis": self.basis, "policy": self.policy,
            "checkpoint": self.checkpoint.to_json(),
        }  # fmt: skip
        if self.range is not None:
            body["range"] = self.range.to_json()
        else:
            body["ids"] = self.ids
        if self.to is not None:
            body["to"] = self.to.to_json()
        return body if self.capacity is None else {**body, "capacity": self.capacity}

    @staticmethod
    def read(statement: UnverifiedStatement) -> ReleaseRequest:
        """Read the statement strictly; signature, device and replay are judged apart."""
        fields = statement.fields()
        request = ReleaseRequest(
            preamble=Preamble.read(fields, TYPE),
            request_id=fields.data("request_id", REQUEST_ID_SIZE),
            case=fields.hash("case"),
            list=fields.hash("list"),
            part=fields.choice("part", _PARTS),
            intent=fields.choice("intent", INTENTS),
            purpose=fields.choice("purpose", PURPOSES),
            policy=fields.hash("policy"),
            checkpoint=CheckpointRef.read(fields.nested("checkpoint")),
            range=fields.optional("range", lambda name: ListRange.read(fields.nested(name))),
            ids=tuple(fields.optional("ids", lambda name: fields.hashes(name, PAGE)) or ()),
            capacity=fields.optional("capacity", fields.hash),
            basis=tuple(fields.hashes("basis", MAX_BASIS)),
            to=fields.optional("to", lambda name: Outside.read(fields.nested(name))),
        )
        fields.done()
        return request

    def check_time(self, now_ms: int) -> None:
        """Refuse a request more than 2 minutes off the caller's clock, on either side."""
        if abs(now_ms - self.preamble.time_ms) > CLOCK_TOLERANCE_MS:
            raise ProtocolError(Reason.STALE, "release-request")


@dataclass(frozen=True)
class ReleasedItem:
    """One server share as served; the ciphertext is absent where it is streamed apart."""

    id: str
    part: str
    share: bytes
    ciphertext: bytes | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        item: dict[str, JsonValue] = {"id": self.id, "part": self.part, "share": to_base64url(self.share)}
        return item if self.ciphertext is None else {**item, "ciphertext": to_base64url(self.ciphertext)}

    @staticmethod
    def read(fields: Fields) -> ReleasedItem:
        """Read the wire form."""
        item = ReleasedItem(
            id=fields.hash("id"),
            part=fields.choice("part", _PARTS),
            share=fields.data("share", SHARE_SIZE),
            ciphertext=fields.optional("ciphertext", lambda name: fields.data(name, limit=MAX_CIPHERTEXT)),
        )
        fields.done()
        return item


# Verifies a receipt as `receipt.Receipt.accept` does: inclusion, commitment, a checkpoint that extends the client's.
CheckReceipt: TypeAlias = Callable[[JsonObject], VerifiedReceipt]


def shares_hash(items: Sequence[ReleasedItem]) -> str:
    """Return SHA-256(`volet/v1/release-shares` LF (id || share)...) in the order served, in hex."""
    return labelled_hash("release-shares", *(bytes.fromhex(item.id) + item.share for item in items)).hex()


def verify_release(
    request: Statement,
    response: JsonObject,
    entries: Mapping[str, VerifiedEntry],
    check_receipt: CheckReceipt,
    *,
    in_range: Sequence[str] = (),
) -> dict[str, ReleasedItem]:
    """Return the released items by entry id, or raise before any share is used.

    `entries` are the verified entries the caller holds; `in_range` the ids at the indexes asked for, when the request
    is a range. The hub may hand out fewer than asked (a gap is shown), never another.
    """
    asked = ReleaseRequest.read(request)
    fields = Fields(response, "release")
    items = [ReleasedItem.read(item) for item in fields.objects("items", PAGE)]
    view, identity = _logged(check_receipt(fields.raw("receipt")))
    fields.done()
    if identity.request_hash != request.hash:
        raise ProtocolError(Reason.WRONG_REQUEST, "receipt of another request")
    wanted = set(asked.ids or in_range)
    ids = [item.id for item in items]
    if len(set(ids)) != len(ids) or not wanted.issuperset(ids):
        raise ProtocolError(Reason.WRONG_REQUEST, "release of an entry that was not asked for, or twice")
    if any(item.part != asked.part for item in items):
        raise ProtocolError(Reason.WRONG_PART, f"release of another part than the {asked.part}")
    _check_view(view, asked, ids)
    for item in items:
        entry = entries.get(item.id)
        if entry is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"release of entry {item.id}")
        if entry.header.case != asked.case or entry.header.list != asked.list:
            raise ProtocolError(Reason.WRONG_LIST, f"release of entry {item.id}")
        entry.check_share(item.part, item.share)
    if identity.shares_hash != shares_hash(items):
        raise ProtocolError(Reason.BAD_SHARE, "receipt over other shares")
    return {item.id: item for item in items}


def _logged(receipt: VerifiedReceipt) -> tuple[ViewPayload, IdentityPayload]:
    """Read both payloads of a leaf that says `act` and tells the person about the time it was written."""
    view = ViewPayload.read(receipt.view)
    if receipt.leaf.type is not LeafType.ACT or receipt.identity is None:
        raise ProtocolError(Reason.WRONG_TYPE, "receipt of a release")
    if abs(receipt.leaf.ts_ms - view.time_ms) > CLOCK_TOLERANCE_MS:
        raise ProtocolError(Reason.STALE, "receipt whose view tells another time than its leaf")
    return view, IdentityPayload.read(receipt.identity)


def _check_view(view: ViewPayload, asked: ReleaseRequest, ids: Sequence[str]) -> None:
    """Refuse a receipt that would show the person other entries, or another part, intent or purpose, than happened."""
    shown = (view.act, view.part, view.intent, view.purpose, sorted(view.entries), view.to)
    left_for = None if asked.to is None else asked.to.row
    if shown != ("release", asked.part, asked.intent, asked.purpose, sorted(ids), left_for):
        raise ProtocolError(Reason.WRONG_REQUEST, "receipt whose view says something else than the request")
