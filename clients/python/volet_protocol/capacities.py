"""Capacities, and the attestations by which a registrar says that a user holds one (docs/spec/trust.md).

An attestation names no one: a user id, a salted hash of the identity, codes. It holds for 366 days at most, because
an attested role that nobody has to renew outlives the employment it rests on (protocol 5.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash
from volet_protocol.operator_roles import ROW, Duty, HeldRole, LogScope, check_apart, check_role, may
from volet_protocol.statements import ALGORITHM, VERSION, UnverifiedStatement, read_type
from volet_protocol.trust_bundle import TrustBundle

TYPE = "attestation"
DAY_MS = 86_400_000
MAX_VALIDITY_MS = 366 * DAY_MS
SALT_SIZE = 16
# Legal bases of professional secrecy: CSP L1110-4; CASF L411-3, L221-6, L133-5, L133-4, L241-10, L345-1,
# L345-2-10, L121-6-2; law of 27 July 2023 (CCAPEX).
SECRET_BASES = frozenset(
    {
        "L1110-4", "L411-3", "L221-6", "L133-5", "L133-4", "L241-10", "L345-1", "L345-2-10", "CCAPEX", "L121-6-2",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Capacity:
    """The one (profession or role, structure) in which somebody acts; never the union of several."""

    row: str
    category: int | None
    profession: str | None
    role: str | None
    structure: str
    secret_basis: tuple[str, ...]

    @staticmethod
    def read(fields: Fields) -> Capacity:
        """Read the wire form; a secret basis outside the closed list is refused."""
        capacity = Capacity(
            row=fields.code("row", 16),
            category=fields.optional("category", lambda name: fields.integer(name, 1, 2)),
            profession=fields.optional("profession", fields.code),
            role=fields.optional("role", fields.code),
            structure=fields.code("structure"),
            secret_basis=tuple(fields.codes("secret_basis", len(SECRET_BASES))),
        )
        fields.done()
        if not SECRET_BASES.issuperset(capacity.secret_basis):
            raise fields.refuse("secret_basis", "is not in the closed list")
        return capacity

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {
            "row": self.row, "structure": self.structure, "secret_basis": list(self.secret_basis),
        }  # fmt: skip
        if self.category is not None:
            value["category"] = self.category
        if self.profession is not None:
            value["profession"] = self.profession
        if self.role is not None:
            value["role"] = self.role
        return value


def has_duty(capacity: Capacity | None, duty: Duty) -> bool:
    """Tell whether somebody who acts in this capacity has a duty of those who watch over the log."""
    return capacity is not None and may(capacity.row, capacity.role, duty)


def audits_emergencies(attestations: Iterable[Attestation], at_ms: int) -> bool:
    """Tell whether somebody with these attestations reviews emergencies now, and does not operate the hub as well."""
    held = list(attestations)
    for one in held:
        if not has_duty(one.capacity, Duty.REVIEW_EMERGENCIES) or not one.from_ms <= at_ms < one.until_ms:
            continue
        try:
            check_roles_apart(one, [other for other in held if other is not one])
        except ProtocolError:
            continue
        return True
    return False


def salted_subject(salt: bytes, iss: str, sub: str) -> str:
    """Return the hash that stands for (issuer, subject) where the identity itself must not be shown.

    `salt` is 16 random bytes that travel with the binding: without it, a list of national ids would be tried.
    """
    if len(salt) != SALT_SIZE:
        raise ProtocolError(Reason.MALFORMED, "salt of a subject")
    return labelled_hash("subject-salted", salt, iss.encode(), b"\n", sub.encode()).hex()


def subject_chain(iss: str, sub: str) -> str:
    """Return the chain id under label `subject` of the heads map: whose value is the newest user chain."""
    return labelled_hash("subject", iss.encode(), b"\n", sub.encode()).hex()


@dataclass(frozen=True)
class Attestation:
    """A capacity of a user that a registrar of the trust bundle signed. Its id is the hash of the statement."""

    id: str
    registrar: bytes
    user: str
    subject: str
    capacity: Capacity
    from_ms: int
    until_ms: int
    scope: LogScope | None = None
    # When its registrar ended it before its time (docs/spec/departures.md); `until_ms` is then no later.
    ended_ms: int | None = None

    def check_at(self, at_ms: int) -> None:
        """Refuse an instant outside the period (start included, end excluded): not-yet or expired."""
        if at_ms < self.from_ms:
            raise ProtocolError(Reason.NOT_YET, TYPE)
        if at_ms >= self.until_ms:
            raise ProtocolError(Reason.EXPIRED, TYPE)

    @staticmethod
    def read(statement: UnverifiedStatement, hub: str) -> Attestation:
        """Read the fields, without judging who signed; raise wrong-hub for another hub's attestation."""
        fields = statement.fields()
        read_type(fields, TYPE)
        if fields.label("hub") != hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        attestation = Attestation(
            id=statement.hash,
            registrar=fields.data("registrar", 32),
            user=fields.hash("user"),
            subject=fields.hash("subject"),
            capacity=Capacity.read(fields.nested("capacity")),
            from_ms=fields.integer("from_ms"),
            until_ms=fields.integer("until_ms"),
            scope=fields.optional("scope", lambda name: LogScope.read(fields.nested(name))),
        )
        fields.done()
        if not 0 < attestation.until_ms - attestation.from_ms <= MAX_VALIDITY_MS:
            raise fields.refuse("until_ms", "is not within 366 days after from_ms")
        return attestation


def attestation_body(
    *, hub: str, registrar: bytes, user: str, subject: str, capacity: Capacity, from_ms: int, until_ms: int,
    scope: LogScope | None = None,
) -> dict[str, JsonValue]:  # fmt: skip
    """Return the body that a registrar signs; `scope` is what an auditor or a data protection officer may look at."""
    return {
        "v": VERSION, "type": TYPE, "alg": ALGORITHM, "hub": hub, "registrar": to_base64url(registrar), "user": user,
        "subject": subject, "capacity": capacity.to_json(), "from_ms": from_ms, "until_ms": until_ms,
        **({} if scope is None else {"scope": scope.to_json()}),
    }  # fmt: skip


def verify_attestation(statement: UnverifiedStatement, bundle: TrustBundle, now_ms: int) -> Attestation:
    """Return the attestation if a registrar of the bundle may make it and it holds at `now_ms`.

    What a registrar that ended attested holds until that end, so that acts before it are judged by it still. Raises
    `ProtocolError`: not-trusted (registrar not listed), not-entitled (row, structure or role of an operator not listed
    for that registrar), bad-signature, not-yet, expired, wrong-hub, malformed.
    """
    attestation = Attestation.read(statement, bundle.hub)
    registrar = bundle.registrar(attestation.registrar)
    verified = statement.verify(registrar.key)
    if not registrar.may_attest(attestation.capacity.row, attestation.capacity.structure):
        raise ProtocolError(Reason.NOT_ENTITLED, f"attestation {verified.hash[:16]} by {registrar.name}")
    held = attestation.capacity
    check_role(held.row, held.role, attestation.scope, attestation.until_ms - attestation.from_ms)
    if held.row == ROW and held.role not in registrar.roles:
        raise ProtocolError(Reason.NOT_ENTITLED, f"role {held.role} by {registrar.name}")
    if registrar.until_ms is not None:
        attestation = replace(attestation, until_ms=min(attestation.until_ms, registrar.until_ms))
    attestation.check_at(now_ms)
    return attestation


def held_role(attestation: Attestation) -> HeldRole | None:
    """Return which of the four roles an attestation gives, None for any other capacity."""
    held = attestation.capacity
    if held.row != ROW or held.role is None:
        return None
    return HeldRole(held.role, attestation.from_ms, attestation.until_ms, attestation.scope)


def check_roles_apart(attestation: Attestation, others: Iterable[Attestation]) -> None:
    """Refuse an attestation whose role somebody may not have beside what `others` give them: not-entitled."""
    new = held_role(attestation)
    if new is not None:
        check_apart([role for one in others if (role := held_role(one)) is not None], new)
