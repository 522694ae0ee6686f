"""The links of a user chain: reading and composing (docs/spec/users.md). What they do is judged in `user_chain`.

`boxes` names, for each device id or `recovery`, the SHA-256 of a box of the user seed; boxes travel beside the link.
They are bound to SHA-256(canonical(body without `boxes` and `consent`)), see `key_context`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from volet_protocol import canonical, keys
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import is_hash, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import LABEL, labelled_hash, sha256
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement, read_type

RECOVERY = "recovery"
SALT_SIZE = 16
SEALED_SIZE = 48
MAX_DEVICES = 64
LINK_TYPES = frozenset(
    {
        "user-create", "device-add", "device-revoke", "user-key", "recovery-set", "recovery-replace", "recovery-veto",
        "recover", "chain-close",
    }
)  # fmt: skip


@dataclass(frozen=True)
class PublicKeys:
    """The public half of a device or of a recovery slot: Ed25519 and X-Wing."""

    sign: bytes
    box: bytes

    @property
    def id(self) -> str:
        """The device id: hash of both keys. A recovery slot has one too, as author of what it signs."""
        return labelled_hash("device", self.sign, self.box).hex()

    @staticmethod
    def read(fields: Fields) -> PublicKeys:
        """Read the wire form; refuse bad keys."""
        found = PublicKeys(fields.data("sign", keys.SEED_SIZE), fields.data("box", keys.BOX_PUBLIC_SIZE))
        fields.done()
        keys.check_public_key(found.sign)
        keys.load_box_public(found.box)
        return found

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"sign": to_base64url(self.sign), "box": to_base64url(self.box)}


@dataclass(frozen=True)
class Generation:
    """A generation of the user key: its public key, the previous seed sealed under it, hashes of the boxes."""

    number: int
    user_box: bytes
    sealed: bytes | None
    boxes: Mapping[str, str]


@dataclass(frozen=True)
class Create:
    """The first link: its hash is the user id."""

    hub: str
    time_ms: int
    device: PublicKeys
    recovery: PublicKeys
    generation: Generation


@dataclass(frozen=True)
class DeviceAdd:
    """A further device, boxed the current user seed."""

    device: PublicKeys
    boxes: Mapping[str, str]


@dataclass(frozen=True)
class DeviceRevoke:
    """A device leaves; the next generation comes in the same link, unless the link crosses another revocation."""

    target: str
    generation: Generation | None


@dataclass(frozen=True)
class UserKey:
    """The next generation, for no other reason."""

    generation: Generation


@dataclass(frozen=True)
class RecoverySet:
    """Another recovery key, with the consent of the old one: in force at once."""

    recovery: PublicKeys
    generation: Generation
    consent: bytes
    consent_bytes: bytes


@dataclass(frozen=True)
class RecoveryReplace:
    """Another recovery key without the old one: in force after 72 hours without veto."""

    recovery: PublicKeys


@dataclass(frozen=True)
class RecoveryVeto:
    """Any device stops a pending replacement, named by its hash."""

    replace: str


@dataclass(frozen=True)
class Recover:
    """Signed by the recovery key: links disowned, devices kept, one new device, a new slot, a new generation."""

    not_mine: tuple[str, ...]
    keep: tuple[str, ...]
    device: PublicKeys
    recovery: PublicKeys
    generation: Generation


@dataclass(frozen=True)
class ChainClose:
    """The chain ends: by a device or by the recovery key."""


Act: TypeAlias = (
    DeviceAdd | DeviceRevoke | UserKey | RecoverySet | RecoveryReplace | RecoveryVeto | Recover | ChainClose
)


@dataclass(frozen=True)
class Link:
    """A link after the first: who, where, what."""

    preamble: Preamble
    position: HeadRef
    act: Act


def read_create(statement: UnverifiedStatement) -> Create:
    """Read a `user-create` link."""
    fields = statement.fields()
    read_type(fields, "user-create")
    fields.data("salt", SALT_SIZE)
    create = Create(
        hub=fields.label("hub"),
        time_ms=fields.integer("time_ms"),
        device=PublicKeys.read(fields.nested("device")),
        recovery=PublicKeys.read(fields.nested(RECOVERY)),
        generation=_generation(fields, sealed=False),
    )
    fields.done()
    return create


def read_link(statement: UnverifiedStatement) -> Link:
    """Read a link after the first. `position` is (seq, hash of the previous link)."""
    if statement.type not in LINK_TYPES or statement.type == "user-create":
        raise ProtocolError(Reason.WRONG_TYPE, f"{statement.type} in a user chain")
    fields = statement.fields()
    preamble = Preamble.read(fields, statement.type)
    position = HeadRef(fields.integer("seq", 1), fields.hash("prev"))
    act = _act(fields, statement)
    fields.done()
    return Link(preamble, position, act)


def _act(fields: Fields, statement: UnverifiedStatement) -> Act:
    match statement.type:
        case "device-add":
            return DeviceAdd(PublicKeys.read(fields.nested("device")), _boxes(fields))
        case "device-revoke":
            target = fields.hash("target")
            return DeviceRevoke(target, _generation(fields, sealed=True) if fields.has("generation") else None)
        case "user-key":
            return UserKey(_generation(fields, sealed=True))
        case "recovery-set":
            return RecoverySet(
                recovery=PublicKeys.read(fields.nested(RECOVERY)),
                generation=_generation(fields, sealed=True),
                consent=fields.data("consent", keys.SIGNATURE_SIZE),
                consent_bytes=consent_bytes(statement.body),
            )
        case "recovery-replace":
            return RecoveryReplace(PublicKeys.read(fields.nested(RECOVERY)))
        case "recovery-veto":
            return RecoveryVeto(fields.hash("replace"))
        case "recover":
            return Recover(
                not_mine=tuple(fields.hashes("not_mine")),
                keep=tuple(fields.hashes("keep", MAX_DEVICES)),
                device=PublicKeys.read(fields.nested("device")),
                recovery=PublicKeys.read(fields.nested(RECOVERY)),
                # A slot that a thief's generation left out cannot open the previous seed.
                generation=_generation(fields, sealed=fields.has("sealed")),
            )
        case _:
            return ChainClose()


def _generation(fields: Fields, *, sealed: bool) -> Generation:
    generation = Generation(
        number=fields.integer("generation", 1),
        user_box=fields.data("user_box", keys.BOX_PUBLIC_SIZE),
        sealed=fields.data("sealed", SEALED_SIZE) if sealed else None,
        boxes=_boxes(fields),
    )
    keys.load_box_public(generation.user_box)
    return generation


def _boxes(fields: Fields) -> dict[str, str]:
    boxes: dict[str, str] = {}
    for item in fields.objects("boxes", MAX_DEVICES + 1):
        to = item.text("to", 64)
        if to in boxes or (to != RECOVERY and not is_hash(to)):
            raise item.refuse("to")
        boxes[to] = item.hash("hash")
        item.done()
    return boxes


def key_context(body: JsonObject) -> bytes:
    """Return the 32 bytes that bind the boxes of a link to it: its body without `boxes` and `consent`."""
    return sha256(canonical.encode({name: value for name, value in body.items() if name not in {"boxes", "consent"}}))


def consent_bytes(body: JsonObject) -> bytes:
    """Return what the old recovery key signs in a `recovery-set`: its body without `consent`."""
    rest = {name: value for name, value in body.items() if name != "consent"}
    return LABEL + b"recovery-consent\n" + canonical.encode(rest)


def with_boxes(body: JsonObject, boxes: Mapping[str, bytes]) -> dict[str, JsonValue]:
    """Return the body with the hashes of these boxes, by device id or `recovery`."""
    return {**body, "boxes": [{"to": to, "hash": sha256(box).hex()} for to, box in sorted(boxes.items())]}


def check_deposited_boxes(statement: UnverifiedStatement, boxes: Mapping[str, bytes]) -> None:
    """Refuse a link deposited with other boxes than exactly those whose hashes it names: wrong-hash.

    A box left out would be in force and open for nobody: its device could not read what is boxed to the user.
    """
    if {to: sha256(box).hex() for to, box in boxes.items()} != _named(statement):
        raise ProtocolError(Reason.WRONG_HASH, f"boxes of a {statement.type}")


def check_served_boxes(statement: UnverifiedStatement, boxes: Mapping[str, bytes]) -> None:
    """Refuse a box served beside a link that does not name its hash: wrong-hash. A reader may get only some."""
    named = _named(statement)
    for to, box in boxes.items():
        if named.get(to) != sha256(box).hex():
            raise ProtocolError(Reason.WRONG_HASH, f"box of a {statement.type}")


def _named(statement: UnverifiedStatement) -> dict[str, str]:
    return _boxes(statement.fields()) if "boxes" in statement.body else {}
