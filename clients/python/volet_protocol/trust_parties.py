"""Identity issuers and registrars, as the trust bundle lists them (docs/spec/trust.md)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields

MODES = frozenset({"self", "registrar"})
# The members of each kind of public key, all base64url (RFC 7518 section 6, RFC 8037); no private member passes.
JWK_MEMBERS = {"EC": ("x", "y"), "OKP": ("x",), "RSA": ("n", "e")}
_CURVES = {"EC": frozenset({"P-256"}), "OKP": frozenset({"Ed25519"})}


def labels(fields: Fields, name: str, limit: int = 1024) -> tuple[str, ...]:
    """Read a list of distinct single-line strings, for identifiers that are URLs."""
    found = [Fields({name: item}, fields.what).label(name) for item in fields.items(name, limit)]
    if len(set(found)) != len(found):
        raise fields.refuse(name, "holds a duplicate")
    return tuple(found)


@dataclass(frozen=True)
class IssuerKey:
    """A public key of an issuer and the period in which tokens under it count."""

    kid: str
    jwk: dict[str, str]
    from_ms: int
    until_ms: int | None

    @staticmethod
    def read(fields: Fields) -> IssuerKey:
        """Read the wire form; refuse another key type or curve, and an empty period."""
        key = fields.nested("jwk")
        kty = key.choice("kty", frozenset(JWK_MEMBERS))
        jwk = {"kty": kty}
        if kty in _CURVES:
            jwk["crv"] = key.choice("crv", _CURVES[kty])
        for member in JWK_MEMBERS[kty]:
            jwk[member] = to_base64url(key.data(member, limit=1024))
        key.done()
        found = IssuerKey(
            kid=fields.label("kid"),
            jwk=jwk,
            from_ms=fields.integer("from_ms"),
            until_ms=fields.optional("until_ms", fields.integer),
        )
        fields.done()
        if found.until_ms is not None and found.until_ms <= found.from_ms:
            raise fields.refuse("until_ms", "is not after from_ms")
        return found

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {"kid": self.kid, "jwk": self.jwk, "from_ms": self.from_ms}
        if self.until_ms is not None:
            value["until_ms"] = self.until_ms
        return value

    def check_at(self, at_ms: int) -> None:
        """Refuse an instant outside the key's period: not-yet or expired."""
        if at_ms < self.from_ms:
            raise ProtocolError(Reason.NOT_YET, "issuer key")
        if self.until_ms is not None and at_ms >= self.until_ms:
            raise ProtocolError(Reason.EXPIRED, "issuer key")


@dataclass(frozen=True)
class Issuer:
    """An identity provider: whose keys, for which audiences, in which mode (protocol section 5).

    Mode `registrar`: the audiences belong to a relying party run by another institution, and a binding is proof.
    Mode `self`: the hub is its own relying party and could obtain a binding silently: an introduction only.
    """

    iss: str
    mode: str
    audiences: tuple[str, ...]
    keys: tuple[IssuerKey, ...]
    rows: tuple[str, ...]
    structures: tuple[str, ...]

    @staticmethod
    def read(fields: Fields) -> Issuer:
        """Read the wire form."""
        issuer = Issuer(
            iss=fields.label("iss"),
            mode=fields.choice("mode", MODES),
            audiences=labels(fields, "audiences", 64),
            keys=tuple(IssuerKey.read(item) for item in fields.objects("keys", 64)),
            rows=tuple(fields.codes("rows", 256)),
            structures=tuple(fields.codes("structures")),
        )
        fields.done()
        if len({key.kid for key in issuer.keys}) != len(issuer.keys):
            raise fields.refuse("keys", "holds a duplicate")
        return issuer

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "iss": self.iss, "mode": self.mode, "audiences": list(self.audiences),
            "keys": [key.to_json() for key in self.keys],
            "rows": list(self.rows), "structures": list(self.structures),
        }  # fmt: skip

    def key(self, kid: str) -> IssuerKey:
        """Return the key of that id; raise not-trusted."""
        for key in self.keys:
            if key.kid == kid:
                return key
        raise ProtocolError(Reason.NOT_TRUSTED, "issuer key not in the trust bundle")


@dataclass(frozen=True)
class Structure:
    """A structure whose roles a registrar may attest: identifier, name shown to people, kind."""

    id: str
    label: str
    kind: str

    @staticmethod
    def read(fields: Fields) -> Structure:
        """Read the wire form."""
        structure = Structure(fields.code("id"), fields.label("label"), fields.code("kind", 64))
        fields.done()
        return structure

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"id": self.id, "label": self.label, "kind": self.kind}


@dataclass(frozen=True)
class Registrar:
    """A key that attests capacities: for these rows, in these structures, nowhere else."""

    name: str
    key: bytes
    rows: tuple[str, ...]
    structures: tuple[Structure, ...]

    @staticmethod
    def read(fields: Fields) -> Registrar:
        """Read the wire form."""
        registrar = Registrar(
            name=fields.label("name"),
            key=fields.data("key", 32),
            rows=tuple(fields.codes("rows", 256)),
            structures=tuple(Structure.read(item) for item in fields.objects("structures")),
        )
        fields.done()
        if len({structure.id for structure in registrar.structures}) != len(registrar.structures):
            raise fields.refuse("structures", "holds a duplicate")
        return registrar

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "name": self.name, "key": to_base64url(self.key), "rows": list(self.rows),
            "structures": [structure.to_json() for structure in self.structures],
        }  # fmt: skip

    def may_attest(self, row: str, structure: str) -> bool:
        """Tell whether this registrar may attest that row in that structure."""
        return row in self.rows and any(known.id == structure for known in self.structures)
