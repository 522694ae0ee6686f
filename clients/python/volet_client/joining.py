"""Taking part by an invitation, alone, with nobody on line (F11; docs/spec/invitations.md).

1. The hub names the invitations of our identity, open or ended unanswered; the link, or the code itself, says which
   one is meant.
2. The code has to give the key that the invitation names; only then is the hub asked, with a proof of it, for the box
   and the chain. The chain is verified to its proven head: that very invitation stands in it, valid.
3. The box has to open under the whole fact: who made it had the code. A hub that offers another invitation is found out
   before anything is signed into the case.
4. Our participation, on exactly its terms; then what was boxed goes to our own user key. Begun again after a crash, it
   goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from volet_client.appending import Appender, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.errors import UsageError
from volet_client.facts_words import moment
from volet_client.granting import GRANT_VALIDITY_MS
from volet_client.hub import Hub
from volet_client.profile import ATTESTED, Profile
from volet_client.rules import Rules
from volet_client.session import Session
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.capacities import Attestation, salted_subject
from volet_protocol.case_facts import Record
from volet_protocol.case_links import LinkHead
from volet_protocol.compose import compose_grant
from volet_protocol.compose_invitation import Identity, answered
from volet_protocol.encodings import from_base64url, is_hash, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_people import Participation
from volet_protocol.facts import SALT_SIZE, fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.invitation_codes import InvitationCode, read_shown, read_spoken
from volet_protocol.invitation_keys import CodeKeys, check_key, code_keys, open_keys, release_proof, release_terms
from volet_protocol.invitations import answer_to, fits
from volet_protocol.places import MAIN
from volet_protocol.section_access import SectionAccess
from volet_protocol.sections import KeyId, SectionKeys


@dataclass(frozen=True)
class Asked:
    """What somebody was told: a code, and the case and invitation of a link where there was one."""

    code: InvitationCode
    case: str | None = None
    invitation: str | None = None


@dataclass(frozen=True)
class Named:
    """An invitation that the hub says names us: nothing of it counts before the chain was verified."""

    case: str
    hash: str
    fact: Invitation
    body: JsonObject


@dataclass(frozen=True)
class Joined:
    """What came of it: the case, our participation, the sections that we now hold, those that a member still grants."""

    case: str
    participation: str
    sections: tuple[str, ...]
    left: tuple[str, ...]


def read_asked(link: str | None, code: str | None, hub: str) -> Asked:
    """Return what a link and a code say; raise `UsageError` for anything else, a link to another hub included."""
    case = invitation = shown = None
    if link is not None:
        start = f"{hub}/#join/"
        parts = link.removeprefix(start).split("/")
        if not link.startswith(start) or len(parts) not in {2, 3} or not all(map(is_hash, parts[:2])):
            raise _unreadable()
        case, invitation = parts[0], parts[1]
        shown = parts[2] if len(parts) > 2 else None  # noqa: PLR2004 - case, invitation, code
    try:
        if code is not None:
            return Asked(read_spoken(code), case, invitation)
        if shown is not None:
            return Asked(read_shown(shown), case, invitation)
    except ProtocolError:
        raise _unreadable() from None
    raise _unreadable()


class Invites:
    """Answers invitations."""

    def __init__(
        self, profile: Profile, hub: Hub, casebook: Casebook, author: Author, rules: Rules, *, appender: Appender,
        session: Session,
    ) -> None:  # fmt: skip
        self._profile = profile
        self._hub = hub
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._session = session

    def named(self) -> list[Named]:
        """Return the invitations that name our identity, open or ended unanswered, as the hub tells of them."""
        listed = self._hub.transport.get_list("/v1/invitations")
        try:
            return [_named(Fields(item, "invitation")) for item in listed]
        except ProtocolError as error:
            raise self._hub.failed(error, {"invitations": listed}) from None

    def join(self, asked: Asked) -> Joined:
        """Take part by an invitation; raise `UsageError`: none is ours, it is over, the code is another one's."""
        self._author.check_own_chain()
        offered = [
            one for one in self.named() if (asked.case, asked.invitation) in {(None, None), (one.case, one.hash)}
        ]
        for one in offered:
            keys = code_keys(asked.code, one.fact.kdf)
            try:
                check_key(keys, one.fact)
            except ProtocolError:
                continue
            # Until when it holds is signed into the invitation, whatever a hub says is over.
            if one.fact.expires_ms <= self._author.clock():
                raise _over(one.fact.expires_ms)
            return self._answer(one, keys)
        raise _not_ours(offered=bool(offered))

    def _answer(self, named: Named, keys: CodeKeys) -> Joined:
        attestation, identity = self._attested(named.fact)
        self._session.act_as(attestation.id)
        box = self._box(named, keys)
        view = self._casebook.view(named.case)
        try:
            record = view.main.facts.find(Invitation, named.hash)
            ring = SectionKeys(view.main.chain)
            if record.fact.box is not None:
                ring = open_keys(view.main, record.fact, named.body, box, found=keys, ring=ring).ring
        except ProtocolError as error:
            raise self._hub.failed(error, {"invitation": named.body, "box": to_base64url(box)}) from None
        answer = answer_to(view.main.facts, record.hash)
        if answer is None:
            start_ms = max(view.main.instant(self._author.clock()), record.recorded_ms)
            fact = answered(
                view.main, record.hash, record.fact, attestation, identity=identity, found=keys, start_ms=start_ms
            )
            view = self._appender.append(view.case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE))]).view
            answer = answer_to(view.main.facts, record.hash)
        if answer is None or answer.fact.user != self._author.user:
            raise _not_ours(offered=True)
        view = self._keep(view, record, answer, ring)
        held = view.classes[MAIN].ring
        all_ = [item.section for item in record.fact.sections]
        have = tuple(one for one in all_ if held.holds(_current(view, one)))
        return Joined(view.case, answer.hash, have, tuple(one for one in all_ if one not in have))

    def _keep(
        self, view: CaseView, record: Record[Invitation], answer: Record[Participation], ring: SectionKeys
    ) -> CaseView:
        """Box what the invitation gave, and is still current and permitted, to our own user key."""
        chain = view.classes[MAIN]
        access = SectionAccess(self._rules.table, chain.state.facts, chain.state.instant(self._author.clock()))
        starts = {
            item.section: (item.from_epoch, item.from_step)
            for item in record.fact.sections
            if item.epoch == chain.state.section(item.section).epoch
            and not chain.ring.holds(_current(view, item.section))
            and ring.holds(KeyId(item.section, item.from_epoch, item.from_step))
            and access.permits("read", self._author.user, answer.fact.capacity, item.section)
        }
        if not starts:
            return view

        def compose(chain: ClassView, head: LinkHead) -> NewLink:
            decisions = [
                access.decision("read", self._author.user, answer.fact.capacity, section) for section in starts
            ]
            composed = compose_grant(
                chain.state, head, ring, self._author.directory.user(self._author.user),
                reader_capacity=answer.hash, starts=starts,
                facts=[fact for decision in decisions for fact in decision.facts],
                not_after_ms=self._author.clock() + GRANT_VALIDITY_MS, invitation=record.hash,
            )  # fmt: skip
            return NewLink(composed.body, boxes=composed.boxes)

        return self._appender.append(view.case, MAIN, [compose]).view

    def _attested(self, invited: Invitation) -> tuple[Attestation, Identity]:
        """Return our attested capacity that is the one invited, with what opens its subject."""
        known = self._author.directory.refresh(self._author.user)
        now_ms = self._author.clock()
        salts = self._profile.load(ATTESTED)
        for attestation in known.attestations:
            salt = salts.get(attestation.id)
            if not isinstance(salt, str) or not attestation.from_ms <= now_ms < attestation.until_ms:
                continue
            for subject in known.subjects:
                identity = Identity(subject.iss, subject.sub, from_base64url(salt))
                mine = salted_subject(invited.subject_salt, subject.iss, subject.sub) == invited.subject
                opens = salted_subject(identity.salt, subject.iss, subject.sub) == attestation.subject
                if mine and opens and fits(invited.capacity, attestation.capacity):
                    return attestation, identity
        raise UsageError(
            Said(
                "L'invitation vaut pour une autre situation d'exercice que les vôtres.",
                "The invitation is for another capacity than yours.",
            ),
            Said(
                "volet login attest, auprès du registre de cette structure ; sinon demandez une autre invitation.",
                "volet login attest, at the registrar of that structure; otherwise ask for another invitation.",
            ),
        )

    def _box(self, named: Named, keys: CodeKeys) -> bytes:
        """Prove the code to the hub; return the box, empty where the invitation boxes nothing."""
        terms = release_terms(self._hub.origin, named.case, named.hash, self._author.user)
        proof: Mapping[str, JsonValue] = {"proof": to_base64url(release_proof(keys.sign, terms))}
        served = self._hub.transport.post(f"/v1/invitations/{named.hash}/box", proof)
        self._hub.receipt(cast("JsonObject", served["receipt"]))
        return from_base64url(str(served.get("box", "")))


def _named(fields: Fields) -> Named:
    """Read an invitation as it is listed; refuse a body that is not the one its hash names."""
    case, hash_, body = fields.hash("case"), fields.hash("invitation"), fields.raw("fact")
    fact = read_fact(body)
    if not isinstance(fact, Invitation) or fact_hash(body) != hash_:
        raise ProtocolError(Reason.WRONG_HASH, "an invitation that the hub offers")
    return Named(case, hash_, fact, body)


def _current(view: CaseView, section: str) -> KeyId:
    known = view.main.section(section)
    return KeyId(section, known.epoch, known.step)


def _unreadable() -> UsageError:
    return UsageError(
        Said("Ce lien ou ce code n'est pas celui d'une invitation.", "This link or code is no invitation's."),
        Said(
            "Faites-le répéter : 17 signes, XXXX-XXXX-XXXX-XXXX-X, ou le lien entier.",
            "Have it repeated: 17 characters, XXXX-XXXX-XXXX-XXXX-X, or the whole link.",
        ),
    )


def _over(at_ms: int) -> UsageError:
    return UsageError(
        Said(f"Cette invitation a expiré le {moment(at_ms)}.", f"This invitation was over on {moment(at_ms)}."),
        Said("Demandez-en une autre à qui vous invite.", "Ask whoever invites you for another one."),
    )


def _not_ours(*, offered: bool) -> UsageError:
    if offered:
        return UsageError(
            Said("Ce code n'est pas celui de votre invitation.", "This code is not that of your invitation."),
            Said("Faites-le répéter par qui vous invite.", "Have it repeated by whoever invites you."),
        )
    return UsageError(
        Said(
            "Aucune invitation ouverte n'est à votre nom : elle a été retirée ou a déjà servi.",
            "No open invitation is in your name: it was withdrawn, or was used.",
        ),
        Said("Demandez-en une autre à qui vous invite.", "Ask whoever invites you for another one."),
    )
