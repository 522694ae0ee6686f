"""Users whom this client has met: their chains replayed, their head proven, who stands behind them.

Implements the protocol's `Directory` port: a chain is fetched when somebody first asks for it, and again when a
statement names a head beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.trust import USER, Proven
from volet_protocol import user_chain
from volet_protocol.binding import Binding, BoundSubject, verify_binding
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Attestation, verify_attestation
from volet_protocol.departures import AttestationEnd, ended, verify_end
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.statements import HeadRef, Statement, UnverifiedStatement, from_json
from volet_protocol.user_links import check_served_boxes
from volet_protocol.user_state import UserChain

_ATTESTS_NOTHING = frozenset({Reason.NOT_TRUSTED, Reason.NOT_ENTITLED, Reason.EXPIRED})
_NO_LONGER_LISTED = frozenset({Reason.WRONG_ISSUER, Reason.WRONG_AUDIENCE, Reason.NOT_TRUSTED})


@dataclass(frozen=True)
class Known:
    """A verified user: chain, the proof of its head, and the identities that a listed issuer signed.

    `attested` are the statements that `attestations` were read from.
    """

    chain: UserChain
    proven: Proven
    subjects: tuple[BoundSubject, ...]
    attestations: tuple[Attestation, ...]
    attested: tuple[UnverifiedStatement, ...] = ()


class Directory:
    """Verified users by id. `clock` gives milliseconds."""

    def __init__(self, hub: Hub, clock: Callable[[], int]) -> None:
        self._hub = hub
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._attestations: dict[str, Attestation] = {}
        self._ends: dict[str, AttestationEnd] = {}
        # Users known before whose chain was found to hold a further device: told, and nobody is stopped (protocol 5.6).
        self.new_devices: list[str] = []

    def user(self, user: str) -> UserChain:
        """Return the verified chain of a user, as new as it was asked for last."""
        return self.known(user).chain

    def attestation(self, attestation: str) -> Attestation:
        """Return an attestation of somebody met; raise unknown-reference."""
        if attestation not in self._attestations:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"attestation {attestation[:16]}")
        return self._attestations[attestation]

    def known(self, user: str) -> Known:
        """Return what is known of a user, fetched at the first question."""
        return self._known[user] if user in self._known else self.refresh(user)

    def refresh(self, user: str) -> Known:
        """Fetch a user's chain and verify it from its first link to its proven head."""
        served = self._hub.transport.get(f"/v1/users/{user}")
        try:
            known = self._verified(user, served)
        except ProtocolError as error:
            raise VerificationError.of(error, f"user {user[:16]}") from None
        self._known[user] = known
        self._attestations.update({item.id: item for item in known.attestations})
        return known

    def at_least(self, user: str, head: HeadRef) -> UserChain:
        """Return the chain of a user, fetched again when it ends before a head that somebody named."""
        chain = self.user(user)
        return chain if head.seq <= chain.head.seq else self.refresh(user).chain

    def verify(self, statement: UnverifiedStatement) -> Statement:
        """Return a statement verified against its author's chain."""
        author = cast("Mapping[str, str]", statement.body.get("author", {}))
        head = cast("Mapping[str, int]", statement.body.get("user_head", {}))
        user, seq = author.get("user"), head.get("seq")
        if not isinstance(user, str) or not isinstance(seq, int):
            raise ProtocolError(Reason.MISSING_FIELD, f"{statement.type}: author")
        return user_chain.verify_statement(self.at_least(user, HeadRef(seq, "")), statement)

    def _verified(self, user: str, served: JsonObject) -> Known:
        fields = Fields(served, "user")
        links = [_read_link(item) for item in fields.objects("links")]
        chain = user_chain.replay(links, self._clock())
        if chain.user != user:
            raise ProtocolError(Reason.WRONG_CHAIN, "another user's chain")
        if chain.hub != self._hub.origin:
            raise ProtocolError(Reason.WRONG_HUB, "user chain")
        proven = self._hub.prove(USER, user, fields.raw("head"))
        held = self._hub.trust.head(USER, user)
        if held is not None and any(one.added_seq > held.seq for one in chain.devices.values()):
            self.new_devices.append(user)
        self._hub.advance(USER, user, proven, {seq: link.hash for seq, link in enumerate(chain.links)})
        if proven.head != chain.head:
            raise ProtocolError(Reason.WRONG_HASH, "links beyond the proven head")
        bindings = [Binding.read(item) for item in fields.objects("bindings")]
        statements = [from_json(cast("JsonObject", item)) for item in fields.items("attestations")]
        # What was once met stays: a hub that holds an end back later takes nothing back.
        self._ends.update({end.id: end for end in self._ended(fields.items("attestation_ends"), user)})
        found = tuple(ended(one, self._ends.values()) for one in self._attested(statements, user))
        counting = {one.id for one in found}
        signed = tuple(one for one in statements if one.hash in counting)
        return Known(chain, proven, self._subjects(bindings, user), found, signed)

    def _subjects(self, bindings: list[Binding], user: str) -> tuple[BoundSubject, ...]:
        found: list[BoundSubject] = []
        for item in bindings:
            try:
                found.append(verify_binding(item, user, self._hub.profile.bundle, self._clock()))
            except ProtocolError as error:
                # A relying party or key that the controller took out of trust.json no longer says who anybody is; the
                # chain itself still reads.
                if error.reason not in _NO_LONGER_LISTED:
                    raise
        return tuple(sorted(found, key=lambda subject: subject.iat_ms))

    def _ended(self, served: Sequence[JsonValue], user: str) -> Iterator[AttestationEnd]:
        for item in served:
            try:
                end = verify_end(from_json(cast("JsonObject", item)), self._hub.profile.bundle)
            except ProtocolError as error:
                # Of a registrar or a structure that the bundle no longer lists: it attests nothing either.
                if error.reason not in _ATTESTS_NOTHING:
                    raise
                continue
            if end.user != user:
                raise ProtocolError(Reason.WRONG_AUTHOR, "end of another user's attestation")
            yield end

    def _attested(self, statements: list[UnverifiedStatement], user: str) -> tuple[Attestation, ...]:
        found: list[Attestation] = []
        for statement in statements:
            # Judged at its own start: whether it holds at an instant is asked again at each use.
            start = Attestation.read(statement, self._hub.origin).from_ms
            try:
                attestation = verify_attestation(statement, self._hub.profile.bundle, start)
            except ProtocolError as error:
                # Of a registrar that was taken out, that ended before, or whose rows were narrowed: it attests nothing.
                if error.reason not in _ATTESTS_NOTHING:
                    raise
                continue
            if attestation.user != user:
                raise ProtocolError(Reason.WRONG_AUTHOR, "attestation of another user")
            found.append(attestation)
        return tuple(found)


def _read_link(fields: Fields) -> UnverifiedStatement:
    statement = from_json(fields.raw("statement"))
    if fields.has("boxes"):
        boxes = fields.nested("boxes")
        named = cast("list[Mapping[str, str]]", statement.body.get("boxes", []))
        check_served_boxes(statement, {item["to"]: boxes.data(item["to"]) for item in named if boxes.has(item["to"])})
    fields.done()
    return statement
