"""Answering emergencies: done at each sync by whoever takes part and holds the keys, so that nobody waits (F11).

1. Only for an emergency in force with its reason, whose words are sealed to whoever is to be told.
2. Only on the receipt of its `emergency-start` leaf, verified with our own trust bundle: the log has it first.
3. Only entries of the law's set that we may read and hold the share of, which the rules open to that caller now.
4. No key leaves: shares of single entries, for as long as the emergency lasts.

Of what it cannot do it says why. The agent of a structure, which works without anybody, takes this same way with
`agent=True`: it then answers nothing without witnesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from volet_client.appending import Appender, NewLink
from volet_client.author import Author
from volet_client.casebook import CaseView, ClassView
from volet_client.client_shares import ClientShares
from volet_client.emergency_links import EmergencyLinks
from volet_client.entry_checks import EntryChecks
from volet_client.errors import NotReadableError, VoletError
from volet_client.hub import Hub
from volet_client.lists import Lists
from volet_client.rules import Rules
from volet_protocol.access import decide
from volet_protocol.case_links import LinkHead
from volet_protocol.compose import compose_opening
from volet_protocol.emergencies import check_emergency_receipt, check_opener, end_ms
from volet_protocol.emergency_course import Course, check_reasoned, courses, to_tell
from volet_protocol.entry import VerifiedEntry
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.opening_links import MAX_ENTRIES, OpenedEntry, OpeningLink, StartRef, UserRecipient
from volet_protocol.places import MAIN, SECTION, SECTIONS, Place, class_of
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import EntryMeta, Party, Question
from volet_protocol.sealing import PARTS
from volet_protocol.section_access import SectionAccess, is_member

Shares = Mapping[tuple[str, str], bytes]


@dataclass
class Answered:
    """How many entries were opened, by emergency; why an emergency was not answered, by emergency."""

    opened: dict[str, int] = field(default_factory=dict[str, int])
    refused: dict[str, VoletError | ProtocolError] = field(default_factory=dict[str, VoletError | ProtocolError])


class EmergencyAnswers:
    """Answers as the user of this profile."""

    def __init__(
        self,
        hub: Hub,
        author: Author,
        rules: Rules,
        *,
        appender: Appender,
        lists: Lists,
        shares: ClientShares,
        checks: EntryChecks,
        links: EmergencyLinks,
    ) -> None:
        self._hub = hub
        self._author = author
        self._rules = rules
        self._appender = appender
        self._lists = lists
        self._shares = shares
        self._checks = checks
        self._links = links

    def work(self, view: CaseView, only: str | None = None, *, agent: bool = False) -> tuple[CaseView, Answered]:
        """Answer the emergencies of a case (`only`: that one) as far as we can; return the view afterwards."""
        answered = Answered()
        now_ms = view.main.instant(self._author.clock())
        if not is_member(view.main.facts, self._author.user, now_ms):
            return view, answered
        for course in courses(view.main.facts):
            mine = course.record.fact.user == self._author.user
            if mine or not course.lasts(now_ms) or only not in {None, course.record.hash}:
                continue
            try:
                view, count = self._answer(view, course, now_ms, agent=agent)
            except (VoletError, ProtocolError) as error:
                answered.refused[course.record.hash] = error
                continue
            if count:
                answered.opened[course.record.hash] = count
        return view, answered

    def _answer(self, view: CaseView, course: Course, now_ms: int, *, agent: bool) -> tuple[CaseView, int]:
        record, facts = course.record, view.main.facts
        told = self._links.able(to_tell(facts, record.fact.user, now_ms))
        check_reasoned(facts, record, set(told), now_ms)
        shares = self._openable(view, course, now_ms)
        if not shares:
            return view, 0
        details = self._links.details(view.case, record.hash)
        started = check_emergency_receipt(
            details.started, record, case=view.case, log=self._hub.trust.log, at_ms=now_ms, agent=agent
        )
        ids = sorted({id_ for id_, _ in shares})
        for start in range(0, len(ids), MAX_ENTRIES):
            view = self._open(view, course, ids[start : start + MAX_ENTRIES], shares, started)
        return view, len(ids)

    def _open(self, view: CaseView, course: Course, ids: list[str], shares: Shares, started: StartRef) -> CaseView:
        record = course.record
        caller = self._author.directory.refresh(record.fact.user).chain

        def compose(_chain: ClassView, head: LinkHead) -> NewLink:
            link = OpeningLink(
                head, tuple(OpenedEntry(id_, PARTS) for id_ in ids), UserRecipient(caller.user, record.hash),
                (record.hash,), end_ms(record.fact), (), None, started,
            )  # fmt: skip
            chosen = {which: share for which, share in shares.items() if which[0] in set(ids)}
            composed = compose_opening(link, chosen, {caller.user: caller})
            return NewLink(composed.body, boxes=composed.boxes)

        return self._appender.append(view.case, MAIN, [compose]).view

    def _openable(self, view: CaseView, course: Course, now_ms: int) -> dict[tuple[str, str], bytes]:
        """Return the shares of every entry that this emergency opens, that we hold, and that is not open to it yet."""
        done = {
            item.id
            for state in view.main.openings.values()
            if state.closed_seq is None and course.record.hash in state.link.basis
            for item in state.link.entries
        }
        found: dict[tuple[str, str], bytes] = {}
        for section in SECTIONS:
            if class_of(section) != MAIN or not self._permitted(view, course, section, None, now_ms):
                continue
            for item in self._lists.view(view.case, Place(SECTION, section)).entries:
                entry = item.entry
                if entry is None or item.taken_back or entry.id in done:
                    continue
                try:
                    self._checks.check(view, item)
                    self._check(view, course, entry, now_ms)
                    found.update({(entry.id, part): self._shares.find(view, item, part) for part in PARTS})
                except (NotReadableError, ProtocolError):
                    # Another reader may hold it, or nobody should use it: the rest is still worth opening.
                    continue
        return found

    def _check(self, view: CaseView, course: Course, entry: VerifiedEntry, now_ms: int) -> None:
        attestation = self._author.attestation
        me = Party(self._author.user, None if attestation is None else attestation.capacity)
        meta = self._meta(entry)
        check_opener(SectionAccess.at(self._rules.table, view.main.facts, now_ms), me, meta)
        if not self._permitted(view, course, entry.header.place.name, meta, now_ms):
            raise ProtocolError(Reason.NOT_PERMITTED, "entry outside of the emergency set")

    def _permitted(self, view: CaseView, course: Course, section: str, meta: EntryMeta | None, now_ms: int) -> bool:
        compartment, level = section.split("/")
        question = Question(
            action="read", user=course.record.fact.user, capacity=course.record.author.capacity,
            compartment=compartment, level=int(level), entry=meta, at_ms=now_ms, via="emergency",
        )  # fmt: skip
        return decide(self._rules.table, view.main.facts, question).effect == PERMIT

    def _meta(self, entry: VerifiedEntry) -> EntryMeta:
        header = entry.header
        category = None
        if header.capacity is not None:
            category = self._author.directory.attestation(header.capacity).capacity.category
        return EntryMeta(
            id=entry.id, author=header.preamble.user, author_category=category, written_ms=header.preamble.time_ms,
            compartment=header.compartment, level=header.level, mask=header.mask,
        )  # fmt: skip
