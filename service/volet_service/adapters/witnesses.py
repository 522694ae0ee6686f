"""Asks the witnesses of the log's policy for their lines, outside the path of any request (docs/spec/log.md, W4).

Releases do not wait for witnesses: waiting for publication costs a log two thirds of its speed. What is cosigned
later replaces the immediate receipt within a minute. No answer of a witness ever lowers the log's own head; a witness
that saw a larger tree signed by this log's key means that this database is an old one, and the hub stops writing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_decimal
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner, SignatureLine, Signed, Verifier
from volet_protocol.witness_request import WitnessRequest
from volet_service.application.ports import Clock, Work
from volet_service.application.record_cosignatures import RecordCosignatures, record_cosignatures
from volet_service.domain.errors import Refusal

_TAKEN, _NEVER_SEEN, _CONFLICT = 200, 404, 409
_log = logging.getLogger("volet.witnesses")


class Line(Protocol):
    """The network: one question to a witness, answered by status and text, or `OSError`."""

    def post(self, url: str, data: bytes) -> tuple[int, str]:
        """Send a body."""
        ...

    def get(self, url: str) -> tuple[int, str]:
        """Fetch a text."""
        ...


class Tree(Protocol):
    """The committed tree of the log."""

    def size(self) -> int:
        """Return the size of the newest signed checkpoint."""
        ...

    def note(self, size: int) -> str:
        """Return the checkpoint signed at a size."""
        ...

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Return the proof between two trees."""
        ...


@dataclass
class _Asked:
    """One witness: where it is asked, its keys, and the size it cosigned last as far as known."""

    url: str
    keys: tuple[Verifier, ...]
    size: int = 0
    done: bool = field(default=False)


@dataclass(frozen=True)
class Pace:
    """Pauses in milliseconds: between rounds; before the same is asked again, with the log's second key."""

    round_ms: int
    again_ms: int


class Collector:
    """Owns its thread; one `round` can be run by hand. `halt` is called once, when the database turns out to be old."""

    def __init__(
        self, log: LogVerifier, tree: Tree, line: Line, *, clock: Clock, pace: Pace,
        write: Callable[[Work[None]], object], halt: Callable[[str], None], second: NoteSigner | None = None,
    ) -> None:  # fmt: skip
        self._log, self._tree, self._line, self._clock, self._pace = log, tree, line, clock, pace
        self._write, self._halt, self._second = write, halt, second
        self._witnesses = [_Asked(url, keys) for url, keys in _by_address(log).items()]
        self._last = (0, 0)
        self.contradicted = ""
        self.lost: SignedCheckpoint | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="volet-witnesses", daemon=True)

    @property
    def wanted(self) -> bool:
        """Whether the policy names an address to ask."""
        return bool(self._witnesses)

    @property
    def needed(self) -> bool:
        """Whether the policy wants a quorum of witnesses."""
        return self._log.policy.quorum is not None

    def start(self) -> None:
        """Start asking, when there is somebody to ask."""
        if self.wanted:
            self._thread.start()

    def stop(self) -> None:
        """End the thread; an answer under way is dropped."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def check(self) -> set[Verifier]:
        """Ask each witness for the newest checkpoint it cosigned; return the keys of those that answered.

        `contradicted` then says whether one saw a tree that this database does not hold, `lost` is the largest such.
        """
        return {key for witness in self._witnesses if self._check_rolled_back(witness) for key in witness.keys}

    def enough(self, answered: set[Verifier]) -> bool:
        """Tell whether witnesses with these keys meet the policy's quorum."""
        return self._log.policy.met_by(answered)

    def round(self) -> None:
        """Ask every witness that has not cosigned the newest checkpoint; and all of them, now and then, about the same.

        An idle log is asked about too: a copy of the database may have gone on elsewhere.
        """
        size, now_ms = self._tree.size(), self._clock.now_ms()
        due = now_ms - self._last[1] >= self._pace.again_ms
        if size != self._last[0] or due:
            for witness in self._witnesses:
                witness.done = False
        asked = [witness for witness in self._witnesses if not witness.done]
        if size == 0 or not asked:
            return
        note = Note.parse(self._tree.note(size).encode("utf-8"))
        if due and self._second is not None:
            note = replace(note, lines=(*note.lines, self._second.line(note.text, now_ms // 1000)))
        self._last = (size, now_ms if due else self._last[1])
        lines = [line for witness in asked for line in self._ask(witness, note, size)]
        try:
            if lines:
                self._take(note, size, lines)
        except Refusal:
            # What could not be stored is asked for again.
            for witness in asked:
                witness.done = False
            raise

    def _ask(self, witness: _Asked, note: Note, size: int) -> Sequence[tuple[SignatureLine, Signed]]:
        for _ in range(2):
            proof = self._tree.consistency(witness.size, size)
            data = WitnessRequest(witness.size, proof, note).to_bytes()
            try:
                status, text = self._line.post(f"{witness.url}/add-checkpoint", data)
                if status == _TAKEN:
                    answered = _verified(text, note, witness.keys)
                    witness.size, witness.done = size, True
                    return answered
                if status != _CONFLICT:
                    _log.warning("witness %s answers %s", witness.url, status)
                    return ()
                stated = from_decimal(text.removesuffix("\n"))
            except (OSError, ProtocolError) as error:
                _log.warning("witness %s: %s", witness.url, type(error).__name__)
                return ()
            if stated > size:
                # By its word alone nothing stops: a witness could then end the service.
                self._check_rolled_back(witness)
                return ()
            witness.size = stated
        return ()

    def _check_rolled_back(self, witness: _Asked) -> bool:
        """Tell whether the witness answered: with a checkpoint of this log, or that it saw none."""
        name = sha256(self._log.origin.encode("utf-8")).hex()
        try:
            status, text = self._line.get(f"{witness.url}/{name}/checkpoint")
            if status != _TAKEN:
                return status == _NEVER_SEEN
            seen = self._log.open(text)
        except (OSError, ProtocolError) as error:
            _log.warning("witness %s: %s", witness.url, type(error).__name__)
            return False
        if not self._extends(seen):
            self.contradicted = f"{witness.url} saw a tree of {seen.size} leaves that this log signed and does not hold"
            if self.lost is None or seen.size > self.lost.size:
                self.lost = seen
            self._halt(self.contradicted)
        return True

    def _extends(self, seen: SignedCheckpoint) -> bool:
        if seen.size == 0:
            return True
        if seen.size > self._tree.size():
            return False
        try:
            return seen.same_tree(self._log.open(self._tree.note(seen.size)))
        except Refusal:
            # This database signed no tree of that size: whatever was signed there is not in it.
            return False

    def _take(self, note: Note, size: int, lines: Sequence[tuple[SignatureLine, Signed]]) -> None:
        whole = replace(note, lines=(*note.lines, *(line for line, _ in lines)))
        opened = self._log.open(str(whole))
        published = str(whole) if self._log.cosigned(opened, self._clock.now_ms()) else None
        timed = [(line, signed.time_s or 0) for line, signed in lines]
        self._write(partial(record_cosignatures, RecordCosignatures(size, timed, published)))

    def _loop(self) -> None:
        while not self._ended.wait(self._pace.round_ms / 1000):
            try:
                self.round()
            except (Refusal, ProtocolError) as error:
                _log.warning("cosignatures: %s", type(error).__name__)


def _by_address(log: LogVerifier) -> Mapping[str, tuple[Verifier, ...]]:
    """Return the keys behind each address: an institution with two keys is asked once."""
    found: dict[str, tuple[Verifier, ...]] = {}
    for name, url in log.policy.urls.items():
        at = url.rstrip("/")
        found[at] = (*found.get(at, ()), log.policy.witnesses[name])
    return found


def _verified(text: str, note: Note, keys: Sequence[Verifier]) -> Sequence[tuple[SignatureLine, Signed]]:
    """Return the lines of known keys; raise `ProtocolError` when one fails or none is known."""
    answered = Note.parse(f"{note.text}\n{text}".encode())
    if answered.text != note.text:
        raise ProtocolError(Reason.MALFORMED, "witness's answer")
    known = {(key.name, key.key_id): key for key in keys}
    signed = answered.verify(keys)
    lines = [line for line in answered.lines if (line.name, line.key_id) in known]
    return tuple(zip(lines, signed, strict=True))
