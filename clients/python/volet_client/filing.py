"""Filing in a section what came in an exchange, as its first author signed it; reading it back (E28 to E30, F31)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.directory import Directory
from volet_client.entries import Entries, Posted, Read
from volet_client.errors import UsageError, VerificationError
from volet_client.releases import Releases
from volet_client.sealing_keys import SealingKeys
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.entry import VerifiedEntry, open_part, read_verified_entry
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.filed_entry import open_filed
from volet_protocol.filing import KIND, NEVER, Filing, Shares
from volet_protocol.kinds import Content, Title, read_title
from volet_protocol.places import EXCHANGE, SECTION, Place, section_code
from volet_protocol.sealing import PARTS, TITLE


@dataclass(frozen=True)
class Filed:
    """What was filed: the entry as its first author signed it, what it says."""

    first: VerifiedEntry
    title: Title
    body: Content


class Filings:
    """Filing by the user of this profile."""

    def __init__(self, entries: Entries, releases: Releases, keys: SealingKeys, directory: Directory) -> None:
        self._entries = entries
        self._releases = releases
        self._keys = keys
        self._directory = directory

    def file(self, case: str, place: Place, given: str) -> Posted:
        """File an entry of an exchange in the section that the exchange is about; its two releases are logged."""
        if place.kind != EXCHANGE:
            raise UsageError(
                Said("On classe ce qui est venu dans un échange.", "What came in an exchange is filed."),
                Said("volet file exchange:NOM ID", "volet file exchange:NAME ID"),
            )
        view = self._keys.view_at(case, place)
        listed, item = self._entries.find(case, place, given)
        entry = item.entry
        if entry is None or item.taken_back or item.erased is not None:
            raise _nothing_to_file()
        plain: dict[str, JsonObject] = {}
        shares: dict[str, Shares] = {}
        try:
            for part in PARTS:
                client_share = self._entries.client_share(view, listed, item, part)
                handed = next(iter(self._releases.ask(listed, case, [item], part).values()))
                data = open_part(handed.entry, part, self._releases.chunks(handed), client_share, handed.share)
                if part == TITLE and read_title(data).kind in NEVER:
                    raise _nothing_to_file()
                plain[part], shares[part] = canonical.decode(data), Shares(client_share, handed.share)
            title = read_title(canonical.encode(plain[TITLE]))
        except ProtocolError as error:
            raise VerificationError.of(error, f"entry {given[:16]}") from None
        header = entry.header
        section = Place(SECTION, section_code(header.compartment, header.level))
        fields = Filing(entry.statement, plain, shares).to_fields()
        return self._entries.post(case, section, title.title, kind=KIND, fields=fields)

    def opened(self, read: Read) -> Filed | None:
        """Return what a `filed` entry holds, verified; None for an entry of another kind."""
        entry, title, body = read.listed.entry, read.title, read.body
        if entry is None or title is None or not isinstance(body, Content) or body.kind != KIND:
            return None
        try:
            filing = Filing.read(Fields(body.fields, KIND))
            first = read_verified_entry(self._directory.verify(filing.statement))
            return Filed(first, *open_filed(entry.header, title, filing, first))
        except ProtocolError as error:
            raise VerificationError.of(error, f"entry {entry.id[:16]}") from None


def _nothing_to_file() -> UsageError:
    return UsageError(
        Said("Cet élément ne se classe pas.", "This entry is not filed."),
        Said("Un fichier se joint à nouveau : volet attach.", "A file is attached anew: volet attach."),
    )
