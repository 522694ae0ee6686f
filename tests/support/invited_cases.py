"""A case into which somebody without keys is invited by a code, driven link by link like `cases`.

world = InvitingWorld.team()
world.claim("nurse", "transmissions/1")
world.referent("coordinator")
hash_ = world.invite("doctor", {"medical/1": (1, 0)})
world.answer("newcomer", hash_)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from support.cases import CaseWorld, MINUTE_MS, Sent
from support.identities import ISS, capacity, seed32
from volet_protocol import compose
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import salted_subject
from volet_protocol.case_links import FactLink
from volet_protocol.compose_invitation import Identity, answered, compose_invitation
from volet_protocol.fact_gesture import gesture_body, named_hash
from volet_protocol.fact_invitations import CodeKdf, Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import FactEnd
from volet_protocol.facts import fact_body, fact_hash, read_fact
from volet_protocol.invitation_codes import SPOKEN_SIZE, VALIDITY_MS, InvitationCode
from volet_protocol.invitation_keys import CodeKeys, code_keys, open_keys
from volet_protocol.places import MAIN
from volet_protocol.section_access import standings
from volet_protocol.sections import SectionKeys
from volet_protocol.statements import Statement

CODE = InvitationCode(seed32("code")[:SPOKEN_SIZE])
OTHER_CODE = InvitationCode(seed32("another code")[:SPOKEN_SIZE])
KDF = CodeKdf(seed32("salt of a code")[:16])


@cache
def keys_of(code: InvitationCode) -> CodeKeys:
    """The keys of a code: a tenth of a second each, so each once."""
    return code_keys(code, KDF)


@dataclass
class Invited:
    """An invitation as it was made: its fact's hash and body, its box, its link."""

    hash: str
    body: JsonObject
    box: bytes | None
    statement: Statement

    @property
    def fact(self) -> Invitation:
        fact = read_fact(self.body)
        assert isinstance(fact, Invitation)
        return fact


class InvitingWorld(CaseWorld):
    """The case of `cases`, in which the doctor is the referent and invites a nurse of a practice."""

    invited = ("H2", "practice")

    def newcomer(self, name: str, row: str | None = None, structure: str | None = None) -> None:
        """Somebody who now has an account and the capacity invited, or another."""
        self.attest(name, row or self.invited[0], structure or self.invited[1])

    def invitation(self, name: str, **changed: Any) -> Invitation:
        """The fact that invites `name`, before anything is boxed."""
        salt = seed32("salt of a subject")[:16]
        row, structure = self.invited
        fact = Invitation(
            subject=salted_subject(salt, ISS, f"subject-{self.person(name).number}"), subject_salt=salt,
            capacity=capacity(row, structure), regime="care", limb=1, history_from_ms=self.main.facts.created_ms,
            expires_ms=self.now_ms + VALIDITY_MS, kdf=KDF, key=keys_of(CODE).sign.public,
        )  # fmt: skip
        return replace(fact, **changed)

    def invite(
        self,
        author: str,
        starts: Mapping[str, tuple[int, int]],
        *,
        name: str = "newcomer",
        code: InvitationCode = CODE,
        fact: Invitation | None = None,
        ring: SectionKeys | None = None,
        beside: Sequence[JsonObject] = (),
    ) -> Invited:
        """Invite somebody; `beside` are facts of the same gesture, before the invitation."""
        fact = fact or self.invitation(name)
        body, box = compose_invitation(
            self.main, fact, self.draw("fact salt")[:16], ring=ring or self.ring(author), starts=starts,
            to=keys_of(code),
        )  # fmt: skip
        return self.sent_invitation(author, body, box, beside)

    def sent_invitation(
        self, author: str, body: JsonObject, box: bytes | None, beside: Sequence[JsonObject] = ()
    ) -> Invited:
        """Sign an invitation whatever it says."""
        whole = gesture_body([*beside, body]) if beside else body
        statement = self.add(author, FactLink(self.head(author), named_hash(whole)).body(), whole)
        return Invited(fact_hash(body), body, box, statement)

    def withdraw(self, author: str, invited: Invited) -> Statement:
        """Take an invitation back."""
        return self.fact(author, FactEnd(invited.hash, self.now_ms), widens=False)

    def identity(self, name: str) -> Identity:
        """What somebody says of themself when they answer."""
        number = self.person(name).number
        return Identity(ISS, f"subject-{number}", seed32("subject salt", number)[:16])

    def participation_of(
        self, name: str, invited: Invited, *, code: InvitationCode = CODE, identity: Identity | None = None
    ) -> Participation:
        """The participation that answers an invitation."""
        attestation = self.directory.attestation(self.capacities[name])
        return answered(
            self.main, invited.hash, invited.fact, attestation, identity=identity or self.identity(name),
            found=keys_of(code), start_ms=self.now_ms,
        )  # fmt: skip

    def answer(self, name: str, invited: Invited, **changed: Any) -> Statement:
        """Take part by an invitation."""
        code = changed.pop("code", CODE)
        identity = changed.pop("identity", None)
        fact = self.participation_of(name, invited, code=code, identity=identity)
        return self.fact(name, replace(fact, **changed))

    def opened(self, invited: Invited, code: InvitationCode = CODE) -> SectionKeys:
        """What the box of an invitation gives."""
        assert invited.box is not None
        return open_keys(
            self.main, invited.fact, invited.body, invited.box, found=keys_of(code), ring=SectionKeys(self.main.chain)
        ).ring

    def self_grant(
        self, name: str, invited: Invited, starts: Mapping[str, tuple[int, int] | None] | None = None
    ) -> Statement:
        """Box what an invitation gave to one's own user key."""
        if starts is None:
            starts = {item.section: (item.from_epoch, item.from_step) for item in invited.fact.sections}
        used = self.facts_for(name, starts)
        composed = compose.compose_grant(
            self.main, self.head(name), self.opened(invited), self.person(name).chain,
            reader_capacity=self.participation(name), starts=starts, facts=sorted(used),
            not_after_ms=self.now_ms + 10 * MINUTE_MS, invitation=invited.hash,
        )  # fmt: skip
        return self.composed(name, composed)

    def links(self, since: int = 0) -> list[Sent]:
        """The links of `main` from a position on, as they travel."""
        return self.sent[MAIN][since:]


__all__ = ["CODE", "KDF", "OTHER_CODE", "Invited", "InvitingWorld", "fact_body", "keys_of", "standings"]
