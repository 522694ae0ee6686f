"""Who looked, and whether the log can be believed: records of a case, and the whole log checked off line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_client.author import Author, draw
from volet_client.errors import UnreadableFileError, UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import AUDIT, OWN_ACCESS, LogRequest
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.receipt import Receipt
from volet_protocol.release import REQUEST_ID_SIZE
from volet_protocol.statements import from_json

PAGE = 500
LEAVES = 1024
FORMAT = "volet-log-export/v1"
AUDITOR_ROW = "O14"


@dataclass(frozen=True)
class Access:
    """One act of the log. `identity` is shown to auditors only; `erased` where its openings were erased."""

    index: int
    time_ms: int
    type: str
    view: ViewPayload | None
    identity: IdentityPayload | None

    @property
    def erased(self) -> bool:
        """Whether what the leaf committed to was erased."""
        return self.view is None


@dataclass(frozen=True)
class Accesses:
    """The verified acts of a case, and the numbers of each class that were not shown."""

    acts: tuple[Access, ...]
    gaps: dict[str, tuple[int, ...]]
    checkpoint: SignedCheckpoint


@dataclass(frozen=True)
class LogChecked:
    """A whole log, recomputed: how many leaves of each type, and the checkpoint they lead to."""

    checkpoint: SignedCheckpoint
    leaves: dict[str, int]
    receipts: int
    requests: int


class Audit:
    """The log as this user may see it."""

    def __init__(self, hub: Hub, author: Author) -> None:
        self._hub = hub
        self._author = author

    def accesses(self, case: str | None) -> Accesses:
        """Return the acts of a case, or of all cases to an auditor: every leaf's receipt verified."""
        acts, last, start = list[Access](), None, 0
        while True:
            answer = self._ask(case, start)
            fields = Fields(answer, "records")
            items = fields.objects("records", 100_000)
            receipt = self._hub.receipt(fields.raw("receipt"))
            last = receipt.checkpoint
            page = [self._access(item) for item in items]
            acts += page
            if len(page) < PAGE:
                break
            start = page[-1].index + 1
        return Accesses(tuple(acts), _gaps(acts) if case else {}, last)

    def _ask(self, case: str | None, start: int) -> JsonObject:
        attestation = self._author.attestation
        auditor = attestation is not None and attestation.capacity.row == AUDITOR_ROW
        if case is None and not auditor:
            raise UsageError(
                Said("Précisez le dossier.", "Name the case."), Said("volet accesses --case", "volet accesses --case")
            )
        request = LogRequest(
            preamble=self._author.preamble(),
            request_id=draw(REQUEST_ID_SIZE),
            purpose=AUDIT if auditor else OWN_ACCESS,
            checkpoint=self._hub.checkpoint(),
            capacity=self._author.capacity,
            case=case,
            from_=start,
        )
        statement = self._author.sign(request.to_json())
        return self._hub.transport.post("/v1/log/records", {"statement": statement.to_json()})

    def _access(self, item: Fields) -> Access:
        index = item.integer("index")
        try:
            if item.has("leaf"):
                leaf = Leaf.parse(item.data("leaf"))
                item.done()
                return Access(index, leaf.ts_ms, leaf.type.name.lower(), None, None)
            verified = Receipt.read(item.raw("receipt")).verify(self._hub.trust.log)
            item.done()
        except ProtocolError as error:
            raise VerificationError.of(error, f"record {index}") from None
        if verified.index != index:
            raise VerificationError(f"record {index}", Reason.WRONG_SEQUENCE)
        identity = None if verified.identity is None else IdentityPayload.read(verified.identity)
        view = ViewPayload.read(verified.view)
        return Access(index, verified.leaf.ts_ms, verified.leaf.type.name.lower(), view, identity)

    def export(self, path: Path, *, records: bool) -> LogChecked:
        """Write everything an outsider needs to check the log without the hub; refuse to replace a file.

        With `records`, an auditor adds the receipts and the readers' own signed requests.
        """
        note = self._hub.transport.get_text("/v1/log/checkpoint")
        checkpoint = self._hub.trust.log.open(note)
        served = self._ask(None, 0) if records else {}
        bundle = self._hub.profile.bundle
        content: JsonObject = {
            "format": FORMAT, "checkpoint": note,
            "log": {"origin": bundle.log_origin, "vkey": bundle.log_vkey, "policy": bundle.log_policy},
            "leaves": [to_base64url(leaf) for leaf in self._leaves(checkpoint.size)],
            "records": served.get("records", []),
        }  # fmt: skip
        checked = check_export(content, self._hub.trust.log)
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, sort_keys=True)
        except FileExistsError:
            raise UsageError(Said(f"{path} existe déjà.", f"{path} already exists.")) from None
        return checked

    def verify(self) -> LogChecked:
        """Fetch every leaf, recompute the tree, compare with the signed checkpoint; extend what is held."""
        note = self._hub.transport.get_text("/v1/log/checkpoint")
        try:
            checkpoint = self._hub.trust.log.open(note)
            self._hub.trust.accept_checkpoint(checkpoint, self._hub.consistency_to(checkpoint.size))
            leaves: list[JsonValue] = [to_base64url(leaf) for leaf in self._leaves(checkpoint.size)]
            return check_export(
                {"format": FORMAT, "checkpoint": note, "leaves": leaves, "records": [], "log": {}}, self._hub.trust.log
            )
        except ProtocolError as error:
            raise self._hub.failed(error, {"checkpoint": note}) from None

    def _leaves(self, size: int) -> Iterator[bytes]:
        start = 0
        while start < size:
            answer = self._hub.transport.get("/v1/log/leaves", **{"from": start, "to": min(start + LEAVES, size)})
            page = [from_base64url(str(leaf)) for leaf in cast("list[JsonValue]", answer.get("leaves", []))]
            if not page:
                raise VerificationError(f"leaves {start} to {size}", Reason.MISSING_FIELD)
            yield from page
            start += len(page)


def read_export(path: Path) -> JsonObject:
    """Return an exported log."""
    try:
        value: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        value = None
    if not isinstance(value, dict) or cast("JsonObject", value).get("format") != FORMAT:
        raise UnreadableFileError(path, Said("ce n'est pas un journal exporté", "it is not an exported log"))
    return cast("JsonObject", value)


def check_export(content: JsonObject, log: LogVerifier) -> LogChecked:
    """Check a log off line: signature, root over every leaf, every receipt, every signed request inside.

    `log` comes from a trust bundle, never from the export itself.
    """
    checkpoint = log.open(str(content.get("checkpoint", "")))
    tree, counts = CompactRange(), dict[str, int]()
    leaves = [from_base64url(str(leaf)) for leaf in cast("list[JsonValue]", content.get("leaves", []))]
    before_ms = 0
    for leaf in leaves:
        parsed = Leaf.parse(leaf)
        if parsed.ts_ms < before_ms:
            raise ProtocolError(Reason.TIME_BACKWARDS, "leaves of the log")
        before_ms = parsed.ts_ms
        name = parsed.type.name.lower()
        counts[name] = counts.get(name, 0) + 1
        tree.append(leaf_hash(leaf))
    if tree.size != checkpoint.size or tree.root() != checkpoint.root:
        raise ProtocolError(Reason.BAD_PROOF, "root over the leaves of the log")
    receipts = requests = 0
    for record in cast("list[JsonObject]", content.get("records", [])):
        if "receipt" not in record:
            continue
        verified = Receipt.read(cast("JsonObject", record["receipt"])).verify(log)
        if verified.index >= len(leaves) or Leaf.parse(leaves[verified.index]) != verified.leaf:
            raise ProtocolError(Reason.BAD_PROOF, f"record {verified.index} of another leaf")
        receipts += 1
        if verified.identity is not None:
            requests += _check_request(IdentityPayload.read(verified.identity))
    return LogChecked(checkpoint, counts, receipts, requests)


def _check_request(identity: IdentityPayload) -> int:
    """Check that the reader's own statement is the one the leaf committed to."""
    if identity.request is None:
        return 0
    if from_json(identity.request).hash != identity.request_hash:
        raise ProtocolError(Reason.WRONG_HASH, "signed request in a record")
    return 1


def _gaps(acts: list[Access]) -> dict[str, tuple[int, ...]]:
    """Return, by class, the numbers below the highest shown that were not shown."""
    shown: dict[str, set[int]] = {}
    for act in acts:
        if act.view is not None and act.view.class_ is not None and act.view.case_seq is not None:
            shown.setdefault(act.view.class_, set()).add(act.view.case_seq)
    return {
        class_: missing
        for class_, seen in shown.items()
        if (missing := tuple(number for number in range(max(seen) + 1) if number not in seen))
    }
