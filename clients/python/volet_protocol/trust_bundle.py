"""The trust bundle: everything a client must never learn from the hub alone (docs/spec/trust.md).

Precedent: TUF's root role. Deviations: one file instead of four roles, and no expiry of the bundle itself, because
a hub whose controller is slow must not lock people out of their own case; keys inside it expire one by one.

1. Signed by k of the n controller keys that it lists.
2. A successor has a greater version and is signed by k of the OLD controllers too; the hub's origin never changes.
   A log that ended stays listed behind the one that follows it.
3. Two bundles of one version are a fork: both are kept as evidence, neither replaces the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol import cosigned, keys
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.cosigned import Controllers, UnverifiedCosigned
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.previous_logs import PreviousLog, chained, check_succession, read_previous
from volet_protocol.statements import ALGORITHM, VERSION, read_type
from volet_protocol.trust_parties import Issuer, Registrar

TYPE = "trust-bundle"
# How the person's screen calls who looked: the names of her own team list, or functions and services only (F17).
TEAM_NAMES, ROLES_ONLY = "team", "roles"


@dataclass(frozen=True)
class Minimum:
    """What clients must at least be: their version, and the algorithms still accepted."""

    version: str
    algorithms: tuple[str, ...]

    @staticmethod
    def read(fields: Fields) -> Minimum:
        """Read the wire form; refuse a list without the algorithm of the bundle itself."""
        minimum = Minimum(fields.code("version", 32), tuple(fields.codes("algorithms", 64)))
        numbers(minimum.version)
        fields.done()
        if ALGORITHM not in minimum.algorithms:
            raise ProtocolError(Reason.WRONG_ALGORITHM, fields.what)
        return minimum

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"version": self.version, "algorithms": list(self.algorithms)}

    def admits(self, version: str) -> bool:
        """Tell whether a client of this version (dotted integers) may still be used."""
        return numbers(version) >= numbers(self.version)


def numbers(version: str) -> tuple[int, ...]:
    """Return the integers of a dotted version such as `1.4.0`; refuse anything else."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() and str(int(part)) == part for part in parts):
        raise ProtocolError(Reason.MALFORMED, f"version {version}")
    return tuple(int(part) for part in parts)


@dataclass(frozen=True)
class TrustBundle:
    """A bundle whose signatures were checked."""

    version: int
    hub: str
    log_origin: str
    log_vkey: str
    log_policy: str
    issuers: tuple[Issuer, ...]
    registrars: tuple[Registrar, ...]
    controllers: Controllers
    ceiling: str
    minimum: Minimum
    hash: str
    access_names: str = TEAM_NAMES
    previous_logs: tuple[PreviousLog, ...] = ()

    @staticmethod
    def read(data: bytes) -> UnverifiedBundle:
        """Parse the file `trust.json`; raise `ProtocolError` on an unknown field or a second spelling."""
        signed = cosigned.parse(data)
        return UnverifiedBundle(signed, _content(signed))

    def issuer(self, iss: str) -> Issuer:
        """Return a listed issuer; raise wrong-issuer."""
        for issuer in self.issuers:
            if issuer.iss == iss:
                return issuer
        raise ProtocolError(Reason.WRONG_ISSUER, "issuer not in the trust bundle")

    def registrar(self, key: bytes) -> Registrar:
        """Return a listed registrar; raise not-trusted."""
        for registrar in self.registrars:
            if registrar.key == key:
                return registrar
        raise ProtocolError(Reason.NOT_TRUSTED, "registrar not in the trust bundle")

    @property
    def log(self) -> LogVerifier:
        """The log in use, which knows those before it; raise `ProtocolError` for keys or a policy that do not read."""
        current = LogVerifier.configured(self.log_origin, self.log_vkey, self.log_policy)
        return chained(current, self.previous_logs)

    def to_body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            "v": VERSION, "type": TYPE, "alg": ALGORITHM, "version": self.version, "hub": self.hub,
            "log_origin": self.log_origin, "log_vkey": self.log_vkey, "log_policy": self.log_policy,
            "issuers": [issuer.to_json() for issuer in self.issuers],
            "registrars": [registrar.to_json() for registrar in self.registrars],
            "controllers": self.controllers.to_json(), "ceiling": self.ceiling, "minimum": self.minimum.to_json(),
            **({} if self.access_names == TEAM_NAMES else {"access_names": self.access_names}),
            **({"previous_logs": [one.to_json() for one in self.previous_logs]} if self.previous_logs else {}),
        }  # fmt: skip


@dataclass(frozen=True)
class UnverifiedBundle:
    """A parsed bundle whose signatures have not been checked."""

    signed: UnverifiedCosigned
    content: TrustBundle

    @property
    def hash(self) -> str:
        """SHA-256 of the signed bytes, in hex."""
        return self.signed.hash

    def verify(self, previous: TrustBundle | None) -> TrustBundle:
        """Return the bundle to use from now on.

        `previous` is the one in use, None at first use (the caller shows the hash to a human then). Raises
        `ProtocolError`: not-trusted or bad-signature, rolled-back for an older version, forked for another bundle of
        the same version, wrong-hub, wrong-origin where the log in use was not carried on.
        """
        self.signed.require(self.content.controllers)
        if previous is None or previous.hash == self.hash:
            return self.content
        if self.content.hub != previous.hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        if self.content.version == previous.version:
            raise ProtocolError(Reason.FORKED, f"{TYPE} version {previous.version}")
        if self.content.version < previous.version:
            raise ProtocolError(Reason.ROLLED_BACK, f"{TYPE} version {self.content.version}")
        self.signed.require(previous.controllers)
        check_succession(
            (previous.log_origin, previous.previous_logs), (self.content.log_origin, self.content.previous_logs)
        )
        return self.content


def _content(signed: UnverifiedCosigned) -> TrustBundle:
    fields = Fields(signed.body, TYPE)
    read_type(fields, TYPE)
    bundle = TrustBundle(
        version=fields.integer("version", 1),
        hub=fields.label("hub"),
        log_origin=fields.label("log_origin"),
        log_vkey=fields.label("log_vkey", 8192),
        log_policy=fields.text("log_policy"),
        issuers=tuple(Issuer.read(item) for item in fields.objects("issuers", 64)),
        registrars=tuple(Registrar.read(item) for item in fields.objects("registrars", 1024)),
        controllers=Controllers.read(fields.nested("controllers")),
        ceiling=fields.hash("ceiling"),
        minimum=Minimum.read(fields.nested("minimum")),
        hash=signed.hash,
        # Absent means `team`: written out it would be a second spelling.
        access_names=fields.optional("access_names", lambda name: fields.choice(name, frozenset({ROLES_ONLY})))
        or TEAM_NAMES,
        previous_logs=read_previous(fields, str(signed.body.get("log_origin"))),
    )
    fields.done()
    # Listed twice, the first entry would silently decide which keys count.
    if len({issuer.iss for issuer in bundle.issuers}) != len(bundle.issuers):
        raise fields.refuse("issuers", "holds a duplicate")
    if len({registrar.key for registrar in bundle.registrars}) != len(bundle.registrars):
        raise fields.refuse("registrars", "holds a duplicate")
    for registrar in bundle.registrars:
        keys.check_public_key(registrar.key)
    return bundle


def sign_bundle(body: JsonObject, signers: Iterable[SigningKey]) -> bytes:
    """Return the file: the body signed by each key. A successor is signed by k of the old controllers too."""
    return cosigned.cosign(body, signers).to_bytes()
