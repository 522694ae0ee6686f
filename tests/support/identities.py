"""Users, their devices, a trust bundle and attestations, the same at each run: every key and id comes from an integer.

Sealing draws randomness, and ids hash what they seal; so boxes of user seeds are stand-ins of the right size here
(`boxes` of the create link), and a test that opens boxes seals its own with `volet_protocol.user_keys`.

bundle = make_bundle()
doctor = make_user(1)
statement = attest(doctor, "H1", "clinic")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from volet_protocol import user_bodies, user_chain, user_keys
from volet_protocol.binding import Binding, nonce
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import (
    DAY_MS,
    Attestation,
    Capacity,
    attestation_body,
    salted_subject,
    verify_attestation,
)
from volet_protocol.cosigned import Controllers
from volet_protocol.encodings import to_base64url
from volet_protocol.hashing import hkdf_expand, sha256
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.operator_roles import AUDITOR, OPERATING, ROW, WATCHING, LogScope
from volet_protocol.statements import HeadRef, Preamble, Statement, UnverifiedStatement, sign
from volet_protocol.trust_bundle import Minimum, TrustBundle, sign_bundle
from volet_protocol.trust_parties import REGISTRAR as PROOF
from volet_protocol.trust_parties import SELF, Audience, Issuer, IssuerKey, Registrar, Structure
from volet_protocol.user_chain import UserChain
from volet_protocol.user_links import RECOVERY, PublicKeys, with_boxes

BOX_SIZE = 1168
HUB = "http://127.0.0.1:8080"
ISS = "https://id.example"
AUDIENCE = "volet-registrar"
SELF_ISS = "https://self.example"
SELF_AUDIENCE = "volet-hub"
# 2026-01-05 09:00 in Paris: the first Monday of the year.
START_MS = 1_767_600_000_000
ROWS = ("H1", "H1p", "H2", "H3", "H4", "H5", "S1", "S2", "S5", "S7a", "S8", "S9", "S10", "S11", "S13", "M1", "M2",
        "C1", "C2", "C3", "O14")  # fmt: skip
STRUCTURES = (
    Structure("clinic", "Clinique des Tilleuls", "health_establishment"),
    Structure("dac", "DAC du Val", "dac"),
    Structure("practice", "Cabinet du Pont", "practice"),
    Structure("pharmacy", "Pharmacie de la Gare", "pharmacy"),
    Structure("ssiad", "SSIAD du Val", "esms"),
    Structure("ase", "Service de protection de l'enfance", "ase"),
    Structure("mdph", "MDPH du Val", "mdph"),
    Structure("ccas", "CCAS de Villeneuve", "ccas"),
    Structure("operator", "Exploitant du service", "operator"),
)


def seed32(name: str, number: int = 0) -> bytes:
    """32 bytes that look random and never change."""
    return sha256(f"volet test seed {name} {number}".encode())


@dataclass(frozen=True)
class TestDevice:
    """A device with its private keys."""

    __test__ = False
    sign: SigningKey
    box: BoxKey

    @property
    def public(self) -> PublicKeys:
        return PublicKeys(self.sign.public, self.box.public)

    @property
    def id(self) -> str:
        return self.public.id


def stand_in_boxes(recipients: Iterable[str], name: str) -> dict[str, bytes]:
    """Bytes of a box's size for each recipient."""
    return {to: hkdf_expand(seed32(f"box {name} {to}"), "test-box", size=BOX_SIZE) for to in recipients}


def make_device(name: str, number: int = 0) -> TestDevice:
    return TestDevice(SigningKey(seed32(f"sign {name}", number)), BoxKey(seed32(f"box {name}", number)))


@dataclass(frozen=True)
class TestUser:
    """A user with everything they hold. `recovery` has the shape of a device: a signing key and a box key."""

    __test__ = False
    number: int
    chain: UserChain
    device: TestDevice
    recovery: TestDevice
    seeds: tuple[bytes, ...]
    boxes: dict[str, bytes]

    @property
    def user(self) -> str:
        return self.chain.user

    @property
    def head(self) -> HeadRef:
        return self.chain.head

    @property
    def signing_key(self) -> SigningKey:
        return self.device.sign

    @property
    def box_key(self) -> BoxKey:
        """The device's X-Wing key: opens boxes of user seeds."""
        return self.device.box

    @property
    def user_seed(self) -> bytes:
        """The seed of the current generation."""
        return self.seeds[-1]

    @property
    def user_key(self) -> BoxKey:
        """The X-Wing key of the current generation: opens grants, rotations, openings."""
        return BoxKey(self.user_seed)

    @property
    def generation(self) -> int:
        return self.chain.generation

    def preamble(self, now_ms: int) -> Preamble:
        return Preamble(self.chain.hub, self.user, self.device.id, self.head, now_ms)

    def sign(self, body: JsonObject) -> Statement:
        return sign(body, self.device.sign)

    def generation_body(self, body: Callable[[JsonObject], JsonObject], to: Iterable[str]) -> JsonObject:
        """Return the body that starts the next generation, with the hashes of its boxes."""
        number = self.generation + 1
        seed = next_seed(self)
        sealed = user_keys.seal_previous_seed(self.user_seed, seed, self.user, number)
        unboxed = body(user_bodies.generation_fields(number, BoxKey(seed).public, sealed))
        return with_boxes(unboxed, stand_in_boxes(to, f"{self.number} {number}"))

    def after(self, link: UnverifiedStatement, now_ms: int, *, seed: bytes | None = None) -> TestUser:
        """Return the user whose chain has this link; `seed` when it started a generation."""
        seeds = self.seeds if seed is None else (*self.seeds, seed)
        return replace(self, chain=user_chain.extend(self.chain, link, now_ms), seeds=seeds)

    def rotate_user_key(self, now_ms: int) -> TestUser:
        """Return the user at the next generation, by a `user-key` link."""
        to = [*self.chain.recipients(), RECOVERY]
        preamble = self.preamble(now_ms)
        body = self.generation_body(lambda fields: user_bodies.user_key_body(preamble, fields), to)
        return self.after(self.sign(body), now_ms, seed=next_seed(self))

    def add_device(self, device: TestDevice, now_ms: int) -> TestUser:
        """Return the user with a second device; the first stays the one that signs."""
        unboxed = user_bodies.device_add_body(self.preamble(now_ms), device.public)
        body = with_boxes(unboxed, stand_in_boxes([device.id], f"{self.number} {self.generation}"))
        return self.after(self.sign(body), now_ms)

    def revoke_device(self, target: str, now_ms: int) -> TestUser:
        """Return the user without that device, at the next generation."""
        stay = [to for to in self.chain.recipients() if to != target]
        preamble = self.preamble(now_ms)
        body = self.generation_body(
            lambda fields: user_bodies.device_revoke_body(preamble, target, fields),
            [*stay, RECOVERY],
        )
        return self.after(self.sign(body), now_ms, seed=next_seed(self))


def next_seed(user: TestUser) -> bytes:
    return seed32(f"user seed {user.number}", user.generation + 1)


def create_boxes(number: int) -> dict[str, bytes]:
    """What travels beside the first link of user `number`."""
    return stand_in_boxes([make_device("device", number).id, RECOVERY], f"{number} 1")


def create_statement(number: int, now_ms: int, hub: str = HUB) -> Statement:
    """The first link of user `number`, signed by their first device."""
    device, recovery = make_device("device", number), make_device("recovery", number)
    unboxed = user_bodies.create_body(
        hub=hub,
        time_ms=now_ms,
        salt=seed32("salt", number)[:16],
        device=device.public,
        recovery=recovery.public,
        user_box=BoxKey(seed32(f"user seed {number}", 1)).public,
    )
    return sign(with_boxes(unboxed, create_boxes(number)), device.sign)


def make_user(seed: int, now_ms: int = START_MS, hub: str = HUB) -> TestUser:
    """Return user `seed`, whose chain was created two days before `now_ms`, so that their device may do everything."""
    create = create_statement(seed, now_ms - 2 * DAY_MS, hub)
    return TestUser(
        number=seed,
        chain=user_chain.start(create),
        device=make_device("device", seed),
        recovery=make_device("recovery", seed),
        seeds=(seed32(f"user seed {seed}", 1),),
        boxes=create_boxes(seed),
    )


REGISTRAR = SigningKey(seed32("registrar"))
OPERATOR = SigningKey(seed32("registrar of operators"))
CONTROLLER = SigningKey(seed32("controller"))

ISSUER = SigningKey(seed32("issuer"))
ISSUER_KEY = IssuerKey("k1", {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(ISSUER.public)}, 0, None)


def bound(aud: str, user: str) -> Binding:
    """A binding that the one identity provider of hub and registrar signed for that audience."""
    random = seed32("random")
    claims = {"iss": ISS, "aud": aud, "sub": "899700000001", "iat": START_MS // 1000,
              "nonce": nonce(HUB, ISS, aud, user, random)}  # fmt: skip
    parts = ({"alg": "EdDSA", "kid": "k1"}, claims)
    message = ".".join(to_base64url(json.dumps(part).encode()) for part in parts)
    return Binding(f"{message}.{to_base64url(ISSUER.sign(message.encode()))}", ISS, aud, random)


def bundle_body(
    *,
    hub: str = HUB,
    version: int = 1,
    issuer_keys: Sequence[IssuerKey] = (),
    ceiling: str = "0" * 64,
    structures: Sequence[Structure] = STRUCTURES,
    log_vkey: str = "log.example+00000000+AAAA",
    ended_ms: int | None = None,
) -> dict[str, JsonValue]:
    """The body of a bundle with one controller, a registrar, another of who runs the hub, two issuers.

    `ended_ms`: when the first registrar ended.
    """
    ids = tuple(structure.id for structure in structures)
    bundle = TrustBundle(
        version=version,
        hub=hub,
        log_origin="log.example",
        log_vkey=log_vkey,
        log_policy="quorum none\n",
        issuers=(
            Issuer(ISS, (Audience(AUDIENCE, PROOF), Audience(SELF_AUDIENCE, SELF)), tuple(issuer_keys), ROWS, ids),
            Issuer(SELF_ISS, (Audience(SELF_AUDIENCE, SELF),), tuple(issuer_keys), ROWS, ids),
        ),
        registrars=(
            Registrar(
                "Établissement du Val", REGISTRAR.public, ROWS, tuple(structures), tuple(sorted(WATCHING)), ended_ms
            ),
            # Another institution attests who runs the hub.
            Registrar("Exploitant", OPERATOR.public, (ROW,), tuple(structures), tuple(sorted(OPERATING))),
        ),
        controllers=Controllers(1, (CONTROLLER.public,)),
        ceiling=ceiling,
        minimum=Minimum("0.1.0", ("ed25519",)),
        hash="",
    )
    return bundle.to_body()


def make_bundle(
    *,
    hub: str = HUB,
    version: int = 1,
    issuer_keys: Sequence[IssuerKey] = (),
    ceiling: str = "0" * 64,
    log_vkey: str = "log.example+00000000+AAAA",
    ended_ms: int | None = None,
) -> TrustBundle:
    body = bundle_body(
        hub=hub, version=version, issuer_keys=issuer_keys, ceiling=ceiling, log_vkey=log_vkey, ended_ms=ended_ms
    )
    return TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None)


def capacity(
    row: str,
    structure: str,
    *,
    category: int | None = None,
    profession: str | None = None,
    role: str | None = None,
    secret_basis: Sequence[str] = ("L1110-4",),
) -> Capacity:
    """A capacity; the category follows the row's first letter when it is not given (H = 1, S = 2, else none)."""
    if category is None:
        category = {"H": 1, "S": 2}.get(row[0])
    return Capacity(row, category, profession, role, structure, tuple(secret_basis))


def attest(
    user: TestUser,
    row: str,
    structure: str,
    *,
    category: int | None = None,
    profession: str | None = None,
    role: str | None = None,
    secret_basis: Sequence[str] = ("L1110-4",),
    from_ms: int = START_MS - DAY_MS,
    until_ms: int | None = None,
    scope: LogScope | None = None,
) -> Statement:
    """The registrar's statement that this user holds that capacity, for 300 days unless told otherwise.

    Row O14 is an auditor of everything unless told otherwise; who runs the hub is attested by another registrar.
    """
    role, scope = watching(row, role, scope)
    registrar = OPERATOR if role in OPERATING else REGISTRAR
    body = attestation_body(
        hub=user.chain.hub,
        registrar=registrar.public,
        user=user.user,
        subject=salted_subject(seed32("subject salt", user.number)[:16], ISS, f"subject-{user.number}"),
        capacity=capacity(
            row, structure, category=category, profession=profession, role=role, secret_basis=secret_basis
        ),
        from_ms=from_ms,
        until_ms=from_ms + 300 * DAY_MS if until_ms is None else until_ms,
        scope=scope,
    )
    return sign(body, registrar)


def watching(row: str, role: str | None, scope: LogScope | None) -> tuple[str | None, LogScope | None]:
    """The role and scope of an attestation: of row O14 an auditor, and everything, unless told otherwise."""
    if row != ROW:
        return role, scope
    role = role or AUDITOR
    return role, (scope or LogScope()) if role in WATCHING else None


def attested(user: TestUser, row: str, structure: str, bundle: TrustBundle, now_ms: int = START_MS) -> Attestation:
    """The verified attestation, with the defaults of `attest`."""
    return verify_attestation(attest(user, row, structure), bundle, now_ms)
