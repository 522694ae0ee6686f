"""Signing as this user: device, head of the own chain, capacity of the session."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from volet_client.directory import Directory
from volet_client.epoch_checks import EpochChecks
from volet_client.errors import UsageError
from volet_client.hub import Hub
from volet_client.own_links import what_happened
from volet_client.profile import IDENTITY, Identity
from volet_client.trust import SUBJECT, USER
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation, subject_chain
from volet_protocol.errors import ProtocolError
from volet_protocol.keys import BoxKey
from volet_protocol.statements import HeadRef, Preamble, Statement, sign


class Author:
    """The user of this profile, on this device. `capacity` is the attestation that the session acts in."""

    def __init__(self, identity: Identity, hub: Hub, directory: Directory, clock: Callable[[], int]) -> None:
        self.identity = identity
        self.directory = directory
        self.clock = clock
        self.capacity: str | None = None
        self.epochs = EpochChecks(hub)
        self._hub = hub
        self._checked = False
        # What our other devices did in our chain since this one last looked, each told once.
        self.news: list[Said] = []

    @property
    def user(self) -> str:
        """The user id."""
        return self.identity.user

    @property
    def head(self) -> HeadRef:
        """The head of our own chain, as this device made it or saw another device of ours make it."""
        return self.identity.head or HeadRef(0, self.identity.user)

    @property
    def attestation(self) -> Attestation | None:
        """The capacity of the session, verified; None for the person."""
        if self.capacity is None:
            return None
        self.check_own_chain()
        return self.directory.attestation(self.capacity)

    def check_own_chain(self) -> None:
        """Look at our own chain once a session: a link that this device did not make is an alarm (rule T7)."""
        if self._checked:
            return
        self.directory.known(self.user)
        self.follow_own_chain()

    def follow_own_chain(self) -> None:
        """Take over what our other devices and the recovery phrase did, as the directory last verified it.

        A link that bears this device's own signature and that it did not make is kept as evidence.
        """
        known = self.directory.known(self.user)
        later = known.chain.links[self.head.seq + 1 :]
        device = self.identity.device.public.id
        foreign = [one for one in later if one.preamble.device == device and one.hash != self.identity.made]
        mine = self.head if foreign or known.proven.head is None else known.proven.head
        try:
            self._hub.trust.check_own(self.user, mine, known.proven)
        except ProtocolError as error:
            raise self._hub.failed(error, {"user": self.user}) from None
        self._checked = True
        if later:
            self.news += [what_happened(known.chain, one) for one in later if one.preamble.device != device]
            self.identity = replace(self.identity, head=mine, made=None)
            self._hub.profile.save(IDENTITY, self.identity.to_json())

    def alarms(self) -> list[Said]:
        """Return an alarm for each of our identities whose newest chain is not ours (rule T7).

        What the map said of ourselves since the last visit is checked first (rule T11); of identities that the hub
        once showed as ours too, whether it shows them still or not.
        """
        self.check_own_chain()
        found: list[Said] = []
        own = self.directory.refresh(self.user)
        self.epochs.check(USER, self.user, {seq: link.hash for seq, link in enumerate(own.chain.links)})
        subjects = {subject_chain(one.iss, one.sub): one.iss for one in own.subjects}
        before = {chain for label, chain in self._hub.trust.visits if label == SUBJECT}
        for chain in sorted(before | set(subjects)):
            iss, head = subjects.get(chain, "?"), self.epochs.check(SUBJECT, chain).head
            if head is not None and head.hash != self.user:
                found.append(
                    Said(
                        f"Un autre compte a été créé à votre nom chez {iss} : {head.hash[:16]}. Si ce n'est pas vous, "
                        "prévenez vos collègues et le gestionnaire des habilitations.",
                        f"Another account was made in your name at {iss}: {head.hash[:16]}. If it was not you, tell "
                        "your colleagues and the registrar.",
                    )
                )
        return found

    def preamble(self, time_ms: int | None = None) -> Preamble:
        """Return the common fields of a statement made now."""
        at_ms = self.clock() if time_ms is None else time_ms
        return Preamble(self._hub.origin, self.user, self.identity.device.public.id, self.head, at_ms)

    def sign(self, body: JsonObject) -> Statement:
        """Sign a body with this device."""
        return sign(body, self.identity.device.sign)

    def box_key(self, generation: int) -> BoxKey:
        """Return the private user key of a generation."""
        seed = self.identity.seeds.get(generation)
        if seed is None:
            raise UsageError(
                Said(
                    f"Cet appareil n'a pas la génération {generation} de votre clé.",
                    f"This device does not hold generation {generation} of your key.",
                ),
                Said("Utilisez un appareil qui l'a.", "Use a device that holds it."),
            )
        return BoxKey(seed)

    @property
    def generation(self) -> int:
        """The current generation of the own user key."""
        return max(self.identity.seeds)


def draw(size: int) -> bytes:
    """Return random bytes from the operating system."""
    return os.urandom(size)
