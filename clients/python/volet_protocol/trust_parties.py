"""Identity issuers and registrars, as the trust bundle lists them (docs/spec/trust.md)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.operator_roles import check_registrar

SELF, REGISTRAR = "self", "registrar"
MODES = frozenset({SELF, REGISTRAR})
# The members of each kind of public key, all base64url (RFC 7518 section 6, RFC 8037); no private member passes.
JWK_MEMBERS = {"EC": ("x", "y"), "OKP": ("x",), "RSA": ("n", "e")}
_CURVES = {"EC": frozenset({"P-256"}), "OKP": frozenset({"Ed25519"})}


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
class Audience:
    """A relying party at an identity provider, and what a token made for it proves (protocol section 5.2).

    Mode `registrar`: it is run by another institution than the hub, and a binding is proof. Mode `self`: the hub runs
    it and could obtain a binding silently: an introduction only.
    """

    aud: str
    mode: str

    @staticmethod
    def read(fields: Fields) -> Audience:
        """Read the wire form."""
        audience = Audience(fields.label("aud"), fields.choice("mode", MODES))
        fields.done()
        return audience

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"aud": self.aud, "mode": self.mode}


@dataclass(frozen=True)
class Issuer:
    """An identity provider: under whose keys, for which relying parties. One provider may serve both modes."""

    iss: str
    audiences: tuple[Audience, ...]
    keys: tuple[IssuerKey, ...]
    rows: tuple[str, ...]
    structures: tuple[str, ...]

    @staticmethod
    def read(fields: Fields) -> Issuer:
        """Read the wire form."""
        issuer = Issuer(
            iss=fields.label("iss"),
            audiences=tuple(Audience.read(item) for item in fields.objects("audiences", 64)),
            keys=tuple(IssuerKey.read(item) for item in fields.objects("keys", 64)),
            rows=tuple(fields.codes("rows", 256)),
            structures=tuple(fields.codes("structures")),
        )
        fields.done()
        # Listed in both modes, an introduction would pass for proof.
        if len({audience.aud for audience in issuer.audiences}) != len(issuer.audiences):
            raise fields.refuse("audiences", "holds a duplicate")
        if len({key.kid for key in issuer.keys}) != len(issuer.keys):
            raise fields.refuse("keys", "holds a duplicate")
        return issuer

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "iss": self.iss, "audiences": [audience.to_json() for audience in self.audiences],
            "keys": [key.to_json() for key in self.keys],
            "rows": list(self.rows), "structures": list(self.structures),
        }  # fmt: skip

    def audience(self, aud: str) -> Audience:
        """Return the relying party of that client id; raise wrong-audience."""
        for audience in self.audiences:
            if audience.aud == aud:
                return audience
        raise ProtocolError(Reason.WRONG_AUDIENCE, "audience not in the trust bundle")

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


def _some_codes(fields: Fields, name: str) -> tuple[str, ...]:
    """Take a list whose absence means none: an empty one written out would be a second spelling."""
    found = tuple(fields.codes(name, 4))
    if not found:
        raise fields.refuse(name, "is empty")
    return found


@dataclass(frozen=True)
class Registrar:
    """A key that attests capacities: for these rows, in these structures, nowhere else.

    `roles`: which of the four roles of row O14. `until_ms`: it ended then; what it attested counts for what was before.
    """

    name: str
    key: bytes
    rows: tuple[str, ...]
    structures: tuple[Structure, ...]
    roles: tuple[str, ...] = ()
    until_ms: int | None = None

    @staticmethod
    def read(fields: Fields) -> Registrar:
        """Read the wire form."""
        registrar = Registrar(
            name=fields.label("name"),
            key=fields.data("key", 32),
            rows=tuple(fields.codes("rows", 256)),
            structures=tuple(Structure.read(item) for item in fields.objects("structures")),
            roles=fields.optional("roles", lambda name: _some_codes(fields, name)) or (),
            until_ms=fields.optional("until_ms", fields.integer),
        )
        fields.done()
        check_registrar(registrar.roles, registrar.rows)
        if len({structure.id for structure in registrar.structures}) != len(registrar.structures):
            raise fields.refuse("structures", "holds a duplicate")
        return registrar

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "name": self.name, "key": to_base64url(self.key), "rows": list(self.rows),
            "structures": [structure.to_json() for structure in self.structures],
            **({"roles": list(self.roles)} if self.roles else {}),
            **({} if self.until_ms is None else {"until_ms": self.until_ms}),
        }  # fmt: skip

    def may_attest(self, row: str, structure: str) -> bool:
        """Tell whether this registrar may attest that row in that structure."""
        return row in self.rows and any(known.id == structure for known in self.structures)
