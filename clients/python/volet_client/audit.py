"""Who looked, and whether the log can be believed: records of a case, and the whole log checked off line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_client.author import Author, draw
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.log_export import FORMAT, LogChecked, check_export, identity_of
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import SignedCheckpoint
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.log_request import AUDIT, OWN_ACCESS, LogRequest
from volet_protocol.receipt import Receipt
from volet_protocol.release import REQUEST_ID_SIZE

PAGE = 500
LEAVES = 1024
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


class Audit:
    """The log as this user may see it."""

    def __init__(self, hub: Hub, author: Author) -> None:
        self._hub = hub
        self._author = author

    def accesses(self, case: str | None) -> Accesses:
        """Return the acts of a case, or of all cases to an auditor: every leaf's receipt verified."""
        acts: list[Access] = []
        for page in self._pages(case):
            acts += [self._access(Fields(item, "record")) for item in page]
        newest = self._hub.trust.newest()
        assert newest is not None  # noqa: S101 - each page came with a receipt, whose checkpoint is now held
        return Accesses(tuple(acts), _gaps(acts) if case else {}, newest)

    def _pages(self, case: str | None) -> Iterator[list[JsonObject]]:
        """Yield the records page by page; each look is a leaf of the log too, and its receipt is verified."""
        start = 0
        while True:
            fields = Fields(self._ask(case, start), "records")
            page = [item for item in fields.items("records", 100_000) if isinstance(item, Mapping)]
            self._hub.receipt(fields.raw("receipt"))
            yield page
            if len(page) < PAGE:
                return
            start = Fields(page[-1], "record").integer("index") + 1

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

        With `records`, an auditor adds the receipts, the readers' own signed requests, and the chains that prove them.
        """
        # Records first: each look is itself in the log, and the checkpoint has to cover all that is shown.
        shown = [record for page in self._pages(None) for record in page] if records else []
        note = self._hub.transport.get_text("/v1/log/checkpoint")
        checkpoint = self._hub.trust.log.open(note)
        bundle = self._hub.profile.bundle
        content: JsonObject = {
            "format": FORMAT, "checkpoint": note,
            "log": {"origin": bundle.log_origin, "vkey": bundle.log_vkey, "policy": bundle.log_policy},
            "leaves": [to_base64url(leaf) for leaf in self._leaves(checkpoint.size)],
            "records": list(shown), "users": self._users(shown),
        }  # fmt: skip
        checked = check_export(content, self._hub.trust.log)
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, sort_keys=True)
        except FileExistsError:
            raise UsageError(Said(f"{path} existe déjà.", f"{path} already exists.")) from None
        return checked

    def _users(self, records: list[JsonObject]) -> dict[str, JsonValue]:
        """Return the links of everybody who acted in these records, each chain verified."""
        actors = [identity_of(record, self._hub.trust.log) for record in records]
        users = sorted({actor.user for actor in actors if actor is not None and actor.user is not None})
        return {user: [link.to_json() for link in self._author.directory.refresh(user).chain.links] for user in users}

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
