"""« À partir de quand ? » : what a newcomer sees of what was written before them (F3).

Three choices: the essentials in force and the last 15 days; since the episode began; from today. What is older than the
15 days goes entry by entry, as one opening in the same gesture: entries of level 1 that no other supersedes, which this
user may send and the newcomer's function may receive. Whether one entry supersedes another stands in its body, so the
bodies of level 1 are asked for, with intent `sync`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from volet_client.author import Author
from volet_client.casebook import Casebook, CaseView
from volet_client.entries import Entries
from volet_client.errors import UsageError, VoletError
from volet_client.lists import ListedEntry, Lists, ListView
from volet_client.releases import SYNC
from volet_client.rules import Rules
from volet_client.team_lines import Reader
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.fact_people import Episode
from volet_protocol.kinds import Content
from volet_protocol.opening_links import OpenedEntry
from volet_protocol.places import MAIN, SECTION, SECTIONS, Place, class_of
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import EntryMeta, Party, Question
from volet_protocol.sealing import PARTS
from volet_protocol.sections import KeyId

ESSENTIAL, EPISODE, TODAY = "essential", "episode", "today"
HORIZONS = (ESSENTIAL, EPISODE, TODAY)
DAY_MS = 24 * 3_600_000
RECENT_MS = 15 * DAY_MS
MOST = 64
_ESSENTIALS = tuple(section for section in SECTIONS if section.endswith("/1") and class_of(section) == MAIN)


@dataclass(frozen=True)
class Heads:
    """Older entries in force, with the shares to open them; `left` were too many for one gesture."""

    entries: tuple[OpenedEntry, ...] = ()
    shares: dict[tuple[str, str], bytes] | None = None
    left: int = 0


def history_from(horizon: str, facts: CaseFacts, now_ms: int) -> int | None:
    """Return since when a newcomer reads by themselves: None from their start on. Raises `UsageError`."""
    if horizon == TODAY:
        return None
    if horizon == ESSENTIAL:
        return max(0, now_ms - RECENT_MS)
    began = [
        record.fact.start_ms
        for record in facts.of(Episode)
        if record.fact.start_ms <= now_ms < facts.episode_end(record.fact.episode)
    ]
    if not began:
        raise UsageError(
            Said("Aucun épisode n'est en cours dans ce dossier.", "No episode is open in this case."),
            Said("--from essential", "--from essential"),
        )
    return began[-1]


class Horizon:
    """Finds what is in force for whoever follows the case."""

    def __init__(self, casebook: Casebook, author: Author, rules: Rules, *, lists: Lists, entries: Entries) -> None:
        self._casebook = casebook
        self._author = author
        self._rules = rules
        self._lists = lists
        self._entries = entries

    def heads(self, view: CaseView, facts: CaseFacts, reader: Reader, before_ms: int) -> Heads:
        """Return the entries of level 1 in force, written before an instant, that may go to a reader by these facts."""
        found: list[tuple[int, ListView, ListedEntry]] = []
        for section in _ESSENTIALS:
            known = view.main.section(section)
            if known.epoch and view.classes[MAIN].ring.holds(KeyId(section, known.epoch, known.step)):
                found += self._in_force(view, facts, reader, section, before_ms)
        found.sort(key=lambda one: -one[0])
        kept = found[:MOST]
        shares = {
            (listed.entry.id, part): self._entries.client_share(view, list_, listed, part)
            for _, list_, listed in kept
            if listed.entry is not None
            for part in PARTS
        }
        ids = sorted({id_ for id_, _ in shares})
        return Heads(tuple(OpenedEntry(id_, PARTS) for id_ in ids), shares, len(found) - len(kept))

    def _in_force(
        self, view: CaseView, facts: CaseFacts, reader: Reader, section: str, before_ms: int
    ) -> Iterator[tuple[int, ListView, ListedEntry]]:
        place = Place(SECTION, section)
        list_ = self._lists.view(view.case, place)
        older = [item for item in list_.entries if self._may_go(facts, item, reader, before_ms)]
        if not older:
            return
        superseded = self._superseded(view.case, place, list_)
        for item in older:
            if item.entry is not None and item.entry.id not in superseded:
                yield item.entry.header.preamble.time_ms, list_, item

    def _superseded(self, case: str, place: Place, list_: ListView) -> frozenset[str]:
        found: set[str] = set()
        for item in list_.entries:
            if item.entry is None or item.taken_back:
                continue
            try:
                read = self._entries.read(case, place, item.entry.id, intent=SYNC)
            except VoletError:
                # What cannot be opened here supersedes nothing here, and is not sent on.
                continue
            relations = read.body.relations if isinstance(read.body, Content) else ()
            relations = relations or (read.title.relations if read.title is not None else ())
            found |= {relation.entry for relation in relations if relation.relation == "supersedes"}
        return frozenset(found)

    def _may_go(self, facts: CaseFacts, item: ListedEntry, reader: Reader, before_ms: int) -> bool:
        if item.entry is None or item.taken_back:
            return False
        header = item.entry.header
        if header.form != SECTION or header.preamble.time_ms >= before_ms:
            return False
        attestation = self._author.attestation
        sender = Party(self._author.user, None if attestation is None else attestation.capacity)
        category = None
        if header.capacity is not None:
            self._author.directory.known(header.preamble.user)
            category = self._author.directory.attestation(header.capacity).capacity.category
        meta = EntryMeta(
            item.entry.id, header.preamble.user, category, header.preamble.time_ms, header.compartment, header.level
        )
        send = Question(
            action="exchange_send", user=sender.user, capacity=sender.capacity, compartment=meta.compartment,
            level=meta.level, entry=meta, at_ms=self._author.clock(), via="exchange",
        )  # fmt: skip
        receive = replace(
            send, action="exchange_receive", user=reader.user, capacity=reader.capacity, sender=sender,
            entry=replace(meta, named=frozenset({reader.user})),
        )  # fmt: skip
        return all(decide(self._rules.table, facts, asked).effect == PERMIT for asked in (send, receive))
