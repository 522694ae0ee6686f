"""Two cases of one person brought together (F24): one goes on, the other closes to writing. Nothing is merged or moved.

Each side is signed in its own chain by somebody who takes part there. Who takes part in both does it in one gesture;
otherwise the side that goes on signs first and hands its code to the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.appending import Appended, Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.entitled import check_entitled
from volet_client.errors import UsageError
from volet_client.lists import Lists
from volet_client.refusals import NotFoundError
from volet_client.words import Said
from volet_protocol import linked_cases
from volet_protocol.case_facts import Record
from volet_protocol.case_links import SectionAt
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_meetings import CLOSED, CONTINUES, CaseLink, CaseLinkEnd
from volet_protocol.facts import SALT_SIZE
from volet_protocol.places import MAIN


@dataclass(frozen=True)
class LinkShown:
    """A link of a case: the other case, this one's role, and whether both sides signed (None: not known here)."""

    link: str
    other: str
    role: str
    effective: bool | None


class LinkedCases:
    """Links between the cases of this user."""

    def __init__(self, casebook: Casebook, author: Author, *, appender: Appender, lists: Lists) -> None:
        self._casebook = casebook
        self._author = author
        self._appender = appender
        self._lists = lists

    def go_on(self, case: str, closing: str, means: str) -> str:
        """Record that a case continues another; return the code that the other side needs."""
        fact = CaseLink(closing, CONTINUES, self._author.clock(), means)
        return self._record(self._casebook.view(case), fact).facts[0]

    def close(self, case: str, goes_on: str, means: str, code: str | None = None) -> Appended:
        """Record that a case is continued by another and closes to writing.

        `code` is what the other side handed over; without it, it is looked up in the other case, where this user takes
        part. Raises `UsageError` when the other side has not signed.
        """
        view = self._casebook.view(case)
        found = self._counterpart(case, goes_on)
        if code is None and found is None:
            raise UsageError(
                Said("L'autre dossier n'a pas encore signé.", "The other case has not signed yet."),
                Said(
                    "Un membre de l'autre dossier : volet case link --continues ...",
                    "A member of the other case: volet case link --continues ...",
                ),
            )
        fact = CaseLink(goes_on, CLOSED, self._author.clock(), means, code or found)
        return self._record(view, fact)

    def bring_together(self, goes_on: str, closing: str, means: str) -> Appended:
        """Sign both sides, for who takes part in both; a side that is there already is not signed twice."""
        if self._counterpart(closing, goes_on) is None:
            self.go_on(goes_on, closing, means)
        return self.close(closing, goes_on, means)

    def takes_part(self, case: str) -> bool:
        """Tell whether a case is served to this user."""
        return self._other(case) is not None

    def links(self, case: str) -> list[LinkShown]:
        """Return the links of a case that nobody ended."""
        facts, now_ms = self._casebook.view(case).main.facts, self._author.clock()
        return [self._shown(record) for record in linked_cases.links(facts, now_ms)]

    def _shown(self, record: Record[CaseLink]) -> LinkShown:
        fact = record.fact
        # Who closes names the other's signature, and the hub held both: nothing more to learn. Who goes on may not see.
        effective = True if fact.role == CLOSED else self._is_closed_by(fact.other, record.hash)
        return LinkShown(record.hash, fact.other, fact.role, effective)

    def end(self, case: str, other: str) -> Appended:
        """Say that the link of a case with another was a mistake: the case opens to writing again."""
        found = [item for item in self.links(case) if item.other == other]
        if not found:
            raise UsageError(
                Said("Ces dossiers ne sont pas rapprochés.", "These cases are not linked."),
                Said("volet case links", "volet case links"),
            )
        fact = CaseLinkEnd(found[0].link, self._author.clock())
        check_entitled(self._casebook.view(case).main.facts, self._author, fact)
        return self._appender.append(case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE))])

    def _record(self, view: CaseView, fact: CaseLink) -> Appended:
        check_entitled(view.main.facts, self._author, fact)
        try:
            linked_cases.check_link(view.main.facts, fact, self._author.clock())
        except ProtocolError as error:
            raise UsageError(_REFUSED[error.reason]) from None
        lists = self._positions(view) if fact.role == CLOSED else []
        return self._appender.append(view.case, MAIN, [self._appender.fact(fact, draw(SALT_SIZE), lists)])

    def _positions(self, view: CaseView) -> list[SectionAt]:
        """Return where each list with a key ends: whatever a hub let in later stands above it and is refused."""
        return [
            SectionAt(section, self._lists.head(view.case, section))
            for section, known in sorted(view.main.sections.items())
            if known.epoch
        ]

    def _counterpart(self, case: str, goes_on: str) -> str | None:
        """Return the fact by which the other case says that it continues this one, where this user sees it."""
        view = self._other(goes_on)
        if view is None:
            return None
        for record in linked_cases.links(view.main.facts, self._author.clock()):
            if (record.fact.other, record.fact.role) == (case, CONTINUES):
                return record.hash
        return None

    def _is_closed_by(self, case: str, counterpart: str) -> bool | None:
        view = self._other(case)
        if view is None:
            return None
        closing = linked_cases.closing(view.main.facts, self._author.clock())
        return closing is not None and closing.fact.counterpart == counterpart

    def _other(self, case: str) -> CaseView | None:
        try:
            return self._casebook.view(case)
        except NotFoundError:
            return None


_REFUSED = {
    Reason.WRONG_CASE: Said("Un dossier ne se rapproche pas de lui-même.", "A case is not linked with itself."),
    Reason.NOT_YET: Said("Informez d'abord la personne.", "Tell the person first."),
    Reason.CLOSED: Said(
        "Ce dossier est déjà continué par un autre : il n'en continue aucun et ne se ferme pas deux fois.",
        "This case is continued by another already: it continues none and does not close twice.",
    ),
    Reason.ALREADY: Said("Ces deux dossiers sont déjà rapprochés.", "These two cases are linked already."),
}
