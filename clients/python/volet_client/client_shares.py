"""The client share of an entry's part, from whichever key this client holds, or why it has none (protocol 8.2)."""

from __future__ import annotations

from typing import Protocol

from volet_client.author import Author
from volet_client.casebook import CaseView
from volet_client.errors import NotReadableError
from volet_client.lists import ListedEntry
from volet_client.words import Said
from volet_protocol.entry import VerifiedEntry
from volet_protocol.entry_header import NAMED
from volet_protocol.errors import ProtocolError
from volet_protocol.named_box import open_shares
from volet_protocol.places import EXCHANGE
from volet_protocol.sealing import client_share_from_section
from volet_protocol.sections import KeyId


class ExchangeKeys(Protocol):
    """Where the key of an exchange's epoch comes from."""

    def key(self, view: CaseView, exchange: str, epoch: int) -> bytes | None:
        """Return the key, None for an epoch this user was not boxed."""
        ...


class ClientShares:
    """Finds client shares for the user of this profile."""

    def __init__(self, author: Author, exchanges: ExchangeKeys) -> None:
        self._author = author
        self._exchanges = exchanges

    def find(self, view: CaseView, listed: ListedEntry, part: str) -> bytes:
        """Return the client share of a part; raise `NotReadableError` with what to do.

        An opening comes last: its shares are another member's word, and the key commitment will judge them.
        """
        entry = listed.entry
        if entry is None:
            raise _gap(listed.n)
        own = self._own(view, entry, listed.box, part)
        if own is not None:
            return own
        for chain in view.classes.values():
            opened = chain.shares.get((entry.id, part))
            if opened is not None:
                return opened[1]
        raise _no_key(entry)

    def _own(self, view: CaseView, entry: VerifiedEntry, box: bytes | None, part: str) -> bytes | None:
        header = entry.header
        if header.form == NAMED:
            reader = next((item for item in header.named if item.user == self._author.user), None)
            if box is None or reader is None:
                return None
            return open_shares(header, self._author.user, box, self._author.box_key(reader.generation))[part]
        if header.form == EXCHANGE:
            key = self._exchanges.key(view, header.place.name, header.epoch or 0)
            return None if key is None else client_share_from_section(key, entry.id, part)
        chain = view.of(header.place.name)
        which = KeyId(header.place.name, header.epoch or 0, header.step or 0)
        if chain is None or not chain.ring.holds(which):
            return None
        published = chain.state.section(which.section).commitment(which.epoch, which.step)
        try:
            return client_share_from_section(chain.ring.key(which, published), entry.id, part)
        except ProtocolError as error:
            raise NotReadableError(
                entry.id,
                Said(
                    f"L'élément {entry.id[:8]} est sous une clé qui ne convient pas ({error.reason.value}).",
                    f"Entry {entry.id[:8]} is under a key that does not verify ({error.reason.value}).",
                ),
                Said("Signalez-le à son auteur et à votre auditeur.", "Report it to its author and to your auditor."),
            ) from None


def _gap(n: int) -> NotReadableError:
    return NotReadableError(
        str(n),
        Said(f"L'élément n° {n} ne vous est pas servi.", f"Entry number {n} is not served to you."),
        Said("Demandez à son auteur de vous le communiquer.", "Ask its author to open it to you."),
    )


def _no_key(entry: VerifiedEntry) -> NotReadableError:
    return NotReadableError(
        entry.id,
        Said(
            f"Vous n'avez pas la clé de l'élément {entry.id[:8]} ({entry.header.place}).",
            f"You hold no key of entry {entry.id[:8]} ({entry.header.place}).",
        ),
        Said(
            "Un collègue qui l'a vous l'accordera à sa prochaine synchronisation, ou vous la communique "
            "(volet open-item). Puis : volet sync.",
            "A colleague who holds it grants it at their next sync, or opens the entry to you "
            "(volet open-item). Then: volet sync.",
        ),
    )
