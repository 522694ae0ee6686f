"""Case conferences: convened with their conditions, documents opened for a time (F22, R78).

Convening writes the announcement (ciphertext), then in one act what the person was told, the conditions, and an opening
for each participant who does not read the documents anyway. Nothing of it has to be closed by hand: openings end seven
days after the conference, or at once when it is called off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_client.appending import Appender, Compose, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.client_shares import ClientShares
from volet_client.conference_reach import Reach
from volet_client.entitled import check_entitled
from volet_client.entries import Entries
from volet_client.errors import UsageError
from volet_client.lists import ListedEntry
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import Record
from volet_protocol.case_links import LinkHead
from volet_protocol.compose import compose_opening
from volet_protocol.conferences import KEPT_OPEN_MS, opposed
from volet_protocol.fact_meetings import REPRESENTED, TAKES_PART, Conference
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.fact_people import Participation
from volet_protocol.facts import SALT_SIZE, fact_body, fact_hash
from volet_protocol.meeting_words import ANNOUNCEMENT, Announcement
from volet_protocol.opening_links import OpenedEntry, OpeningLink, UserRecipient
from volet_protocol.places import MAIN, SECTION, Place
from volet_protocol.questions import EntryMeta, Party
from volet_protocol.sealing import PARTS

PLAN = Place(SECTION, "plan/1")
GENERAL = NoticeLine("general")
# What has no id yet, while the rules are asked who may convene.
_NONE = "0" * 64


@dataclass(frozen=True)
class Convening:
    """What is asked: the words, whom (users with an account among them), which entries, how the person was told."""

    words: Announcement
    purpose: str
    users: tuple[str, ...]
    entries: tuple[tuple[Place, str], ...]
    person: str
    means: str


@dataclass(frozen=True)
class Convened:
    """A conference in the chain: its fact, the announcement, what the person was told, who got documents."""

    conference: str
    announcement: str
    notice: str
    lines: tuple[NoticeLine, ...]
    openings: dict[str, str]
    closes_ms: int
    view: CaseView


@dataclass(frozen=True)
class _Ready:
    """What was found to hold before anything is written: whom, what by its meaning, who gets which, what is told."""

    view: CaseView
    reach: Reach
    records: Sequence[Record[Participation]]
    listed: Mapping[EntryMeta, ListedEntry]
    words: EntryMeta
    wanted: Mapping[str, Sequence[EntryMeta]]
    lines: tuple[NoticeLine, ...]


class Conferences:
    """Conferences of the user of this profile."""

    def __init__(
        self, casebook: Casebook, author: Author, rules: Rules, *, appender: Appender, entries: Entries,
        shares: ClientShares,
    ) -> None:  # fmt: skip
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._appender = appender
        self._entries = entries
        self._shares = shares

    def told(self, case: str, asked: Convening) -> tuple[NoticeLine, ...]:
        """Return what the person is to be told before this conference is convened; nothing is written."""
        return self._prepared(case, asked).lines

    def convene(self, case: str, asked: Convening) -> Convened:
        """Convene a conference. Everything that the rules refuse is refused before anything is sent."""
        ready = self._prepared(case, asked)
        title = asked.words.purpose.splitlines()[0][:200]
        posted = self._entries.post(case, PLAN, title, kind=ANNOUNCEMENT, fields=asked.words.to_json())
        notice = fact_body(Notice(ready.lines, ready.reach.at_ms, asked.means), draw(SALT_SIZE))
        fact = self._fact(asked, ready.records, ready.listed, announcement=posted.id, notice=fact_hash(notice))
        body = fact_body(fact, draw(SALT_SIZE))
        terms = tuple(sorted((fact_hash(notice), fact_hash(body)))), fact.until_ms + KEPT_OPEN_MS
        composers: list[Compose] = [self._appender.gesture([notice, body])]
        receivers: list[str] = []
        items = {**ready.listed, ready.words: self._entries.find(case, PLAN, posted.id)[1]}
        for record in ready.records:
            mine = [items[meta] for meta in ready.wanted[record.hash] if not ready.reach.reads(record, meta)]
            if mine and record.fact.user != self._author.user:
                receivers.append(record.fact.user)
                composers.append(self._opening(ready.view, record, mine, terms))
        appended = self._appender.append(case, MAIN, composers)
        openings = dict(zip(receivers, appended.links[1:], strict=True))
        return Convened(fact_hash(body), posted.id, fact_hash(notice), ready.lines, openings, terms[1], appended.view)

    @staticmethod
    def _fact(
        asked: Convening,
        records: Sequence[Record[Participation]],
        listed: Mapping[EntryMeta, ListedEntry],
        *,
        announcement: str = _NONE,
        notice: str = _NONE,
    ) -> Conference:
        return Conference(
            announcement=announcement, purpose=asked.purpose, from_ms=asked.words.from_ms,
            until_ms=asked.words.until_ms, participants=tuple(sorted(record.hash for record in records)),
            person=asked.person, notice=notice, entries=tuple(sorted(meta.id for meta in listed)),
            outside=sum(one.participation is None for one in asked.words.people) or None,
        )  # fmt: skip

    def _prepared(self, case: str, asked: Convening) -> _Ready:
        _check_person(asked)
        view = self._casebook.view(case)
        now_ms = view.main.instant(self._author.clock())
        records = [self._participation(view, user) for user in asked.users]
        found = [self._entries.find(case, place, given)[1] for place, given in asked.entries]
        listed = {self._meta(item): item for item in found}
        reach = Reach(self._rules.table, view.main, Party(self._author.user, self._capacity()), now_ms)
        for meta in listed:
            reach.check_sender(meta)
        _check_conditions(view, asked, records, now_ms)
        check_entitled(view.main.facts, self._author, self._fact(asked, records, listed))
        # Whoever may have the announcement gets it with the documents; the others get the sheet on paper.
        words = self._announced(now_ms)
        wanted = {record.hash: [*listed, *([words] if reach.may_have(record, words) else [])] for record in records}
        lines = reach.lines((record, meta) for record in records for meta in wanted[record.hash])
        told = (GENERAL, *(line for line in lines if line != GENERAL))
        return _Ready(view, reach, records, listed, words, wanted, told)

    def _announced(self, now_ms: int) -> EntryMeta:
        capacity = self._capacity()
        category = None if capacity is None else capacity.category
        return EntryMeta(_NONE, self._author.user, category, now_ms, "plan", 1)

    def _opening(
        self,
        view: CaseView,
        record: Record[Participation],
        listed: Sequence[ListedEntry],
        terms: tuple[tuple[str, ...], int],
    ) -> Compose:
        basis, until_ms = terms
        ids = sorted(item.entry.id for item in listed if item.entry is not None)
        shares = {
            (item.entry.id, part): self._shares.find(view, item, part)
            for item in listed
            for part in PARTS
            if item.entry is not None
        }
        recipient = UserRecipient(record.fact.user, record.hash)

        def compose(_chain: ClassView, head: LinkHead) -> NewLink:
            link = OpeningLink(head, tuple(OpenedEntry(id_, PARTS) for id_ in ids), recipient, basis, until_ms, ())
            chains = {record.fact.user: self._author.directory.refresh(record.fact.user).chain}
            composed = compose_opening(link, shares, chains)
            return NewLink(composed.body, boxes=composed.boxes)

        return compose

    def _participation(self, view: CaseView, user: str) -> Record[Participation]:
        found = view.main.facts.participations_of(user, view.main.instant(self._author.clock()))
        if not found:
            raise UsageError(
                Said(
                    f"{user[:8]} ne participe pas au dossier : invitez-le sans compte.",
                    f"{user[:8]} does not take part in the case: invite them without an account.",
                ),
                Said("--guest 'NOM, fonction, structure'", "--guest 'NAME, function, structure'"),
            )
        return found[0]

    def _meta(self, item: ListedEntry) -> EntryMeta:
        entry = item.entry
        if entry is None or item.taken_back:
            raise UsageError(Said("Un de ces éléments n'est plus là.", "One of these entries is gone."))
        header = entry.header
        category = None
        if header.capacity is not None:
            self._author.directory.known(header.preamble.user)
            category = self._author.directory.attestation(header.capacity).capacity.category
        return EntryMeta(
            id=entry.id, author=header.preamble.user, author_category=category, written_ms=header.preamble.time_ms,
            compartment=header.compartment, level=header.level, mask=header.mask,
            named=frozenset(reader.user for reader in header.named),
        )  # fmt: skip

    def _capacity(self) -> Capacity | None:
        attestation = self._author.attestation
        return None if attestation is None else attestation.capacity


def _check_person(asked: Convening) -> None:
    if asked.person not in {TAKES_PART, REPRESENTED} and not asked.words.without_person:
        raise UsageError(
            Said("Dites pourquoi la personne ne participe pas.", "Say why the person does not take part."),
            Said("--why 'Elle ne le souhaite pas.'", "--why 'She does not wish to.'"),
        )


def _check_conditions(view: CaseView, asked: Convening, records: Sequence[Record[Participation]], now_ms: int) -> None:
    """Refuse now, in words, what the hub would refuse: too late, or somebody whom the person opposed."""
    if now_ms >= asked.words.from_ms:
        raise UsageError(
            Said(
                "Une réunion se prépare avant qu'elle commence : ses conditions viennent d'abord.",
                "A conference is prepared before it starts: its conditions come first.",
            )
        )
    for record in records:
        if opposed(view.main.facts, record.fact, now_ms):
            raise UsageError(
                Said(
                    f"La personne s'oppose à ce que {record.fact.user[:8]} soit informé : pas de convocation.",
                    f"The person opposed that {record.fact.user[:8]} is informed: they cannot be invited.",
                ),
                Said("Retirez ce participant.", "Leave this participant out."),
            )
