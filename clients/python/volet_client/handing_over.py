"""A masked entry for one more reader: written again under its mask, never opened (docs/spec/exchanges.md, rule 3).

An opening stands in a chain that is served to those from whom the mask hides the entry, and names it. What is handed
over is a new entry under the same mask, boxed to whom the first one is for and to one more; it supersedes the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_client.author import Author
from volet_client.casebook import CaseView, ClassView
from volet_client.entries import Entries
from volet_client.errors import NotPermittedError, UsageError
from volet_client.exchanges import participation_of
from volet_client.masking import Masking
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.entry_header import EntryHeader
from volet_protocol.kinds import Content, Relation
from volet_protocol.masks import ANNOUNCEMENT_MS, BEFORE_ANNOUNCEMENT
from volet_protocol.places import SECTION, Place
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import EntryMeta, Party, Question
from volet_protocol.release_decision import meta_of
from volet_protocol.shields import held_back
from volet_protocol.words import explain


@dataclass(frozen=True)
class HandedOver:
    """The new entry, and the one it supersedes."""

    entry: str
    first: str


class HandingOver:
    """Masked entries of the user of this profile, for one more reader."""

    def __init__(self, author: Author, entries: Entries, rules: Rules) -> None:
        self._author = author
        self._entries = entries
        self._rules = rules

    def is_masked(self, view: CaseView, place: Place, given: str) -> bool:
        """Tell whether an entry is held back now, so that an opening must not name it; raise UsageError for none."""
        _, item = self._entries.find(view.case, place, given)
        chain = None if item.entry is None else view.classes.get(item.entry.header.class_)
        if item.entry is None or chain is None:
            return False
        return held_back(chain.state.facts, self._meta(item.entry.header), self._instant(chain))

    def hand_over(self, view: CaseView, place: Place, given: str, user: str) -> HandedOver:
        """Write one of our masked entries again for a user who takes part.

        Raises UsageError (not ours, a document, nobody of the case) and NotPermittedError (the rules refuse them).
        """
        _, item = self._entries.find(view.case, place, given)
        assert item.entry is not None  # noqa: S101 - `find` never returns a gap
        header = item.entry.header
        if header.preamble.user != self._author.user:
            raise UsageError(
                Said("Seul son auteur communique un élément réservé.", "Only its author hands over a masked entry."),
                Said("Demandez-lui.", "Ask them."),
            )
        participation_of(view, user, self._author.clock())
        chain = view.classes[header.class_]
        self._check_rules(chain, header, user)
        opened = self._entries.read(view.case, place, header.id)
        if not isinstance(opened.body, Content) or opened.title is None:
            raise UsageError(Said("Un document ne se réécrit pas.", "A document is not written again."))
        facts, now_ms = chain.state.facts, self._instant(chain)
        staying = {reader.user for reader in header.named if facts.participations_of(reader.user, now_ms)}
        posted = self._entries.post(
            view.case, Place(SECTION, place.name), opened.title.title, kind=opened.body.kind,
            fields=opened.body.fields, relations=[*opened.body.relations, Relation("supersedes", header.id)],
            masking=Masking(header.mask, _until(header), header.passages, tuple(sorted(staying | {user}))),
        )  # fmt: skip
        return HandedOver(posted.id, header.id)

    def _check_rules(self, chain: ClassView, header: EntryHeader, user: str) -> None:
        """Ask what the hub will ask at each release: may we send it, may they receive it from us."""
        now_ms, facts = self._instant(chain), chain.state.facts
        attestation = self._author.attestation
        me = Party(self._author.user, None if attestation is None else attestation.capacity)
        found = facts.participations_of(user, now_ms)
        them = Party(user, found[0].fact.capacity if found else None)
        meta = self._meta(header, user)
        for action, party, sender in (("exchange_send", me, None), ("exchange_receive", them, me)):
            question = Question(
                action=action, user=party.user, capacity=party.capacity, compartment=header.compartment,
                level=header.level, entry=meta, at_ms=now_ms, via="exchange", sender=sender,
            )  # fmt: skip
            decision = decide(self._rules.table, facts, question)
            if decision.effect != PERMIT:
                said = Said(explain(decision, question, "fr"), explain(decision, question, "en"))
                raise NotPermittedError(said, decision.rules)

    def _meta(self, header: EntryHeader, *more: str) -> EntryMeta:
        category = None
        if header.capacity is not None:
            category = self._author.directory.attestation(header.capacity).capacity.category
        meta = meta_of(header, category, {})
        return replace(meta, named=meta.named | set(more))

    def _instant(self, chain: ClassView) -> int:
        return chain.state.instant(self._author.clock())


def _until(header: EntryHeader) -> int | None:
    """Return when the new entry's mask ends: as the first one's, since handing over buys no further 15 days (R65b)."""
    if header.mask != BEFORE_ANNOUNCEMENT:
        return None
    return header.mask_until_ms or header.preamble.time_ms + ANNOUNCEMENT_MS
