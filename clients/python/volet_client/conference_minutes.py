"""What became of conferences: the list, the words, the minutes with their actions, the calling off (F22, R78)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.appending import Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook
from volet_client.conferences import PLAN
from volet_client.entitled import check_entitled
from volet_client.entries import Entries, Posted
from volet_client.errors import UsageError
from volet_client.releases import OPEN
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import Record
from volet_protocol.fact_meetings import Conference, ConferenceEnd
from volet_protocol.facts import SALT_SIZE
from volet_protocol.fields import Fields
from volet_protocol.kinds import Content, Relation
from volet_protocol.meeting_words import MINUTES, Announcement, DecisionTaken, Minutes
from volet_protocol.places import MAIN


@dataclass(frozen=True)
class Held:
    """The minutes of a conference, and an action for each decision."""

    minutes: Posted
    actions: tuple[Posted, ...]


class ConferenceRecords:
    """The conferences of the cases of this user."""

    def __init__(self, casebook: Casebook, author: Author, *, appender: Appender, entries: Entries) -> None:
        self._casebook = casebook
        self._author = author
        self._appender = appender
        self._entries = entries

    def all(self, case: str) -> list[tuple[Record[Conference], int]]:
        """Return the conferences of a case in order, each with the instant at which it was called off, or `FOREVER`."""
        facts = self._casebook.view(case).main.facts
        return [(record, facts.ended_at(record.hash)) for record in facts.of(Conference)]

    def ended_at(self, case: str, record: Record[Conference]) -> int:
        """Return the instant at which a conference was called off, or `FOREVER`."""
        return self._casebook.view(case).main.facts.ended_at(record.hash)

    def find(self, case: str, given: str) -> Record[Conference]:
        """Return a conference by its id, the first characters of it, or `last`; raise `UsageError`."""
        known = [record for record, _ in self.all(case)]
        found = known[-1:] if given == "last" else [record for record in known if record.hash.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucune réunion {given}.", f"No conference {given}."),
                Said("volet conference list", "volet conference list"),
            )
        return found[0]

    def announcement(self, case: str, record: Record[Conference], *, intent: str = OPEN) -> Announcement:
        """Return the words of a conference, released and logged as any entry."""
        return Announcement.read(self._content(case, record.fact.announcement, intent))

    def read_minutes(self, case: str, record: Record[Conference], *, intent: str = OPEN) -> Minutes | None:
        """Return the minutes of a conference, None when there are none yet; `intent` stands in the log."""
        for read in self._entries.titles(case, PLAN):
            entry = read.listed.entry
            if entry is None or read.title is None or read.title.kind != MINUTES:
                continue
            minutes = Minutes.read(self._content(case, entry.id, intent))
            if minutes.conference == record.hash:
                return minutes
        return None

    def minutes(
        self, case: str, given: str, text: str, present: Sequence[str], decisions: Sequence[DecisionTaken] = ()
    ) -> Held:
        """File the minutes at level 1 of the plan, and each decision as an action that concerns them."""
        record = self.find(case, given)
        now_ms = self._author.clock()
        if now_ms < record.fact.from_ms:
            raise UsageError(
                Said("La réunion n'a pas encore eu lieu.", "The conference has not taken place yet."),
                Said("volet conference show", "volet conference show"),
            )
        if self._casebook.view(case).main.facts.ended_at(record.hash) <= record.fact.from_ms:
            raise UsageError(Said("Cette réunion a été annulée.", "This conference was called off."))
        minutes = Minutes(record.hash, text, tuple(present), tuple(decisions))
        about = Relation("concerns", record.fact.announcement)
        posted = self._entries.post(
            case, PLAN, "Compte rendu de réunion", kind=MINUTES, fields=minutes.to_json(), relations=[about]
        )
        actions = [self._action(case, posted.id, decision) for decision in decisions]
        return Held(posted, tuple(actions))

    def _action(self, case: str, minutes: str, decision: DecisionTaken) -> Posted:
        fields: JsonObject = {**decision.to_json(), "state": "to_do"}
        title = decision.text.splitlines()[0][:200]
        return self._entries.post(
            case, PLAN, title, kind="action", fields=fields, relations=[Relation("concerns", minutes)]
        )

    def call_off(self, case: str, given: str) -> Record[Conference]:
        """Say that a conference does not take place, or is over: what was opened for it closes now."""
        record = self.find(case, given)
        fact = ConferenceEnd(record.hash, self._author.clock())
        check_entitled(self._casebook.view(case).main.facts, self._author, fact)
        self._appender.append(case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE))])
        return record

    def _content(self, case: str, entry: str, intent: str) -> Fields:
        body = self._entries.read(case, PLAN, entry, intent=intent).body
        if not isinstance(body, Content):
            raise UsageError(Said("Ce n'est pas une réunion.", "This is not a conference."))
        return Fields(body.fields, body.kind)
