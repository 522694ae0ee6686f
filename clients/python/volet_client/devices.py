"""Devices of one's own: listed, named, revoked, and a further one let in by a code (docs/spec/invitations.md).

    joining.sealed   {secret, name, expires_ms, wrong, answered}: the code that this device made

The older device judges the newcomer's proof and shows what both screens must show; only then does it sign `device-add`
and box the seed of the user key. The hub carries messages: without the code it can make neither proof, so that no key
of its own enters, and no account of its own is joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.author import Author, draw
from volet_client.errors import TransportError, UsageError
from volet_client.names import DEVICE as NAMED_DEVICE
from volet_client.names import Names
from volet_client.own_chain import OwnChain, stay
from volet_client.profile import Identity, KeyPair, Profile
from volet_client.refusals import RefusedError
from volet_client.transport import Transport
from volet_client.words import Said
from volet_protocol import user_bodies
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.fingerprint import phrase
from volet_protocol.invitation_codes import (
    DEVICE,
    SPOKEN_SIZE,
    CodeUse,
    Direction,
    InvitationCode,
    Terms,
    join_name,
    read_spoken,
)
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.statements import HeadRef
from volet_protocol.user_links import PublicKeys

JOINING = "joining"
POLL_S = 0.5
_SHORTEST = 4


@dataclass(frozen=True)
class Shown:
    """A device of ours: since when (ms), whether it is this one, when it was revoked; its local name if it has one."""

    id: str
    name: str | None
    added_ms: int
    revoked_ms: int | None
    here: bool


@dataclass(frozen=True)
class Newcomer:
    """A device that proved the code. `phrase` is what its screen shows too."""

    keys: PublicKeys
    proof: bytes

    @property
    def phrase(self) -> str:
        """Eight words of the device's id, as a fingerprint phrase has."""
        return phrase(self.keys.id)


class Devices:
    """The devices of this profile's user."""

    def __init__(self, profile: Profile, author: Author, own: OwnChain, transport: Transport, names: Names) -> None:
        self._profile = profile
        self._author = author
        self._own = own
        self._transport = transport
        self._names = names

    def all(self) -> list[Shown]:
        """Return every device that our chain ever had, oldest first."""
        chain = self._own.refresh()
        known = {id_: name for name, id_ in self._names.all(NAMED_DEVICE).items()}
        return [
            Shown(id_, known.get(id_), one.added_ms, one.revoked_ms, id_ == self._here)
            for id_, one in sorted(chain.devices.items(), key=lambda item: item[1].added_seq)
        ]

    def name(self, given: str, name: str) -> str:
        """Give a name to a device, kept encrypted on this one; return the id."""
        found = self._find(given)
        self._names.put(NAMED_DEVICE, name, found)
        return found

    def revoke(self, given: str) -> str:
        """Revoke another device and begin the next generation of the user key; return its id."""
        target, chain = self._find(given), self._own.refresh()
        if target == self._here:
            raise UsageError(
                Said("Un appareil ne se retire pas lui-même.", "A device does not revoke itself."),
                Said("Faites-le d'un autre appareil.", "Do it from another device."),
            )
        made = self._own.next_generation(chain)
        self._own.append(
            lambda preamble: user_bodies.device_revoke_body(preamble, target, made.fields),
            made.seed, stay(chain, chain.recovery.box, target),
        )  # fmt: skip
        return target

    def invite(self) -> tuple[str, int]:
        """Draw a code and open a place for whoever has it; return the code to carry over, and until when (ms)."""
        code = InvitationCode(draw(SPOKEN_SIZE))
        answer = self._transport.post("/v1/device-joins", {"name": join_name(code)})
        expires_ms = Fields(answer, "place").integer("expires_ms")
        self._keep(code, expires_ms, CodeUse())
        return code.spoken(), expires_ms

    def newcomer(self) -> Newcomer | None:
        """Return the device that proved the code, None while there is none; a wrong proof counts and is refused."""
        code, expires_ms, use = self._held()
        place = self._transport.get(f"/v1/device-joins/{join_name(code)}")
        requests = cast("Sequence[Mapping[str, str]]", place["requests"])
        for request in requests[use.wrong :]:
            keys = PublicKeys.read(Fields({"sign": request["sign"], "box": request["box"]}, "device that joins"))
            proof = from_base64url(request["proof"])
            use, refused = code.answer(use, self._terms(keys.id, expires_ms), proof, self._author.clock())
            self._keep(code, expires_ms, CodeUse(use.wrong, answered=False))
            if refused is None:
                return Newcomer(keys, proof)
            if refused is not Reason.BAD_PROOF:
                raise UsageError(Said(f"Code refusé ({refused.value}).", f"Code refused ({refused.value})."), _AGAIN)
        if len(requests) and len(requests) <= use.wrong:
            raise UsageError(
                Said(
                    "Un appareil s'est présenté sans avoir le code : rien ne lui a été donné.",
                    "A device came without the code: it was given nothing.",
                ),
                _AGAIN,
            )
        return None

    def admit(self, newcomer: Newcomer) -> str:
        """Add a device that proved the code and whose phrase was compared; return its id."""
        code, expires_ms, use = self._held()
        if use.answered:
            raise UsageError(Said("Ce code a déjà servi.", "This code has served."), _AGAIN)
        self._keep(code, expires_ms, CodeUse(use.wrong, answered=True))
        seed = self._author.identity.seeds[self._own.refresh().generation]
        try:
            chain = self._own.append(
                lambda preamble: user_bodies.device_add_body(preamble, newcomer.keys),
                seed, {newcomer.keys.id: newcomer.keys.box},
            )  # fmt: skip
        except RefusedError:
            # Nobody was let in: whoever has to identify themselves first finds the code where it was.
            self._keep(code, expires_ms, use)
            raise
        proof = code.proof(self._terms(newcomer.keys.id, expires_ms), Direction.INVITER)
        self._transport.post(
            f"/v1/device-joins/{join_name(code)}/answer",
            {"device": newcomer.keys.id, **chain.head.to_json(), "proof": to_base64url(proof)},
        )
        return newcomer.keys.id

    @property
    def _here(self) -> str:
        return self._author.identity.device.public.id

    def _terms(self, device: str, expires_ms: int) -> Terms:
        return Terms(self._profile.bundle.hub, self._author.user, DEVICE, device, expires_ms)

    def _find(self, given: str) -> str:
        known = self._names.all(NAMED_DEVICE)
        ids = [one.id for one in self.all()]
        found = (
            {known[given]}
            if given in known
            else {id_ for id_ in ids if len(given) >= _SHORTEST and id_.startswith(given)}
        )
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucun appareil « {given} ».", f"No device `{given}`."),
                Said("volet device list", "volet device list"),
            )
        return found.pop()

    def _keep(self, code: InvitationCode, expires_ms: int, use: CodeUse) -> None:
        kept: dict[str, JsonValue] = {
            "secret": to_base64url(code.secret), "expires_ms": expires_ms, "wrong": use.wrong, "answered": use.answered,
        }  # fmt: skip
        self._profile.save(JOINING, kept)

    def _held(self) -> tuple[InvitationCode, int, CodeUse]:
        held = self._profile.load(JOINING)
        if not held:
            raise UsageError(Said("Aucun appareil n'est attendu.", "No device is expected."), _AGAIN)
        use = CodeUse(cast("int", held["wrong"]), answered=held["answered"] is True)
        return InvitationCode(from_base64url(str(held["secret"]))), cast("int", held["expires_ms"]), use


_AGAIN = Said("volet device add", "volet device add")


class Joining:
    """The newcomer's side: keys that it draws, the place that the code names, and the answer that it judges."""

    def __init__(self, transport: Transport, hub: str, typed: str, clock: Callable[[], int]) -> None:
        try:
            self._code = read_spoken(typed)
        except ProtocolError:
            raise UsageError(
                Said("Ce code est mal recopié.", "This code was miscopied."),
                Said("17 caractères, sur l'écran de l'autre appareil.", "17 characters, on the other device's screen."),
            ) from None
        self._transport = transport
        self._clock = clock
        self._path = f"/v1/device-joins/{join_name(self._code)}"
        self._device = KeyPair(SigningKey(draw(32)), BoxKey(draw(32)))
        place = Fields(transport.get(self._path), "place")
        self._user = place.hash("user")
        self._terms = Terms(hub, self._user, DEVICE, self._device.public.id, place.integer("expires_ms"))

    @property
    def phrase(self) -> str:
        """What the other screen must show too."""
        return phrase(self._device.public.id)

    def ask(self) -> None:
        """Leave this device's keys and its proof."""
        proof = self._code.proof(self._terms, Direction.INVITEE)
        body: JsonObject = {**self._device.public.to_json(), "proof": to_base64url(proof)}
        self._transport.post(f"{self._path}/requests", body)

    def answer(self) -> Identity | None:
        """Return who this device is once the other one proved the code too; None while there is no answer.

        Raises `ProtocolError` for a proof that is not by the code: whoever answered is not the owner's other device.
        """
        place = self._transport.get(self._path)
        if "answer" not in place:
            return None
        fields = Fields(cast("JsonObject", place["answer"]), "answer")
        if fields.hash("device") != self._device.public.id:
            return None
        proof = fields.data("proof", 32)
        self._code.check(self._terms, Direction.INVITER, proof, self._clock())
        head = HeadRef(fields.integer("seq", 1), fields.hash("hash"))
        return Identity(self._device, None, {}, {}, self._user, head=head)

    def wait(self, wait_s: float) -> Identity:
        """Ask again until there is an answer; raise `TransportError` after `wait_s` seconds."""
        for _ in range(int(wait_s / POLL_S)):
            found = self.answer()
            if found is not None:
                return found
            time.sleep(POLL_S)
        raise TransportError(Said("L'autre appareil n'a pas répondu.", "The other device did not answer."), _AGAIN)
