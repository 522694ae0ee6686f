"""An opened profile: the keys of one device, what it was told to trust, names, session, keys at rest.

    trust.json        the pinned trust bundle, readable: its hash was shown to a human at `volet init`
    keystore.json     the passphrase's door (keystore.py)
    identity.sealed   seeds of this device, of the user key by generation; user id; a recovery phrase not shown yet
    state.sealed      newest checkpoint, verified heads, evidence (trust.py)
    names.sealed      local names of contacts, cases, exchanges: never sent to anyone
    keys.sealed       section and exchange keys (ring.py)
    session.sealed    the session's token
    confirmations.sealed  whose fingerprint phrase was compared, and when
    outbox.sealed     facts signed here that the chain does not hold yet (outbox.py); paper-ID.sealed their photos
    notes.sealed      notes written without network (offline_notes.py)
    notebook-CASE.sealed  the facts of a case at its last sync (offline.py)
    evidence/         what the hub said twice in two ways

The entropy of the recovery phrase stays here until somebody wrote the phrase down and tried it (recovery.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import cast

from volet_client.config import Config
from volet_client.errors import UnreadableFileError, UsageError, VerificationError
from volet_client.files import make_private_folder, read_private, write_private
from volet_client.keystore import Keystore
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.statements import HeadRef
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_links import PublicKeys

IDENTITY = "identity"
STATE = "state"
NAMES = "names"
KEYS = "keys"
SESSION = "session"
CONFIRMATIONS = "confirmations"
INVITATIONS = "invitations"
# What opens the subject of each of our attestations: the registrar gave it to us alone.
ATTESTED = "attested"
_LIMIT = 64 * 1024 * 1024
_TRUST_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class KeyPair:
    """Signing and box seeds of a device or of a recovery slot."""

    sign: SigningKey
    box: BoxKey

    @property
    def public(self) -> PublicKeys:
        """The public half."""
        return PublicKeys(self.sign.public, self.box.public)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the stored form."""
        return {"sign": to_base64url(self.sign.seed), "box": to_base64url(self.box.seed)}

    @staticmethod
    def read(value: JsonValue) -> KeyPair:
        """Read the stored form."""
        pair = cast("Mapping[str, str]", value)
        return KeyPair(SigningKey(from_base64url(pair["sign"])), BoxKey(from_base64url(pair["box"])))


@dataclass(frozen=True)
class Identity:
    """Who this profile is: a device, the seeds of the user key by generation, the first link of the chain.

    `phrase` is the entropy of a recovery phrase that nobody was shown yet, `recovery` a slot drawn without one: both
    leave the profile once a phrase was tried. `head` is the newest link of our chain that this device saw made, `made`
    the hash of one that it signed and sends; while `recovering`, `phrase` is what brings the account back.
    """

    device: KeyPair
    recovery: KeyPair | None
    seeds: Mapping[int, bytes]
    create: JsonObject
    user: str
    phrase: bytes | None = None
    head: HeadRef | None = None
    made: str | None = None
    recovering: bool = False

    def to_json(self) -> dict[str, JsonValue]:
        """Return the stored form."""
        kept: dict[str, JsonValue] = {
            "device": self.device.to_json(),
            "seeds": {str(number): to_base64url(seed) for number, seed in self.seeds.items()},
            "create": self.create,
            "user": self.user,
            "recovering": self.recovering,
        }
        optional: dict[str, JsonValue | None] = {
            "recovery": None if self.recovery is None else self.recovery.to_json(),
            "phrase": None if self.phrase is None else to_base64url(self.phrase),
            "head": None if self.head is None else self.head.to_json(),
            "made": self.made,
        }
        return {**kept, **{name: value for name, value in optional.items() if value is not None}}

    @staticmethod
    def read(value: JsonObject) -> Identity:
        """Read the stored form."""
        seeds = cast("Mapping[str, str]", value["seeds"])
        head = cast("JsonObject | None", value.get("head"))
        return Identity(
            device=KeyPair.read(value["device"]),
            recovery=KeyPair.read(value["recovery"]) if "recovery" in value else None,
            seeds={int(number): from_base64url(seed) for number, seed in seeds.items()},
            create=cast("JsonObject", value["create"]),
            user=str(value["user"]),
            phrase=from_base64url(str(value["phrase"])) if "phrase" in value else None,
            head=None if head is None else HeadRef.read(Fields(head, "head")),
            made=str(value["made"]) if "made" in value else None,
            recovering=value.get("recovering") is True,
        )


class Profile:
    """A profile that was unlocked."""

    def __init__(self, config: Config, keystore: Keystore, bundle: TrustBundle) -> None:
        self.config = config
        self.bundle = bundle
        self._keystore = keystore

    @staticmethod
    def create(config: Config, passphrase: str, trust: bytes, identity: Identity) -> Profile:
        """Make a profile pinned to a trust bundle; refuse a folder that already is one."""
        bundle = read_bundle(trust)
        make_private_folder(config.profile)
        keystore = Keystore.create(config.profile, passphrase)
        write_private(config.trust_file, trust, replace=False)
        profile = Profile(config, keystore, bundle)
        profile.save(IDENTITY, identity.to_json())
        return profile

    @staticmethod
    def open(config: Config, passphrase: str) -> Profile:
        """Unlock an existing profile."""
        keystore = Keystore.open(config.profile, passphrase)
        try:
            trust = read_private(config.trust_file, _TRUST_LIMIT)
        except FileNotFoundError:
            raise UnreadableFileError(config.trust_file, Said("absent", "missing")) from None
        return Profile(config, keystore, read_bundle(trust))

    def trusting(self, trust: bytes) -> Profile:
        """Replace the pinned bundle by a successor, already verified; return the profile that trusts it."""
        bundle = read_bundle(trust)
        write_private(self.config.trust_file, trust)
        return Profile(self.config, self._keystore, bundle)

    def load(self, name: str) -> dict[str, JsonValue]:
        """Return a sealed object, empty when there is none yet."""
        data = self._keystore.read(name)
        if data is None:
            return {}
        try:
            return canonical.decode(data, _LIMIT)
        except ProtocolError as error:
            path = self.config.profile / f"{name}.sealed"
            raise UnreadableFileError(path, Said(f"format ({error})", f"format ({error})")) from None

    def save(self, name: str, value: JsonObject) -> None:
        """Replace a sealed object."""
        self._keystore.write(name, canonical.encode(value))

    def identity(self) -> Identity:
        """Return who this profile is."""
        value = self.load(IDENTITY)
        if not value:
            raise UsageError(
                Said("Ce profil n'a pas d'identité.", "This profile has no identity."),
                Said("volet init --trust trust.json", "volet init --trust trust.json"),
            )
        return Identity.read(value)

    def keep_evidence(self, name: str, data: bytes) -> None:
        """Keep what the hub said, for a human; an existing file is never replaced."""
        make_private_folder(self.config.evidence)
        path = self.config.evidence / name
        if not path.exists():
            write_private(path, data, replace=False)


def read_bundle(data: bytes) -> TrustBundle:
    """Return the pinned bundle: signed by its own controllers, naming a log, and for this version of the client."""
    try:
        bundle = TrustBundle.read(data).verify(None)
        # Keys and policy that do not read are found here, not at the first receipt.
        _ = bundle.log
    except ProtocolError as error:
        raise VerificationError.of(error, "trust.json") from None
    if not bundle.minimum.admits(version("volet")):
        raise UsageError(
            Said(
                f"Cette version est trop ancienne : il faut au moins {bundle.minimum.version}.",
                f"This version is too old: at least {bundle.minimum.version} is needed.",
            ),
            Said("Mettez l'application à jour.", "Update the client."),
        )
    return bundle
