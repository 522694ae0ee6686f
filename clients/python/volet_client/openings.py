"""Opening one entry to somebody, with the notice that allows it recorded in the same gesture (protocol 10.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.appending import Appender, Compose, NewLink
from volet_client.author import Author, draw
from volet_client.casebook import CaseView, ClassView
from volet_client.client_shares import ClientShares
from volet_client.entries import Entries
from volet_client.errors import UsageError
from volet_client.exchanges import participation_of
from volet_client.handing_over import HandingOver
from volet_client.members import Members
from volet_client.words import Said
from volet_protocol.case_links import LinkHead
from volet_protocol.compose import compose_opening
from volet_protocol.fact_notices import NoticeLine
from volet_protocol.facts import SALT_SIZE, fact_body, fact_hash
from volet_protocol.opening_links import OpenedEntry, OpeningCloseLink, OpeningLink, UserRecipient
from volet_protocol.places import EXCHANGE, MAIN, Place, class_of
from volet_protocol.sealing import PARTS

DAYS_MS = 24 * 3_600_000


@dataclass(frozen=True)
class Opened:
    """An opening in force, and the notice recorded with it."""

    opening: str
    entry: str
    notice: str | None
    view: CaseView


class Openings:
    """Openings by the user of this profile."""

    def __init__(
        self,
        author: Author,
        appender: Appender,
        entries: Entries,
        *,
        shares: ClientShares,
        members: Members,
        handing_over: HandingOver,
    ) -> None:
        self._author = author
        self._appender = appender
        self._entries = entries
        self._shares = shares
        self._members = members
        self._handing_over = handing_over

    def open(
        self,
        view: CaseView,
        place: Place,
        given: str,
        user: str,
        *,
        notice: Sequence[NoticeLine] = (),
        means: str = "oral",
        days: int = 30,
        exchange: str | None = None,
    ) -> Opened:
        """Put an entry of a section before a user who takes part in the case; a masked one: `HandingOver`."""
        _, item = self._entries.find(view.case, place, given)
        if item.entry is None or place.kind == EXCHANGE:
            raise UsageError(Said("Seul un élément d'un volet se communique.", "Only an entry of a section is opened."))
        if self._handing_over.is_masked(view, place, given):
            raise UsageError(
                Said(
                    "Un élément réservé n'est nommé dans aucune mention du dossier.",
                    "A masked entry is named nowhere in the file.",
                ),
                Said("Son auteur le remet : volet open-item.", "Its author hands it over: volet open-item."),
            )
        entry_id = item.entry.id
        shares = {(entry_id, part): self._shares.find(view, item, part) for part in PARTS}
        class_ = class_of(place.name)
        links: list[Compose] = []
        basis: list[str] = []
        if notice:
            fact, salt = self._members.notice(notice, means), draw(SALT_SIZE)
            basis.append(fact_hash(fact_body(fact, salt)))
            links.append(self._appender.fact(fact, salt))
        recipient = UserRecipient(user, participation_of(view, user, self._author.clock()))
        until_ms = self._author.clock() + days * DAYS_MS

        def compose(_chain: ClassView, head: LinkHead) -> NewLink:
            link = OpeningLink(head, (OpenedEntry(entry_id, PARTS),), recipient, tuple(basis), until_ms, (), exchange)
            chains = {user: self._author.directory.refresh(user).chain}
            composed = compose_opening(link, shares, chains)
            return NewLink(composed.body, boxes=composed.boxes)

        if notice and class_ != MAIN:
            raise UsageError(Said("Notez d'abord l'information.", "Record the notice first."))
        appended = self._appender.append(view.case, class_, [*links, compose])
        return Opened(appended.links[-1], entry_id, basis[0] if basis else None, appended.view)

    def close(self, view: CaseView, opening: str) -> None:
        """End an opening."""

        def compose(_chain: ClassView, head: LinkHead) -> NewLink:
            return NewLink(OpeningCloseLink(head, opening).body())

        for class_, chain in view.classes.items():
            if opening in chain.state.openings:
                self._appender.append(view.case, class_, [compose])
                return
        raise UsageError(Said("Aucune communication de cet identifiant.", "No opening of that id."))
