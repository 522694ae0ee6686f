"""Nobody waits for a colleague: whoever holds keys rotates what is owed and grants what is permitted, after each sync.

0. Who left their structure is revoked where they hold keys by it: from then on the chain says it.
1. Debts first: one rotation brings every section in debt that this user holds and may rotate, for exactly those who
   may read at that position.
2. Then grants: every permitted reader without the current epoch, in one box each, with the history that their
   participation entitles them to. A chain that software may not accept (a second one of a known subject) waits.
3. Two clients that do this at once: the loser of the race throws its keys away and looks again.

A duty that this client cannot do is said, not hidden; it never stops reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from volet_client.appending import Appender, Compose, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import CaseView, ClassView
from volet_client.confirmations import Confirmations
from volet_client.directory import Directory, Known
from volet_client.errors import VoletError
from volet_client.hub import Hub
from volet_client.lists import Lists
from volet_client.rules import Rules
from volet_client.trust import SUBJECT
from volet_protocol.acceptance import Acceptance, Evidence, may_grant_by_software
from volet_protocol.capacities import subject_chain
from volet_protocol.case_links import LinkHead, SectionAt
from volet_protocol.compose import compose_claim, compose_grant, compose_rotate
from volet_protocol.debts import departed, may_be_claimed, owed_grants, sections_owed
from volet_protocol.directory import can_be_boxed
from volet_protocol.invitations import answered_by
from volet_protocol.key_links import RevokeLink
from volet_protocol.places import class_of
from volet_protocol.section_access import SectionAccess, Standing
from volet_protocol.sections import KEY_SIZE, KeyId

GRANT_VALIDITY_MS = 24 * 3_600_000


@dataclass
class Duties:
    """What was done for a case, and what could not be: each refusal in words."""

    left: list[str] = field(default_factory=list[str])
    rotated: list[str] = field(default_factory=list[str])
    granted: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    waiting: dict[str, str] = field(default_factory=dict[str, str])
    failed: list[VoletError] = field(default_factory=list[VoletError])


class Granting:
    """Does the duties of a holder of keys."""

    def __init__(
        self, hub: Hub, author: Author, rules: Rules, *, appender: Appender, lists: Lists, known: Confirmations
    ) -> None:
        self._hub = hub
        self._author = author
        self._directory: Directory = author.directory
        self._rules = rules
        self._appender = appender
        self._lists = lists
        self._confirmations = known

    def work(self, view: CaseView) -> tuple[CaseView, Duties]:
        """Rotate and grant everything owed in a case; return the view afterwards."""
        duties = Duties()
        for class_ in list(view.classes):
            try:
                view = self._leave_behind(view, class_, duties)
                view = self._rotate(view, class_, duties)
                view = self._grant(view, class_, duties)
            except VoletError as error:
                duties.failed.append(error)
        return view, duties

    def rotate_owed(self, view: CaseView, section: str) -> CaseView:
        """Rotate what is owed in the class of a section before something is written there."""
        duties = Duties()
        return self._rotate(self._leave_behind(view, class_of(section), duties), class_of(section), duties)

    def claim(self, view: CaseView, sections: Sequence[str]) -> CaseView:
        """Start the keys of sections that nobody holds."""

        def compose(chain: ClassView, head: LinkHead) -> NewLink:
            keys = {section: draw(KEY_SIZE) for section in sections}
            lists = {section: self._lists.head(view.case, section) for section in sections}
            me = self._directory.user(self._author.user)
            composed = compose_claim(chain.state, head, me, keys, lists)
            return NewLink(composed.body, boxes=composed.boxes)

        return self._appender.append(view.case, class_of(sections[0]), [compose]).view

    def may_claim(self, view: CaseView, section: str) -> bool:
        """Tell whether the rules let this user start the keys of a section, and whether it waits for that."""
        chain = view.of(section)
        if chain is None or not may_be_claimed(chain.state, section, self._rules.table, self._author.clock()):
            return False
        attestation = self._author.attestation
        capacity = None if attestation is None else attestation.capacity
        access = self.access(chain)
        return all(access.permits(action, self._author.user, capacity, section) for action in ("read", "claim"))

    def access(self, chain: ClassView) -> SectionAccess:
        """Return the rules over the facts of a chain, now."""
        return SectionAccess(self._rules.table, chain.state.facts, chain.state.instant(self._author.clock()))

    def _leave_behind(self, view: CaseView, class_: str, duties: Duties) -> CaseView:
        """Revoke who left their structure and holds keys by it: from then on the chain itself says so."""
        chain = view.classes[class_]
        gone = departed(chain.state, self._rules.table, chain.state.instant(self._author.clock()), self._directory)

        def compose(user: str, sections: Sequence[str]) -> Compose:
            at = [SectionAt(section, self._lists.head(view.case, section)) for section in sections]
            return lambda _, head: NewLink(RevokeLink(head, user, tuple(at)).body())

        if not gone:
            return view
        appended = self._appender.append(view.case, class_, [compose(*one) for one in gone.items()])
        duties.left += gone
        return appended.view

    def _rotate(self, view: CaseView, class_: str, duties: Duties) -> CaseView:
        owed = self._owed(view.classes[class_])
        if not owed:
            return view

        def compose(chain: ClassView, head: LinkHead) -> NewLink:
            sections = self._owed(chain)
            states = {section: chain.state.section(section) for section in sections}
            readers = self.access(chain).next_readers(sections, states)
            chains = {user: self._directory.refresh(user).chain for user in readers}
            deferred = {user: "closed" for user, known in chains.items() if not can_be_boxed(known, known.head)}
            composed = compose_rotate(
                chain.state,
                head,
                {section: draw(KEY_SIZE) for section in sections},
                {section: self._lists.head(view.case, section) for section in sections},
                readers=readers,
                chains=chains,
                deferred=deferred,
            )
            return NewLink(composed.body, boxes=composed.boxes)

        appended = self._appender.append(view.case, class_, [compose])
        duties.rotated += owed
        return appended.view

    def _owed(self, chain: ClassView) -> list[str]:
        me, now_ms = self._author.user, chain.state.instant(self._author.clock())
        owed = sections_owed(chain.state, self._rules.table, now_ms, self._directory, me)
        return [section for section in owed if self._may(chain, "rotate", section) and self._holds(chain, section)]

    def _may(self, chain: ClassView, action: str, section: str) -> bool:
        attestation = self._author.attestation
        capacity = None if attestation is None else attestation.capacity
        access = self.access(chain)
        return all(access.permits(one, self._author.user, capacity, section) for one in ("read", action))

    @staticmethod
    def _holds(chain: ClassView, section: str) -> bool:
        known = chain.state.section(section)
        return chain.ring.holds(KeyId(section, known.epoch, known.step))

    def _grant(self, view: CaseView, class_: str, duties: Duties) -> CaseView:
        wanted: dict[str, list[str]] = {}
        chain = view.classes[class_]
        for section in sorted(chain.state.sections):
            if self._holds(chain, section) and self._may(chain, "grant", section):
                now_ms = chain.state.instant(self._author.clock())
                for user in owed_grants(chain.state, section, self._rules.table, now_ms, self._directory):
                    wanted.setdefault(user, []).append(section)
        for user, sections in wanted.items():
            known = self._directory.refresh(user)
            acceptance = self.accepted(known, invited=answered_by(chain.state.facts, user))
            if not acceptance.granted:
                duties.waiting[user] = "" if acceptance.reason is None else acceptance.reason.value
                continue
            view = self._grant_to(view, class_, known, sections)
            duties.granted[user] = sections
        return view

    def accepted(self, known: Known, *, invited: bool = False) -> Acceptance:
        """Tell whether software may grant to a chain by itself (protocol 5.6).

        `invited`: it answered an invitation of the case with its code, as every member's client verified in the chain.
        """
        confirmed_ms = self._confirmations.of(known.chain.user)
        if not known.subjects:
            unbound = Evidence(None, known.chain.created_ms, 0, confirmed_ms, invited)
            return may_grant_by_software(known.chain, unbound, self._author.clock())
        subject = known.subjects[-1]
        head = self._hub.head(SUBJECT, subject_chain(subject.iss, subject.sub)).head
        # The map holds the newest chain of the subject, numbered from 0: any other than the first is a further one.
        older = 0 if head is not None and head.seq == 0 and head.hash == known.chain.user else 1
        evidence = Evidence(subject.mode, known.chain.created_ms, older, confirmed_ms, invited)
        return may_grant_by_software(known.chain, evidence, self._author.clock())

    def _grant_to(self, view: CaseView, class_: str, reader: Known, sections: Sequence[str]) -> CaseView:
        user = reader.chain.user

        def compose(chain: ClassView, head: LinkHead) -> NewLink:
            access = self.access(chain)
            standing = self._standing(access, user, sections)
            decisions = [access.decision("read", user, standing.capacity, section) for section in sections]
            composed = compose_grant(
                chain.state,
                head,
                chain.ring,
                reader.chain,
                reader_capacity=standing.participation,
                starts={section: start_of(chain, section, standing.horizon_ms) for section in sections},
                facts=[fact for decision in decisions for fact in decision.facts],
                not_after_ms=self._author.clock() + GRANT_VALIDITY_MS,
            )
            return NewLink(composed.body, boxes=composed.boxes)

        return self._appender.append(view.case, class_, [compose]).view

    @staticmethod
    def _standing(access: SectionAccess, user: str, sections: Sequence[str]) -> Standing:
        """Return the standing that permits the most of these sections."""
        found = access.standings(user)
        return max(found, key=lambda one: sum(access.permits("read", user, one.capacity, s) for s in sections))


def start_of(chain: ClassView, section: str, horizon_ms: int) -> tuple[int, int] | None:
    """Return the earliest (epoch, step) the reader is entitled to and we can hand over; None: step forward."""
    known = chain.state.section(section)
    for epoch, step in sorted(known.commitments):
        started_ms = known.starts_ms.get((epoch, step))
        later = range(epoch + 1, known.epoch + 1)
        if (
            started_ms is not None
            and started_ms >= horizon_ms
            and all(chain.ring.holds(KeyId(section, *which)) for which in [(epoch, step), *((e, 0) for e in later)])
        ):
            return epoch, step
    return None
