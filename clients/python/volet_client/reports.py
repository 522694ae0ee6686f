"""Reports of danger: written apart, for the one to three people their author names (docs/spec/entries.md, E27; F21).

A child: C. pén. 226-14, CASF L226-2-1 (R3, R36). An adult who is ill-treated: C. pén. 226-14 2° (R4). Nobody else finds
a trace of one: not in the lists and counts of the case, nor in its log as the person and their representatives see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.entries import Entries, Posted, Read
from volet_client.errors import NotPermittedError, UsageError
from volet_client.hub import Hub
from volet_client.masking import Masking
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_powers import Mandate
from volet_protocol.fields import Fields
from volet_protocol.kinds import Content, Relation
from volet_protocol.masks import CHILD_HIDDEN, ILL_TREATMENT, kind_of
from volet_protocol.places import CHILD_PROTECTION, REPORT, Place, section_code
from volet_protocol.questions import EntryMeta, Question

MOST_NAMED = 3
CHILD = section_code(CHILD_PROTECTION, 2)
# Where an author may write about an adult, from the part that says most of it (matrix of the policy).
ADULT = tuple(
    section_code(part, level)
    for part, level in (
        ("social", 2), ("social", 1), ("medical", 2), ("medical", 1), ("autonomy", 2), ("autonomy", 1),
        ("transmissions", 2), ("transmissions", 1), ("expression", 2), ("expression", 1),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A report as one of those it names reads it: its place, and its entries in order."""

    place: Place
    entries: tuple[Read, ...]


class Reports:
    """Reports by, or for, the user of this profile."""

    def __init__(self, hub: Hub, author: Author, casebook: Casebook, *, rules: Rules, entries: Entries) -> None:
        self._hub = hub
        self._rules = rules
        self._author = author
        self._casebook = casebook
        self._entries = entries

    def start(
        self,
        case: str,
        title: str,
        text: str,
        named: Sequence[str],
        *,
        child: bool | None = None,
        hidden_from: Sequence[str] = (),
    ) -> Posted:
        """Write a report for those named; `child` None = as the case knows the age of the person."""
        view = self._casebook.view(case)
        self._check_named(view, named, hidden_from)
        about_child = self._is_child(view, child)
        place = Place(REPORT, draw(32).hex())
        masking = Masking(CHILD_HIDDEN if about_child else ILL_TREATMENT, named=tuple(named))
        refused: NotPermittedError | None = None
        for section in (CHILD,) if about_child else ADULT:
            if not all(self._may_be_told(view, user, section, masking) for user in named):
                continue
            try:
                return self._entries.post(
                    case, place, title, kind="report", fields={"text": text}, masking=masking, section=section
                )
            except NotPermittedError as error:
                refused = refused or error
        raise refused or UsageError(
            Said("Aucun volet ne convient à tous ceux que vous nommez.", "No part of the case suits all you name."),
            Said("Nommez quelqu'un d'autre, ou --alone.", "Name somebody else, or --alone."),
        )

    def places(self, case: str) -> list[Place]:
        """Return the reports that name this user."""
        served = self._hub.transport.get_list(f"/v1/cases/{case}/reports")
        try:
            return [_place(item) for item in served]
        except ProtocolError as error:
            raise self._hub.failed(error, {"case": case, "reports": list(served)}) from None

    def find(self, case: str, given: str) -> Place:
        """Return a report by the first characters of its name, or `last` when there is one."""
        known = self.places(case)
        found = known if given == "last" else [place for place in known if place.name.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucun signalement {given}.", f"No report {given}."),
                Said("volet report list", "volet report list"),
            )
        return found[0]

    def read(self, case: str, place: Place) -> Told:
        """Open every entry of a report: the text, the answers, what was sent where."""
        listed = self._entries.titles(case, place)
        known = [one for one in listed if one.listed.entry is not None and not one.listed.taken_back]
        opened = [
            self._entries.read(case, place, one.listed.entry.id)
            for one in known
            if one.listed.entry is not None and one.error is None
        ]
        return Told(place, tuple(opened))

    def answer(self, case: str, place: Place, title: str, text: str) -> Posted:
        """Write to those the report names: what follows, or what was done (R38)."""
        first = self._first(case, place)
        return self._more(case, place, title, {"text": text}, first=first, relation=Relation("replies_to", _id(first)))

    def name(self, case: str, place: Place, user: str) -> Posted:
        """Send the report to one more reader, who takes part: the authority that has an account. Its author only."""
        self._check_named(self._casebook.view(case), [user], ())
        first = self._first(case, place)
        header = first.listed.entry
        if header is None or header.header.preamble.user != self._author.user:
            raise UsageError(
                Said("Seul son auteur adresse le signalement à quelqu'un d'autre.", "Only its author sends it on."),
                Said("Demandez-lui : volet report answer.", "Ask them: volet report answer."),
            )
        opened = self._entries.read(case, place, _id(first))
        text = opened.body.fields.get("text", "") if isinstance(opened.body, Content) else ""
        title = opened.title.title if opened.title is not None else "Signalement"
        relation = Relation("supersedes", _id(first))
        return self._more(
            case, place, title, {"text": text}, first=first, relation=relation, kind="report", more=(user,)
        )

    def _more(
        self,
        case: str,
        place: Place,
        title: str,
        fields: JsonObject,
        *,
        first: Read,
        relation: Relation,
        kind: str = "message",
        more: Sequence[str] = (),
    ) -> Posted:
        entry = first.listed.entry
        assert entry is not None  # noqa: S101 - `_first` never returns a gap
        header = entry.header
        readers = {reader.user for reader in header.named} | set(more)
        return self._entries.post(
            case, place, title, kind=kind, fields=fields, relations=[relation],
            masking=Masking(header.mask, named=tuple(sorted(readers))),
            section=section_code(header.compartment, header.level),
        )  # fmt: skip

    def _first(self, case: str, place: Place) -> Read:
        listed = self._entries.titles(case, place)
        if not listed or listed[0].listed.entry is None:
            raise UsageError(Said("Ce signalement n'est pas lisible.", "This report cannot be read."))
        return listed[0]

    def _check_named(self, view: CaseView, named: Sequence[str], hidden_from: Sequence[str]) -> None:
        facts, now_ms = view.main.facts, view.main.instant(self._author.clock())
        if len(set(named)) > MOST_NAMED:
            raise UsageError(
                Said(f"{MOST_NAMED} personnes au plus lisent un signalement.", f"At most {MOST_NAMED} people read it."),
                Said("Nommez-en moins, responsable compris.", "Name fewer, a manager among them."),
            )
        represented = {record.fact.holder for record in facts.of(Mandate)}
        for user in named:
            if user in facts.person_users | represented:
                raise UsageError(
                    Said(
                        "Un signalement ne s'adresse ni à la personne ni à qui la représente.",
                        "A report is for neither the person nor those who represent them.",
                    ),
                    Said("L'autorité les informe, quand elle le peut (L226-5).", "The authority tells them (L226-5)."),
                )
            if user in hidden_from:
                raise UsageError(
                    Said("La même personne est nommée et tenue à l'écart.", "One is both named and kept out."),
                    Said("Choisissez : --named ou --hidden-from.", "Choose: --named or --hidden-from."),
                )
            if not facts.participations_of(user, now_ms):
                raise UsageError(
                    Said("Ce lecteur ne participe pas au dossier.", "This reader does not take part in the case."),
                    Said("Adressez-le par courrier scellé : volet report send.", "Send it sealed: volet report send."),
                )

    def _may_be_told(self, view: CaseView, user: str, section: str, masking: Masking) -> bool:
        """Tell whether a reader may have what is sent to them by name in that part, in the capacity they take part."""
        chain, (compartment, level) = view.main, section.split("/")
        now_ms = chain.instant(self._author.clock())
        meta = EntryMeta(
            id="0" * 64, author=self._author.user, author_category=None, written_ms=now_ms, compartment=compartment,
            level=int(level), mask=masking.mask, kind=kind_of(masking.mask), named=frozenset(masking.named),
        )  # fmt: skip
        capacities = [record.fact.capacity for record in chain.facts.participations_of(user, now_ms)]
        questions = [
            Question("read", user, capacity, compartment, int(level), meta, now_ms, via="any")
            for capacity in capacities
        ]
        return any(decide(self._rules.table, chain.facts, question).permitted for question in questions)

    def _is_child(self, view: CaseView, child: bool | None) -> bool:  # noqa: FBT001 - three states, one of them unsaid
        if child is not None:
            return child
        person = view.main.facts.person
        if person is None or person.majority_ms is None:
            raise UsageError(
                Said("L'âge de la personne n'est pas noté.", "The age of the person is not recorded."),
                Said("Précisez --child ou --adult.", "Say --child or --adult."),
            )
        return view.main.facts.is_minor(view.main.instant(self._author.clock()))


def _place(item: JsonObject) -> Place:
    fields = Fields(item, "report")
    fields.hash("list")
    place = Place.parse(fields.text("place", 128))
    fields.raw("head")
    fields.done()
    if place.kind != REPORT:
        raise ProtocolError(Reason.MALFORMED, "place of a report")
    return place


def _id(read: Read) -> str:
    return "" if read.listed.entry is None else read.listed.entry.id
