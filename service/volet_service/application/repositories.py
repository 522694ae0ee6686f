"""The repositories of a unit of work: rows and verified states, by the words of the glossary."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from volet_protocol.capacities import Attestation
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_list import EntryListHead
from volet_protocol.exchange_chain import ExchangeChain
from volet_protocol.note_keys import SignatureLine
from volet_protocol.operator_roles import LogScope
from volet_protocol.user_state import UserChain
from volet_service.application.records import (
    Alike,
    Answered,
    BindingRecord,
    Login,
    LogKeyPeriod,
    LogRecord,
    Looking,
    Session,
    StoredAttestation,
    StoredEntry,
    StoredLink,
    StoredPart,
    TableInForce,
    UserLink,
)
from volet_service.domain.leaves import LeafContent


class Users(Protocol):
    """User chains, bindings, attestations. Also the protocol's `Directory`."""

    def user(self, user: str) -> UserChain:
        """Return the verified chain; raise `ProtocolError(unknown-reference)`."""
        ...

    def attestation(self, attestation: str) -> Attestation:
        """Return an attestation by its id; raise `ProtocolError(unknown-reference)`."""
        ...

    def stored_attestation(self, id: str) -> StoredAttestation | None:  # noqa: A002 -- the glossary's word
        """Return an attestation as stored."""
        ...

    def links(self, user: str) -> list[UserLink]:
        """Return the links of a chain in order."""
        ...

    def naming_key(self, sign: bytes) -> list[str]:
        """Return the users whose chain names this Ed25519 key, of a device or of a recovery slot."""
        ...

    def append(self, chain: UserChain, links: Sequence[UserLink]) -> None:
        """Store links whose result is `chain`, and move its head."""
        ...

    def bindings(self, user: str) -> list[BindingRecord]:
        """Return the bindings of a user."""
        ...

    def binding(self, user: str, id_token: str) -> BindingRecord | None:
        """Return the binding of a user by its token."""
        ...

    def add_binding(self, record: BindingRecord) -> None:
        """Store a binding; point its subject at this chain when it is its newest."""
        ...

    def attestations(self, user: str) -> list[StoredAttestation]:
        """Return the attestations about a user."""
        ...

    def add_attestation(self, record: StoredAttestation) -> None:
        """Store an attestation."""
        ...

    def of_same_subject(self, user: str) -> list[str]:
        """Return the users who were bound to an identity that this user was bound to, themselves included."""
        ...

    def of_subject(self, subject_chain: str) -> list[str]:
        """Return the users who were bound to an identity."""
        ...

    def attested(self, row: str, at_ms: int) -> list[Attestation]:
        """Return the attestations of a row that are in force at an instant."""
        ...


class Sessions(Protocol):
    """Logins under way and sessions."""

    def add_login(self, login: Login) -> None:
        """Store a new login."""
        ...

    def login(self, id: str) -> Login | None:  # noqa: A002 -- the glossary's word
        """Return a login by its id."""
        ...

    def login_of_state(self, state: str) -> Login | None:
        """Return a login by the OAuth state."""
        ...

    def update_login(self, login: Login) -> None:
        """Store the later fields of a login: id_token, failure, used_ms."""
        ...

    def add(self, session: Session) -> None:
        """Store a session."""
        ...

    def remove(self, user: str, token_hash: str) -> bool:
        """End a session of a user; tell whether there was one."""
        ...

    def of_user(self, user: str) -> list[Session]:
        """Return the sessions of a user, newest first, expired ones too until they are purged."""
        ...

    def remove_of_device(self, user: str, device: str) -> None:
        """End every session of a device."""
        ...

    def capacities(self) -> list[str]:
        """Return the capacities that sessions are in, each once."""
        ...

    def end_by(self, capacity: str, until_ms: int) -> None:
        """Let no session in a capacity last beyond an instant."""
        ...

    def purge(self, before_ms: int) -> None:
        """Delete sessions that expired and logins created before that instant."""
        ...


class Cases(Protocol):
    """Case chains, one for each visibility class."""

    def beginning(self, prefix: str) -> list[str]:
        """Return the cases whose id begins with these hex digits."""
        ...

    def has_acted(self, case: str, user: str) -> bool:
        """Tell whether a user stands or stood in a case, is named in one of its exchanges or declared an emergency."""
        ...

    def chain(self, case: str, class_: str) -> CaseChain | None:
        """Return the verified state of a chain."""
        ...

    def classes(self, case: str) -> dict[str, str]:
        """Return class to chain id; empty for an unknown case."""
        ...

    def register(self, state: CaseChain, log_key: bytes) -> None:
        """Make room for a chain and its leaves: which class it is, and the key of its completeness tags."""
        ...

    def append(self, state: CaseChain, link: StoredLink) -> None:
        """Store a link whose result is `state`, and move the head."""
        ...

    def links(self, chain: str, after: int) -> list[StoredLink]:
        """Return the links with seq above `after`."""
        ...

    def link(self, chain: str, seq: int) -> StoredLink | None:
        """Return one link."""
        ...

    def users(self, case: str) -> set[str]:
        """Return who stands or stood in a case: candidates, the facts decide."""
        ...

    def add_user(self, case: str, class_: str, user: str) -> None:
        """Remember that this user stands or stood in the case."""
        ...

    def of_user(self, user: str) -> list[str]:
        """Return the cases in which a user stands or stood: candidates, the facts decide."""
        ...


class Boxes(Protocol):
    """HPKE boxes by owner (hash of a link, id of an entry) and user."""

    def put(self, owner: str, boxes: Mapping[str, bytes]) -> None:
        """Store the boxes of one owner."""
        ...

    def of_user(self, owners: Sequence[str], user: str) -> dict[str, bytes]:
        """Return owner to box, for one user."""
        ...


class Exchanges(Protocol):
    """Exchange chains."""

    def chain(self, exchange: str) -> ExchangeChain | None:
        """Return the verified state."""
        ...

    def append(self, state: ExchangeChain, link: StoredLink) -> None:
        """Store a link whose result is `state`, and move the head."""
        ...

    def links(self, chain: str, after: int) -> list[StoredLink]:
        """Return the links with seq above `after`."""
        ...

    def of_user(self, user: str) -> list[str]:
        """Return the exchanges in which a user is or was named."""
        ...


class Faces(Protocol):
    """What the rules look at of the entries of a list."""

    def add(self, stored: StoredEntry, category: int | None) -> None:
        """Remember an entry as the rules will look at it; `category` is its author's."""
        ...

    def take_back(self, entry: str) -> None:
        """Count an entry no more."""
        ...

    def alike(self, list_: str, looking: Looking, after: int, until: int, since_ms: int) -> list[Alike]:
        """Return the kinds of entries with after < n <= until."""
        ...

    def shown(self, list_: str, looking: Looking, kinds: Collection[Alike], after: int, until: int) -> list[int]:
        """Return the indexes with after < n <= until of entries of these kinds, in order."""
        ...


class Entries(Protocol):
    """Entries and their lists."""

    def head(self, list_: str) -> EntryListHead:
        """Return the head of a list; of an unknown one, the empty head."""
        ...

    def point(self, list_: str, n: int) -> str | None:
        """Return h(n); None beyond the end."""
        ...

    def place(self, list_: str) -> tuple[str, str, str] | None:
        """Return (case, class, place) of a list that holds entries."""
        ...

    def lists_of(self, case: str, kind: str) -> list[tuple[str, str]]:
        """Return (list, place) of the lists of a case whose place is of that kind, in an order that tells nothing."""
        ...

    def get(self, id: str) -> StoredEntry | None:  # noqa: A002 -- the glossary's word
        """Return an entry."""
        ...

    def many(self, ids: Sequence[str]) -> dict[str, StoredEntry]:
        """Return the entries that exist among these ids."""
        ...

    def page(self, list_: str, after: int, until: int) -> list[StoredEntry]:
        """Return the entries with after < n <= until, in order."""
        ...

    def at(self, list_: str, indexes: Sequence[int]) -> list[StoredEntry]:
        """Return the entries at these indexes of a list, in order."""
        ...

    def hashes(self, list_: str, after: int, until: int) -> list[tuple[int, str]]:
        """Return index and statement hash of the entries with after < n <= until, in order."""
        ...

    def add(self, entry: StoredEntry, parts: Iterable[StoredPart]) -> None:
        """Append an entry to its list, and move the list's head."""
        ...

    def take_back(self, entry: StoredEntry, statement: bytes, leaf: int) -> None:
        """Mark an entry as taken back."""
        ...

    def erase(self, id: str, leaf: int) -> None:  # noqa: A002 -- the glossary's word
        """Mark an entry as erased by a decision."""
        ...

    def part(self, id: str, part: str) -> StoredPart | None:  # noqa: A002 -- the glossary's word
        """Return where a part is."""
        ...

    def inline(self, ids: Sequence[str], part: str) -> dict[str, bytes]:
        """Return the ciphertext of those parts that stand in their row."""
        ...


class Requests(Protocol):
    """Requests that were answered, by device and id; kept for ever."""

    def find(self, device: str, id: str) -> Answered | None:  # noqa: A002 -- the glossary's word
        """Return the earlier answer."""
        ...

    def add(self, device: str, id: str, answered: Answered) -> None:  # noqa: A002 -- as above
        """Remember an answer."""
        ...


class Tables(Protocol):
    """Decision tables that were in force."""

    @property
    def history(self) -> Sequence[TableInForce]:
        """Every table put into force, oldest first; those of this batch included."""
        ...

    def add(self, record: TableInForce) -> None:
        """Store a table put into force: the next use case decides by it."""
        ...


class Log(Protocol):
    """The access log inside the transaction."""

    @property
    def size(self) -> int:
        """Leaves so far, those of this batch included."""
        ...

    def append(self, content: LeafContent) -> int:
        """Append a leaf that commits to `content`; return its position."""
        ...

    def open_next(self, last: bytes, shown: str) -> None:
        """End this log, start the next one with the `restart` leaf that names `last`; before anything else is written.

        `shown` is the newest checkpoint that anybody saw of the ended log.
        """
        ...

    def position(self, index: int) -> int:
        """Return the position of a leaf of the log that is written."""
        ...

    def case_keys(self, case: str, class_: str) -> list[LogKeyPeriod]:
        """Return the keys of the completeness tags of a case and class by period, oldest first."""
        ...

    def record(self, index: int) -> LogRecord | None:
        """Return a leaf with its payloads, by its position."""
        ...

    def records(self, case: str, class_: str, after: int, limit: int) -> list[LogRecord]:
        """Return records above a position, of one case and class."""
        ...

    def watched(self, scope: LogScope, case: str | None, after: int, limit: int) -> list[LogRecord]:
        """Return records above a position that a scope covers, of one case or all; and those of the rules in force."""
        ...

    def released_to(self, devices: Collection[str], after: int, limit: int) -> list[LogRecord]:
        """Return records above a position of what these devices asked for and were given."""
        ...

    def checkpoint(self, size: int) -> tuple[bytes, int] | None:
        """Return (root, time in ms) of a checkpoint that was signed at this size of the log that is written."""
        ...


class Cosignatures(Protocol):
    """What witnesses answered, by checkpoint size."""

    def add(self, size: int, lines: Sequence[tuple[SignatureLine, int]]) -> None:
        """Store verified lines with the time each states, in POSIX seconds; the same line again is fine."""
        ...

    def publish(self, size: int, note: str) -> None:
        """Store a checkpoint that has enough of them, with its lines; the first form of a size stays."""
        ...


class Shares(Protocol):
    """Server shares, in a store of their own, sealed."""

    def put(self, entry: str, shares: Mapping[str, bytes]) -> None:
        """Store the shares of an entry's parts."""
        ...

    def get(self, entries: Sequence[str], part: str) -> dict[str, bytes]:
        """Return entry to share; a destroyed share is absent."""
        ...

    def destroy_after_commit(self, entry: str) -> None:
        """Destroy an entry's shares once the batch is committed, and not before."""
        ...
