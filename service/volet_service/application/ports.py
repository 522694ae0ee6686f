"""What use cases need from outside: the store in one unit of work, and the few things beside it.

`Hub` is what an entry point holds. `write` runs a use case in the sequencer's next transaction and answers after its
commit; `read` runs one against committed state, in another thread. Everything a use case decides, it decides inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation
from volet_protocol.case_state import CaseChain
from volet_protocol.entry_list import EntryListHead
from volet_protocol.exchange_chain import ExchangeChain
from volet_protocol.head_proof import HeadProof
from volet_protocol.policy_table import PolicyTable
from volet_protocol.receipt import Receipt
from volet_protocol.statements import HeadRef
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_state import UserChain
from volet_service.application.records import (
    Answered,
    BindingRecord,
    Login,
    LogRecord,
    Session,
    StoredAttestation,
    StoredEntry,
    StoredLink,
    StoredPart,
    UserLink,
)
from volet_service.domain.leaves import LeafContent

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Clock(Protocol):
    """The hub's clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        ...


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

    def append(self, chain: UserChain, links: Sequence[UserLink]) -> None:
        """Store links whose result is `chain`, and move its head."""
        ...

    def bindings(self, user: str) -> list[BindingRecord]:
        """Return the bindings of a user."""
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

    def find(self, token_hash: str) -> Session | None:
        """Return a session, expired or not."""
        ...

    def remove(self, token_hash: str) -> None:
        """End a session."""
        ...

    def remove_of_device(self, user: str, device: str) -> None:
        """End every session of a device."""
        ...

    def purge(self, before_ms: int) -> None:
        """Delete sessions that expired and logins created before that instant."""
        ...


class Cases(Protocol):
    """Case chains, one for each visibility class."""

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

    def get(self, id: str) -> StoredEntry | None:  # noqa: A002 -- the glossary's word
        """Return an entry."""
        ...

    def many(self, ids: Sequence[str]) -> dict[str, StoredEntry]:
        """Return the entries that exist among these ids."""
        ...

    def page(self, list_: str, after: int, until: int) -> list[StoredEntry]:
        """Return the entries with after < n <= until, in order."""
        ...

    def add(self, entry: StoredEntry, parts: Iterable[StoredPart]) -> None:
        """Append an entry to its list, and move the list's head."""
        ...

    def take_back(self, id: str, statement: bytes, leaf: int) -> None:  # noqa: A002 -- the glossary's word
        """Mark an entry as taken back."""
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


class Log(Protocol):
    """The access log inside the transaction."""

    @property
    def size(self) -> int:
        """Leaves so far, those of this batch included."""
        ...

    def append(self, content: LeafContent) -> int:
        """Append a leaf that commits to `content`; return its index."""
        ...

    def record(self, index: int) -> LogRecord | None:
        """Return a leaf with its payloads."""
        ...

    def records(self, case: str | None, class_: str | None, after: int, limit: int) -> list[LogRecord]:
        """Return records above an index: of one case and class, or all for None."""
        ...

    def checkpoint(self, size: int) -> tuple[bytes, int] | None:
        """Return (root, time in ms) of a checkpoint that was signed at this size."""
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


class UnitOfWork(Protocol):
    """One transaction over everything. A savepoint for each use case; an exception undoes all of it."""

    @property
    def now_ms(self) -> int:
        """The instant of this use case by the hub's clock, never before the last leaf's."""
        ...

    @property
    def users(self) -> Users: ...  # noqa: D102 -- the type says it

    @property
    def sessions(self) -> Sessions: ...  # noqa: D102 -- the type says it

    @property
    def cases(self) -> Cases: ...  # noqa: D102 -- the type says it

    @property
    def boxes(self) -> Boxes: ...  # noqa: D102 -- the type says it

    @property
    def exchanges(self) -> Exchanges: ...  # noqa: D102 -- the type says it

    @property
    def entries(self) -> Entries: ...  # noqa: D102 -- the type says it

    @property
    def requests(self) -> Requests: ...  # noqa: D102 -- the type says it

    @property
    def log(self) -> Log: ...  # noqa: D102 -- the type says it

    @property
    def shares(self) -> Shares: ...  # noqa: D102 -- the type says it

    def head(self, label: str, chain: str) -> HeadRef | None:
        """Return a head of the map."""
        ...

    def record_refusal(self, content: LeafContent) -> None:
        """If this use case raises a `Refusal`, append this leaf in place of everything it did."""
        ...

    def publish_heads(self) -> None:
        """Publish the heads map in this batch although no head moved."""
        ...


class Work(Protocol[T_co]):
    """A use case, its command bound: what the sequencer runs."""

    def __call__(self, uow: UnitOfWork, /) -> T_co:
        """Decide and write; raise a `Refusal` to change nothing."""
        ...


class Store(Protocol):
    """The way to a unit of work."""

    async def write(self, work: Work[T]) -> T:
        """Run in the sequencer's transaction; return after the commit. Raises refusals, `Unavailable` among them."""
        ...

    async def read(self, work: Work[T]) -> T:
        """Run where the newest committed state is; nothing may be written."""
        ...


class PublicLog(Protocol):
    """The log as anybody may read it: committed state only."""

    async def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        ...

    async def head_proof(self, label: str, chain: str) -> HeadProof:
        """Return the head of a chain, or its absence, with a proof that is fresh enough for a grant."""
        ...

    @property
    def size(self) -> int:
        """The number of committed leaves."""
        ...

    async def receipt(self, index: int, since: int | None = None, size: int | None = None) -> Receipt:
        """Return the receipt of a leaf, with the proof that its checkpoint extends the tree of `since` leaves.

        Under the checkpoint of `size`, else under the first one that covers both: the same question then has the same
        answer for ever.
        """
        ...

    async def leaves(self, start: int, end: int) -> list[bytes]:
        """Return leaves start..end, the end excluded."""
        ...

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof of a leaf in the tree of `size` leaves."""
        ...

    async def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that one tree is a prefix of another."""
        ...


class Blobs(Protocol):
    """Ciphertext of documents: uploads under way, then blobs, which never change."""

    def write_chunk(self, device: str, upload: str, position: int, data: bytes) -> None:
        """Store chunk number `position`; the same bytes again are fine, others are an `IdempotencyMismatch`."""
        ...

    def upload_root(self, device: str, upload: str) -> tuple[str, int]:
        """Return (RFC 6962 root over the chunks, size in bytes) of an upload; raise `NotFound`."""
        ...

    def keep(self, device: str, upload: str, name: str) -> None:
        """Turn an upload into a blob, durably."""
        ...

    def chunks(self, name: str, start: int, end: int) -> Iterable[bytes]:
        """Yield chunks start..end, the end excluded."""
        ...

    def leaves(self, name: str) -> bytes:
        """Return the 32-byte leaf hashes of all chunks, one after the other."""
        ...


@dataclass(frozen=True)
class Policy:
    """The active decision table, every table that was active, and the controller's activation."""

    active: PolicyTable
    tables: Mapping[str, PolicyTable]
    data: bytes
    activation: JsonObject | None


@dataclass(frozen=True)
class Identified:
    """What an identity provider said: the ID token as signed, and its issuer and audience."""

    id_token: str
    iss: str
    aud: str


class IdentityProvider(Protocol):
    """OpenID Connect, authorization code with PKCE."""

    def serves(self, iss: str, aud: str) -> bool:
        """Tell whether this hub may log in with that issuer as that client."""
        ...

    def new_code_verifier(self) -> str:
        """Return a fresh PKCE verifier."""
        ...

    async def authorize_url(self, login: Login, nonce: str) -> str:
        """Return where the browser goes."""
        ...

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        """Exchange the answer's code (RFC 9207 `iss` checked); raise `Denied` when it is refused."""
        ...


@dataclass(frozen=True)
class Limits:
    """Bounds from the settings: bytes and milliseconds."""

    request: int
    upload: int
    window_ms: int
    session_ms: int


@dataclass(frozen=True)
class Hub:
    """Everything an entry point needs, built by bootstrap."""

    origin: str
    store: Store
    log: PublicLog
    blobs: Blobs
    trust: TrustBundle
    policy: Policy
    identity: IdentityProvider
    clock: Clock
    random: Callable[[int], bytes]
    limits: Limits
    ready: Callable[[], bool]
