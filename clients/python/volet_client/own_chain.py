"""Our own chain: the links this device makes, and those that another device of ours or the recovery phrase made.

A link counts when the chain's rules let it stand: an unrevoked device of ours signed it, or the recovery key. A link
that carries the signature of this very device, and that this device does not remember, means that its key is in other
hands or that the hub has invented history: everything stops (rule T7). What others of our devices did is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from volet_client.author import Author, draw
from volet_client.directory import Directory
from volet_client.errors import UsageError
from volet_client.hub import Hub
from volet_client.profile import IDENTITY, Identity
from volet_client.words import Said
from volet_protocol import user_bodies
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.keys import BoxKey
from volet_protocol.statements import Preamble, Statement
from volet_protocol.user_keys import open_older_seeds, open_user_seed, seal_previous_seed, seal_user_seeds
from volet_protocol.user_links import RECOVERY, key_context, with_boxes
from volet_protocol.user_state import UserChain

Boxes = Mapping[str, bytes]


@dataclass(frozen=True)
class MadeGeneration:
    """A next generation of the user key: its number and seed, and its fields in the link that starts it."""

    number: int
    seed: bytes
    fields: JsonObject


class OwnChain:
    """The chain of this profile's user."""

    def __init__(self, hub: Hub, directory: Directory, author: Author) -> None:
        self._hub = hub
        self._directory = directory
        self._author = author

    def refresh(self) -> UserChain:
        """Fetch and judge our chain, follow what our other devices did, open the seeds that came with it."""
        self._directory.refresh(self._author.user)
        self._author.follow_own_chain()
        chain = self._directory.user(self._author.user)
        if chain.generation not in self._author.identity.seeds:
            self._open_seeds(chain)
        settled = chain.settled(self._author.clock())
        if settled.generation_owed and not settled.frozen:
            # The new recovery slot opens nothing until it is boxed a generation.
            made = self.next_generation(settled)
            recipients = stay(settled, settled.recovery.box)
            return self.append(lambda preamble: user_bodies.user_key_body(preamble, made.fields), made.seed, recipients)
        return settled

    def next_generation(self, chain: UserChain) -> MadeGeneration:
        """Draw the next generation, which carries the present seed sealed under it."""
        seed, number = draw(32), chain.generation + 1
        present = self._author.identity.seeds[chain.generation]
        sealed = seal_previous_seed(present, seed, chain.user, number)
        return MadeGeneration(number, seed, user_bodies.generation_fields(number, BoxKey(seed).public, sealed))

    def append(
        self,
        compose: Callable[[Preamble], JsonObject],
        seed: bytes,
        recipients: Mapping[str, bytes],
        complete: Callable[[JsonObject], JsonObject] = lambda body: body,
    ) -> UserChain:
        """Sign a link with this device and deposit it; boxes of `seed` go to `recipients`. Returns the chain after it.

        `complete` adds what is signed over the boxes: the consent of the recovery key that is replaced.
        """
        body = compose(self._author.preamble())
        boxes = seal_user_seeds(seed, recipients, key_context(body)) if recipients else {}
        link = self._author.sign(complete(with_boxes(body, boxes) if recipients else body))
        self.deposit(link, boxes)
        return self.refresh()

    def deposit(self, link: Statement, boxes: Boxes) -> None:
        """Send one link of our own. Remembered first: sent and not remembered it would be an alarm at the next look."""
        self._save(replace(self._author.identity, made=link.hash))
        answer = self._hub.transport.post(f"/v1/users/{self._author.user}/links", {"links": [wire(link, boxes)]})
        if "receipt" in answer:
            self._hub.receipt(cast("JsonObject", answer["receipt"]))

    def _open_seeds(self, chain: UserChain) -> None:
        served = self._hub.transport.get(f"/v1/users/{chain.user}")
        links = cast("list[Mapping[str, JsonValue]]", served["links"])
        boxes = [cast("Mapping[str, str]", link.get("boxes", {})) for link in links]
        identity = self._author.identity
        seeds = open_seeds(chain, boxes, identity.device.public.id, identity.device.box)
        self._save(replace(identity, seeds={**identity.seeds, **seeds}))

    def _save(self, identity: Identity) -> None:
        self._author.identity = identity
        self._hub.profile.save(IDENTITY, identity.to_json())


def wire(link: Statement, boxes: Boxes) -> JsonObject:
    """Return a link with its boxes as it is deposited."""
    return {"statement": link.to_json(), "boxes": {to: to_base64url(box) for to, box in boxes.items()}}


def open_seeds(chain: UserChain, boxes: list[Mapping[str, str]], to: str, key: BoxKey) -> dict[int, bytes]:
    """Return the seeds of the user key by generation that `key` opens: its newest box, and all that this seed leads to.

    `boxes` are those served beside each link, `to` a device id or `recovery`. Raises `UsageError` where none is for it.
    """
    generation = 0
    newest: tuple[int, int] | None = None
    for seq, link in enumerate(chain.links):
        number = link.body.get("generation")
        generation = number if isinstance(number, int) else generation
        if to in boxes[seq]:
            newest = (seq, generation)
    if newest is None:
        raise UsageError(
            Said("Cet appareil n'est plus de votre compte.", "This device is no longer of your account."),
            Said("volet device join", "volet device join"),
        )
    seq, generation = newest
    known = chain.generations[:generation]
    context = key_context(chain.links[seq].body)
    seed = open_user_seed(from_base64url(boxes[seq][to]), key, context, known[-1].user_box)
    return open_older_seeds(seed, chain.user, known)


def stay(chain: UserChain, recovery: bytes, without: str | None = None) -> dict[str, bytes]:
    """Return whom a next generation is boxed to: the devices that stay, and the recovery slot's box key."""
    devices = {to: public for to, public in chain.recipients().items() if to != without}
    return {**devices, RECOVERY: recovery}
