"""What the store gives back: rows as frozen dataclasses, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation
from volet_protocol.completeness import LogKey
from volet_protocol.entry import UnverifiedEntry


@dataclass(frozen=True)
class Session:
    """A session at rest: the hash of its token, whose it is, until when (ms).

    `identified_ms`: when they had last shown themselves to their identity provider, None where that is not known.
    """

    token_hash: str
    user: str
    device: str
    capacity: str | None
    created_ms: int
    expires_ms: int
    identified_ms: int | None = None


@dataclass(frozen=True)
class Login:
    """A login under way. `id_token` is there once the provider answered, `used_ms` once a session came of it.

    `fresh`: the provider was asked to identify them anew, whoever it remembers.
    """

    id: str
    state: str
    user: str
    device: str
    iss: str
    aud: str
    random: bytes
    challenge: bytes
    code_verifier: str
    created_ms: int
    fresh: bool = False
    id_token: str | None = None
    failure: str | None = None
    used_ms: int | None = None


@dataclass(frozen=True)
class StoredLink:
    """A link of any chain, as it came: canonical statement bytes, fact body, and the index of its leaf."""

    seq: int
    hash: str
    statement: bytes
    fact: bytes | None = None
    leaf: int = 0


@dataclass(frozen=True)
class UserLink:
    """A link of a user chain, with the boxes that travel beside it (canonical JSON)."""

    seq: int
    hash: str
    statement: bytes
    boxes: bytes | None


@dataclass(frozen=True)
class BindingRecord:
    """An ID token that binds a user id, the opening of its nonce, and the leaf of its deposit. Erasable."""

    user: str
    id_token: str
    iss: str
    aud: str
    random: bytes
    subject_chain: str
    iat_ms: int
    recorded_ms: int
    leaf: int


@dataclass(frozen=True)
class StoredAttestation:
    """An attestation and its statement's canonical bytes."""

    attestation: Attestation
    statement: bytes
    leaf: int


@dataclass(frozen=True)
class StoredEntry:
    """An entry in its list: index `n` from 1, and h(n)."""

    entry: UnverifiedEntry
    statement: bytes
    n: int
    h: str
    device: str
    deposit_ms: int
    leaf: int
    take_back: bytes | None = None
    take_back_leaf: int | None = None
    erase_leaf: int | None = None

    @property
    def gone(self) -> bool:
        """Whether its shares are destroyed: its author took it back, or a decision erased it."""
        return self.take_back is not None or self.erase_leaf is not None


@dataclass(frozen=True)
class Looking:
    """What may make the rules answer somebody differently about two entries of one list.

    Their id, `at_ms`, instants that a writing may be before or not, and the entries that must be asked about alone.
    """

    user: str
    at_ms: int
    instants: tuple[int, ...]
    apart: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """Entries of a list that the rules answer alike: the index of one, how many stand, how many are new, the key."""

    n: int
    count: int
    new: int
    key: tuple[str | int | None, ...]


@dataclass(frozen=True)
class StoredPart:
    """Where the ciphertext of a part is: in the row when it is small, else a blob. `size` in bytes of ciphertext."""

    part: str
    size: int
    inline: bytes | None
    blob: str | None


@dataclass(frozen=True)
class Answered:
    """A request that was answered: hash of the signed request, its leaf, what was answered (canonical JSON)."""

    hash: str
    leaf: int
    answer: bytes


@dataclass(frozen=True)
class LogKeyPeriod:
    """The key of a period of a case and class, in use from an instant to another (milliseconds), None: still."""

    key: LogKey
    from_ms: int
    until_ms: int | None


@dataclass(frozen=True)
class LogRecord:
    """What one leaf commits to: canonical payloads and their openings, None once erased; the case of the act."""

    index: int
    leaf: bytes
    view: bytes | None
    view_opening: bytes | None
    identity: bytes | None
    identity_opening: bytes | None
    case: str | None = None


@dataclass(frozen=True)
class TableInForce:
    """A decision table, the controllers' activation of it (None: it is the ceiling itself), and the leaf that says so.

    `since_ms` is when this hub first decided by it; `statement` the activation as it was signed.
    """

    table: str
    activation: str | None
    data: bytes
    since_ms: int
    leaf: int
    statement: JsonObject | None = None
