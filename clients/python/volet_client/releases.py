"""Reading: a signed request, one leaf in the log, server shares; nothing is decrypted before the receipt verified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from volet_client.author import Author, draw
from volet_client.errors import BadAnswerError, VerificationError
from volet_client.hub import Hub
from volet_client.lists import ListedEntry, ListView
from volet_client.rules import Rules
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.entry import VerifiedEntry, split_chunks
from volet_protocol.entry_judgement import check_released_after
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.outside import Outside
from volet_protocol.receipt import VerifiedReceipt
from volet_protocol.release import (
    PAGE,
    REQUEST_ID_SIZE,
    ReleasedItem,
    ReleaseRequest,
    verify_release,
)
from volet_protocol.sealing import CHUNK_SIZE, TAG_SIZE, chunk_count

OPEN, SYNC = "open", "sync"


@dataclass(frozen=True)
class Released:
    """One verified server share, under which request it was handed out, and its leaf's index in the log."""

    entry: VerifiedEntry
    part: str
    share: bytes
    ciphertext: bytes | None
    request_id: str
    leaf: int
    released_ms: int

    def check_time(self) -> None:
        """Refuse (time-backwards) an entry that states to be newer than this release of it."""
        check_released_after(self.entry.header.preamble.time_ms, self.released_ms)


class Releases:
    """Asks for releases as the user of this profile."""

    def __init__(self, hub: Hub, author: Author, rules: Rules) -> None:
        self._hub = hub
        self._author = author
        self._rules = rules

    def purpose(self) -> str:
        """Return the purpose that goes with the session's capacity, unless a command names another."""
        attestation = self._author.attestation
        if attestation is None:
            return "own_access"
        return "care" if attestation.capacity.category == 1 else "coordination"

    def ask(
        self,
        view: ListView,
        case: str,
        entries: Sequence[ListedEntry],
        part: str,
        *,
        intent: str = OPEN,
        purpose: str | None = None,
        basis: Sequence[str] = (),
        to: Outside | None = None,
    ) -> dict[str, Released]:
        """Ask for a part of these entries of one list, at most 50; return what was handed out, by entry id."""
        wanted = {item.entry.id: item.entry for item in entries[:PAGE] if item.entry is not None}
        if not wanted:
            return {}
        request_id = draw(REQUEST_ID_SIZE)
        request = ReleaseRequest(
            preamble=self._author.preamble(),
            request_id=request_id,
            case=case,
            list=view.list,
            part=part,
            intent=intent,
            purpose=purpose or self.purpose(),
            policy=self._rules.named,
            checkpoint=self._hub.checkpoint(),
            ids=tuple(wanted),
            capacity=self._author.capacity,
            basis=tuple(basis),
            to=to,
        )
        statement = self._author.sign(request.to_json())
        answer = self._hub.transport.post("/v1/releases", {"statement": statement.to_json()})
        leaves: list[VerifiedReceipt] = []

        def check_receipt(served: JsonObject) -> VerifiedReceipt:
            leaves.append(self._hub.receipt(served))
            return leaves[0]

        try:
            items = verify_release(statement, answer, wanted, check_receipt)
        except ProtocolError as error:
            raise self._hub.failed(error, answer) from None
        return self._released(items, wanted, to_base64url(request_id), leaves[0])

    @staticmethod
    def _released(
        items: Mapping[str, ReleasedItem],
        wanted: Mapping[str, VerifiedEntry],
        request_id: str,
        receipt: VerifiedReceipt,
    ) -> dict[str, Released]:
        return {
            id_: Released(
                wanted[id_], item.part, item.share, item.ciphertext, request_id, receipt.index, receipt.leaf.ts_ms
            )
            for id_, item in items.items()
        }

    def leaves(self, released: Released) -> bytes:
        """Return the leaf hashes of a streamed part, in one piece."""
        released.check_time()
        path = f"/v1/entries/{released.entry.id}/parts/{released.part}/leaves"
        limit = chunk_count(released.entry.header.size(released.part)) * 32
        data = bytearray()
        for piece in self._hub.transport.stream(path, release=released.request_id):
            data += piece
            if len(data) > limit:
                raise BadAnswerError("leaves of a document")
        return bytes(data)

    def stream(self, released: Released, position: int) -> Iterator[bytes]:
        """Yield the ciphertext of a streamed part from a chunk on, in pieces of any size."""
        path = f"/v1/entries/{released.entry.id}/parts/{released.part}/chunks"
        to = chunk_count(released.entry.header.size(released.part))
        params: dict[str, str | int] = {"release": released.request_id, "from": position, "to": to}
        return self._hub.transport.stream(path, **params)

    def chunks(self, released: Released) -> list[bytes]:
        """Return the ciphertext chunks of a small part: those served with the share, else streamed."""
        released.check_time()
        if released.ciphertext is not None:
            return list(split_chunks(released.ciphertext))
        count = chunk_count(released.entry.header.size(released.part))
        data = bytearray()
        for piece in self.stream(released, 0):
            data += piece
            if len(data) > count * (CHUNK_SIZE + TAG_SIZE):
                raise VerificationError(f"chunks of entry {released.entry.id[:16]}", Reason.TOO_LARGE)
        return list(split_chunks(bytes(data)))
