"""The entry list of a section, of its masked entries, or of an exchange: served in order, proven to its head.

Each entry's statement is verified against its author's chain before it is listed. What the hub keeps from this reader
keeps its place: a gap, shown as a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.directory import Directory
from volet_client.hub import Hub, box_of
from volet_client.refusals import NotFoundError
from volet_client.trust import LIST, Proven
from volet_protocol.canonical import JsonObject
from volet_protocol.entry import VerifiedEntry, read_verified_entry
from volet_protocol.entry_list import EntryListHead, Listed, check_page, check_seen, list_id
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.places import MASKED, REPORT, SECTION, Place
from volet_protocol.statements import UnverifiedStatement, from_json
from volet_protocol.take_back import TakeBack

PAGE_LIMIT = 4096


@dataclass(frozen=True)
class ListedEntry:
    """One index of a list. `entry` is None at a gap; `box` is ours, of a named entry; `taken_back` by its author.

    `take_back` is what its author signed then. `erased` is the leaf that says so, as the hub tells: it destroyed the
    shares by a decision.
    """

    n: int
    entry: VerifiedEntry | None
    box: bytes | None = None
    take_back: UnverifiedStatement | None = None
    erased: int | None = None

    @property
    def taken_back(self) -> bool:
        """Whether its author took it back."""
        return self.take_back is not None


@dataclass(frozen=True)
class ListView:
    """A verified list up to its proven head. `h` maps each index shown to its hash."""

    place: Place
    list: str
    head: EntryListHead
    entries: tuple[ListedEntry, ...]


class Lists:
    """Reads lists from the hub."""

    def __init__(self, hub: Hub, directory: Directory) -> None:
        self._hub = hub
        self._directory = directory

    def head(self, case: str, section: str) -> EntryListHead:
        """Return the newest position of a section's list, proven."""
        return self.head_of(case, Place(SECTION, section))

    def head_of(self, case: str, place: Place) -> EntryListHead:
        """Return the newest position of any list, proven; a list without entries is not in the map.

        Of masked entries and of a report one learns nothing unless one is ours: the hub then says that there is none.
        """
        list_ = list_id(case, str(place))
        try:
            proven = self._hub.head(LIST, list_)
        except NotFoundError:
            if place.kind in {MASKED, REPORT}:
                return EntryListHead.start(list_)
            raise
        return EntryListHead.start(list_) if proven.head is None else EntryListHead(proven.head.seq, proven.head.hash)

    def view(self, case: str, place: Place) -> ListView:
        """Return the whole list, verified from its start to its proven head."""
        list_ = list_id(case, str(place))
        known, entries = {0: list_}, list[ListedEntry]()
        at = EntryListHead.start(list_)
        while True:
            try:
                served = self._hub.transport.get(f"/v1/cases/{case}/lists/{list_}", after=at.n)
            except NotFoundError:
                if place.kind in {MASKED, REPORT}:
                    return ListView(place, list_, at, ())
                raise
            try:
                at, end, proven = self._page(case, place, at, served, entries, known)
                if at.n >= end.n:
                    self._check_seen(entries, known)
                    self._hub.advance(LIST, list_, proven, known)
                    return ListView(place, list_, end, tuple(entries))
            except ProtocolError as error:
                raise self._hub.failed(error, {"list": list_, "served": served}) from None

    def _page(  # noqa: PLR0917 - one page, and what it adds to
        self,
        case: str,
        place: Place,
        at: EntryListHead,
        served: JsonObject,
        entries: list[ListedEntry],
        known: dict[int, str],
    ) -> tuple[EntryListHead, EntryListHead, Proven]:
        """Add a page to `entries` and `known`; return how far it came, the proven end, and its proof."""
        list_ = list_id(case, str(place))
        fields = Fields(served, f"list {place}")
        if EntryListHead.read(fields.nested("start")) != at:
            raise ProtocolError(Reason.WRONG_LIST, f"list {place}")
        listed: list[Listed] = []
        reached = at
        for item in fields.objects("entries", PAGE_LIMIT):
            hash_, entry = self._item(item, case, place, reached.n + 1)
            reached = reached.append(hash_)
            known[reached.n] = reached.h
            listed.append(Listed(reached.n, hash_, gap=entry.entry is None))
            entries.append(entry)
        proven = self._hub.prove(LIST, list_, fields.raw("head"))
        fields.done()
        end = EntryListHead.start(list_) if proven.head is None else EntryListHead(proven.head.seq, proven.head.hash)
        if reached.n >= end.n:
            check_page(at, listed, end)
        elif not listed:
            raise ProtocolError(Reason.WRONG_LIST, f"list {place} ends before its head")
        return reached, end, proven

    @staticmethod
    def _check_seen(entries: Sequence[ListedEntry], known: dict[int, str]) -> None:
        for entry in entries:
            if entry.entry is not None:
                check_seen(entry.entry.header.seen, entry.n, known)

    def _item(self, item: Fields, case: str, place: Place, n: int) -> tuple[str, ListedEntry]:
        if item.has("hash"):
            hash_ = item.hash("hash")
            item.optional("n", item.integer)
            item.done()
            return hash_, ListedEntry(n, None)
        statement = from_json(item.raw("statement"))
        entry = self.verified(statement, case, place)
        box = box_of({"box": item.text("box")}) if item.has("box") else None
        take_back = self._take_back(item, entry) if item.has("taken_back") else None
        erased = item.optional("erased", item.integer)
        item.optional("n", item.integer)
        item.done()
        return statement.hash, ListedEntry(n, entry, box, take_back, erased)

    def verified(self, statement: UnverifiedStatement, case: str, place: Place) -> VerifiedEntry:
        """Return an entry whose author's device signed it, and that stands in this case and place."""
        entry = read_verified_entry(self._directory.verify(statement))
        if entry.header.case != case:
            raise ProtocolError(Reason.WRONG_CASE, f"entry {entry.id[:16]}")
        if entry.header.place != place:
            raise ProtocolError(Reason.WRONG_LIST, f"entry {entry.id[:16]}")
        return entry

    def _take_back(self, item: Fields, entry: VerifiedEntry) -> UnverifiedStatement:
        statement = self._directory.verify(from_json(item.raw("taken_back")))
        TakeBack.read(statement).check(entry)
        return statement


def find_entry(entries: Sequence[ListedEntry], given: str) -> ListedEntry | None:
    """Return the entry of an id, given whole or by its first 8 characters."""
    found = [one for one in entries if one.entry is not None and one.entry.id.startswith(given)]
    least = 8
    return found[0] if len(found) == 1 and len(given) >= least else None
