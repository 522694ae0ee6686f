"""What use cases need from outside: the store in one unit of work, and the few things beside it.

`Hub` is what an entry point holds. `write` runs a use case in the sequencer's next transaction and answers after its
commit; `read` runs one against committed state, in another thread. Everything a use case decides, it decides inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from volet_protocol.canonical import JsonObject
from volet_protocol.head_proof import HeadProof
from volet_protocol.map_epochs import MapEpochs
from volet_protocol.policy_table import PolicyTable
from volet_protocol.receipt import Receipt
from volet_protocol.statements import HeadRef
from volet_protocol.tiles import TilePath
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.web_manifest import WebManifest
from volet_service.application.departure_ports import Departures
from volet_service.application.directory_ports import Extracts, NationalDirectory
from volet_service.application.emergency_records import Emergencies
from volet_service.application.erasure_ports import Erasures
from volet_service.application.hold_ports import Holds
from volet_service.application.invitation_ports import Invitations
from volet_service.application.live_ports import Hints, LiveLimits
from volet_service.application.login_ports import LoggedOut
from volet_service.application.records import Login, Session
from volet_service.application.repositories import (
    Boxes,
    Cases,
    Cosignatures,
    Entries,
    Exchanges,
    Faces,
    Log,
    Requests,
    Sessions,
    Shares,
    Tables,
    Users,
)
from volet_service.domain.leaves import LeafContent
from volet_service.domain.providers import Hint
from volet_service.domain.retention import RetentionPolicy

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Clock(Protocol):
    """The hub's clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
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
    def holds(self) -> Holds: ...  # noqa: D102 -- the type says it

    @property
    def departures(self) -> Departures: ...  # noqa: D102 -- the type says it

    @property
    def cases(self) -> Cases: ...  # noqa: D102 -- the type says it

    @property
    def boxes(self) -> Boxes: ...  # noqa: D102 -- the type says it

    @property
    def emergencies(self) -> Emergencies: ...  # noqa: D102 -- the type says it

    @property
    def invitations(self) -> Invitations: ...  # noqa: D102 -- the type says it

    @property
    def exchanges(self) -> Exchanges: ...  # noqa: D102 -- the type says it

    @property
    def entries(self) -> Entries: ...  # noqa: D102 -- the type says it

    @property
    def faces(self) -> Faces: ...  # noqa: D102 -- the type says it

    @property
    def requests(self) -> Requests: ...  # noqa: D102 -- the type says it

    @property
    def tables(self) -> Tables: ...  # noqa: D102 -- the type says it

    @property
    def log(self) -> Log: ...  # noqa: D102 -- the type says it

    @property
    def cosignatures(self) -> Cosignatures: ...  # noqa: D102 -- the type says it

    @property
    def erasures(self) -> Erasures: ...  # noqa: D102 -- the type says it

    @property
    def extracts(self) -> Extracts: ...  # noqa: D102 -- the type says it

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


class SessionLookup(Protocol):
    """Committed sessions, for who asks who calls."""

    async def find(self, token_hash: str) -> Session | None:
        """Return a session, expired or not."""
        ...


class PublicLog(Protocol):
    """The log as anybody may read it: committed state only."""

    async def checkpoint(self, log: int | None = None) -> str:
        """Return the newest signed checkpoint, of the log that is written unless an earlier one is named."""
        ...

    async def cosigned(self, log: int | None = None) -> str:
        """Return the newest checkpoint that had enough witnesses; raise `NotFound` when there is none."""
        ...

    async def head_proof(self, label: str, chain: str) -> HeadProof:
        """Return the head of a chain, or its absence, with a proof that is fresh enough for a grant."""
        ...

    async def epochs(self, label: str, chain: str, after: int) -> MapEpochs:
        """Return what the map said of one of `PEOPLE` when each epoch after the leaf at index `after` began."""
        ...

    @property
    def size(self) -> int:
        """The number of committed leaves of the log that is written."""
        ...

    async def receipt(self, position: int, since: int | None = None, size: int | None = None) -> Receipt:
        """Return the receipt of a leaf of any log; its checkpoint is proved to extend the tree of `since` leaves.

        Under the checkpoint of `size`, else under the first one that covers both: the same question then has the same
        answer for ever.
        """
        ...

    async def tile(self, path: TilePath, log: int | None = None) -> bytes:
        """Return a tile or a bundle of leaves of the committed tree; raise `NotFound` when it is not filled so far."""
        ...

    async def leaves(self, start: int, end: int, log: int | None = None) -> list[bytes]:
        """Return leaves start..end, the end excluded."""
        ...

    async def inclusion(self, index: int, size: int, log: int | None = None) -> list[bytes]:
        """Return the proof of a leaf in the tree of `size` leaves."""
        ...

    async def consistency(self, old: int, size: int, log: int | None = None) -> list[bytes]:
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

    def size(self, name: str) -> int | None:
        """Return the size of a blob in bytes, None when there is none of this name."""
        ...

    def keep(self, device: str, upload: str, name: str) -> None:
        """Turn an upload into a blob, durably. A blob that is there already stays as it is."""
        ...

    def chunks(self, name: str, start: int, end: int) -> Iterable[bytes]:
        """Yield chunks start..end, the end excluded."""
        ...

    def leaves(self, name: str) -> bytes:
        """Return the 32-byte leaf hashes of all chunks, one after the other."""
        ...

    def purge(self, before_ms: int) -> None:
        """Delete uploads whose last chunk came before that instant."""
        ...


class Policy(Protocol):
    """The rules as they are at this instant: an activation changes them between two use cases."""

    @property
    def active(self) -> PolicyTable:
        """The table in force: what this hub decides by."""
        ...

    @property
    def tables(self) -> Mapping[str, PolicyTable]:
        """Every table that is or was in force, and when: what chains are judged by."""
        ...

    @property
    def ceiling(self) -> PolicyTable:
        """The table of the trust bundle that none may be wider than."""
        ...

    @property
    def data(self) -> bytes:
        """The bytes of the table in force."""
        ...

    @property
    def activation(self) -> JsonObject | None:
        """The controllers' statement that put it into force; None: it is the ceiling itself."""
        ...


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

    async def authorize_url(self, login: Login, nonce: str, *, fresh: bool = False) -> str:
        """Return where the browser goes."""
        ...

    async def exchange(self, login: Login, answer: Mapping[str, str]) -> Identified:
        """Exchange the answer's code (RFC 9207 `iss` checked); raise `Denied` when it is refused."""
        ...

    def hint(self, login: Login) -> Hint | None:
        """Return what userinfo told about who logged in, if it was asked."""
        ...

    async def logout_url(self, iss: str) -> str | None:
        """Return where a browser logs out at that provider too, None where that is nowhere."""
        ...

    async def logged_out(self, token: str) -> LoggedOut:
        """Verify a provider's logout token, which serves once; raise `Refusal`."""
        ...


@dataclass(frozen=True)
class WebFiles:
    """The web client: its files by path, as they are and with gzip, and the manifest over them.

    A file that the build compressed with Brotli is one of them, under its path and `.br`.
    `addresses` are those that it may ask beside its own: registrars.
    """

    manifest: WebManifest
    plain: Mapping[str, bytes]
    gzipped: Mapping[str, bytes]
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class WebVersion:
    """The web client that this hub serves, and the leaf that says so."""

    files: WebFiles
    leaf: int


@dataclass(frozen=True)
class Limits:
    """Bounds from the settings: bytes and milliseconds."""

    request: int
    upload: int
    window_ms: int
    session_ms: int
    step_up_ms: int
    held: int
    live: LiveLimits


@dataclass(frozen=True)
class Hub:
    """Everything an entry point needs, built by bootstrap."""

    origin: str
    store: Store
    sessions: SessionLookup
    log: PublicLog
    directory: NationalDirectory
    blobs: Blobs
    trust: TrustBundle
    policy: Policy
    identity: IdentityProvider
    clock: Clock
    random: Callable[[int], bytes]
    limits: Limits
    ready: Callable[[], bool]
    retention: RetentionPolicy
    listen: Callable[[Hints], None]
    web: WebVersion | None = None
