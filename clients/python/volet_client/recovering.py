"""Taking an account back on a new device with the recovery phrase: found by the phrase, let in by the sign-in.

The chain comes from the hub, which is told nothing but the slot's key; it is verified from its first link. The
`recover` link is made when the person has signed in, because its time counts, and it is deposited with that sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from volet_client.account import slot_of
from volet_client.author import draw
from volet_client.errors import UsageError
from volet_client.hub import Hub
from volet_client.own_chain import open_seeds, wire
from volet_client.profile import Identity, KeyPair
from volet_client.refusals import NotFoundError
from volet_client.transport import Transport
from volet_client.trust import USER
from volet_client.words import Said
from volet_protocol import user_bodies, user_chain
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.recovery_request import RecoveryRequest
from volet_protocol.statements import from_json, sign
from volet_protocol.user_keys import seal_previous_seed, seal_user_seeds
from volet_protocol.user_links import RECOVERY, key_context, with_boxes
from volet_protocol.user_state import UserChain


@dataclass(frozen=True)
class Recovered:
    """The identity that signs from now on, and the link to deposit; None where it stands in the chain already."""

    identity: Identity
    link: JsonObject | None


def begin_recovery(transport: Transport, hub: str, phrase: bytes, now_ms: int) -> Identity:
    """Return the identity of a new device that waits for its sign-in; raise `UsageError` for a phrase of nobody."""
    served = _asked(transport, hub, phrase, now_ms)
    first = cast("list[Mapping[str, JsonValue]]", served["links"])[0]
    device = KeyPair(SigningKey(draw(32)), BoxKey(draw(32)))
    create: JsonObject = {"statement": first["statement"], "boxes": {}}
    return Identity(device, None, {}, create, str(served["user"]), phrase=phrase, recovering=True)


def recover(hub: Hub, identity: Identity, now_ms: int) -> Recovered:
    """Return the link that revokes every other device and lets this one in, made over the chain as it is now."""
    if identity.phrase is None:
        raise UsageError(Said("Aucune phrase de secours n'est là.", "There is no recovery phrase."))
    slot = slot_of(identity.phrase)
    served = _asked(hub.transport, hub.origin, identity.phrase, now_ms)
    chain, boxes = _verified(hub, identity.user, served, now_ms)
    # A slot that waited its 72 hours and was given no generation yet opens none: then only what comes later is read.
    seeds = open_seeds(chain, boxes, RECOVERY, slot.box) if not chain.generation_owed else {}
    if identity.device.public.id in chain.active:
        # It was deposited, and the answer was lost.
        return Recovered(_let_in(identity, seeds, chain), None)
    seed, number = draw(32), chain.generation + 1
    former = seeds.get(chain.generation)
    sealed = None if former is None else seal_previous_seed(former, seed, chain.user, number)
    preamble = user_bodies.next_preamble(
        hub=hub.origin, user=chain.user, author=slot.public.id, head=chain.head, time_ms=max(now_ms, chain.time_ms)
    )
    body = user_bodies.recover_body(
        preamble, not_mine=(), keep=(), device=identity.device.public, recovery=slot.public,
        generation=user_bodies.generation_fields(number, BoxKey(seed).public, sealed),
    )  # fmt: skip
    to = {identity.device.public.id: identity.device.public.box, RECOVERY: slot.public.box}
    sealed_seeds = seal_user_seeds(seed, to, key_context(body))
    link = sign(with_boxes(body, sealed_seeds), slot.sign)
    after = user_chain.extend(chain, link, now_ms)
    return Recovered(_let_in(identity, {**seeds, number: seed}, after), wire(link, sealed_seeds))


def _let_in(identity: Identity, seeds: Mapping[int, bytes], chain: UserChain) -> Identity:
    return replace(identity, seeds=dict(seeds), head=chain.head, phrase=None, recovering=False)


def _asked(transport: Transport, hub: str, phrase: bytes, now_ms: int) -> JsonObject:
    request = RecoveryRequest.make(hub, slot_of(phrase).sign, now_ms)
    try:
        return transport.post("/v1/recovery", request.to_json())
    except NotFoundError:
        raise UsageError(
            Said(
                "Cette phrase n'est celle d'aucun compte de cette plateforme, ou une autre l'a remplacée.",
                "This phrase is of no account of this hub, or another has replaced it.",
            ),
            Said(
                "Regardez le numéro et la date sur le papier. Sans phrase : volet init, et un collègue vous confirme.",
                "Look at number and date on the paper. Without one: volet init, and a colleague confirms you.",
            ),
        ) from None


def _verified(hub: Hub, user: str, served: JsonObject, now_ms: int) -> tuple[UserChain, list[Mapping[str, str]]]:
    links = cast("list[Mapping[str, JsonValue]]", served["links"])
    boxes = [cast("Mapping[str, str]", link.get("boxes", {})) for link in links]
    chain = user_chain.replay([from_json(cast("JsonObject", link["statement"])) for link in links], now_ms)
    if chain.user != user or chain.hub != hub.origin:
        raise ProtocolError(Reason.WRONG_CHAIN, "chain of the recovery phrase")
    proven = hub.prove(USER, user, cast("JsonObject", served["head"]))
    if proven.head != chain.head:
        raise ProtocolError(Reason.WRONG_HASH, "links beyond the proven head")
    return chain.settled(now_ms), boxes
