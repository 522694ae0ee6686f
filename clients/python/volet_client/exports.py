"""Documents for a party without account: asked of the rules, released once, sealed for them (docs/spec/exports.md).

At the person's written request (R43), or because the law orders it (R31, R33, R37, R42). The release is one leaf of
the log, a refusal too; the person finds it in the account of who was given what.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from volet_client.casebook import CaseView
from volet_client.entries import Entries
from volet_client.errors import NotReadableError, UsageError, VerificationError
from volet_client.lists import ListedEntry, ListView
from volet_client.releases import Releases
from volet_client.sealing_keys import SealingKeys
from volet_client.words import Said
from volet_protocol.entry import open_part
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError
from volet_protocol.filing import KIND as FILED
from volet_protocol.kinds import Content, Title, Unknown, read_body, read_title
from volet_protocol.outside import COORDINATION_ALERT, Outside
from volet_protocol.places import Place
from volet_protocol.release import EXPORT, PAGE
from volet_protocol.sealing import BODY, TITLE

PURPOSES = {"O11": "authority_alert", "O13": "authority_alert", "C3": "eviction_prevention", "C2": "coordination"}
NUMBER_GONE = "[numéro de sécurité sociale retiré]"
# Thirteen characters and a key of two digits, with or without blanks: 97 - (number mod 97).
_INS = re.compile(r"\b[1-478][ .]?\d\d[ .]?\d\d[ .]?\d[\dABab][ .]?\d{3}[ .]?\d{3}[ .]?\d\d\b")
_CORSICA = {"2A": "19", "2B": "18"}


@dataclass(frozen=True)
class Taken:
    """One entry that was released to leave the hub: header, title, and its text or the bytes of its file."""

    header: EntryHeader
    title: Title
    text: str
    file: bytes | None = None


@dataclass(frozen=True)
class Export:
    """Entries released in one leaf, whose index in the log it is."""

    entries: tuple[Taken, ...]
    leaf: int


class Exports:
    """Exports by the user of this profile."""

    def __init__(self, entries: Entries, releases: Releases, keys: SealingKeys) -> None:
        self._entries = entries
        self._releases = releases
        self._keys = keys

    def take(
        self, case: str, place: Place, ids: Sequence[str], to: Outside, *, basis: Sequence[str] = ()
    ) -> Export:  # fmt: skip
        """Have entries of one place released for a party; raise the hub's refusal with what is missing."""
        view = self._keys.view_at(case, place)
        found = [self._entries.find(case, place, given) for given in ids]
        listed, items = found[0][0], [item for _, item in found]
        if len(items) > PAGE or any(one.list != listed.list for one, _ in found):
            raise UsageError(
                Said("Une remise porte sur un seul volet.", "An export is of one section."),
                Said(f"Et sur {PAGE} éléments au plus.", f"And of {PAGE} entries at most."),
            )
        try:
            titles = [self._title(view, listed, item, to) for item in items]
            shares = [self._entries.client_share(view, listed, item, BODY) for item in items]
            purpose = PURPOSES.get(to.row, "person_request")
            released = self._releases.ask(
                listed, case, items, BODY, intent=EXPORT, purpose=purpose, basis=basis, to=to
            )  # fmt: skip
            taken: list[Taken] = []
            for item, title, share in zip(items, titles, shares, strict=True):
                entry = item.entry
                handed = None if entry is None else released.get(entry.id)
                if entry is None or handed is None:
                    raise _not_released(item)
                plain = open_part(entry, BODY, self._releases.chunks(handed), share, handed.share)
                taken.append(_taken(entry.header, title, plain, keep_number=to.ins))
        except ProtocolError as error:
            raise VerificationError.of(error, "export") from None
        return Export(tuple(taken), next(iter(released.values())).leaf)

    def _title(self, view: CaseView, listed: ListView, item: ListedEntry, to: Outside) -> Title:
        share = self._entries.client_share(view, listed, item, TITLE)
        handed = next(iter(self._releases.ask(listed, view.case, [item], TITLE, intent="sync").values()))
        title = read_title(open_part(handed.entry, TITLE, self._releases.chunks(handed), share, handed.share))
        if title.kind == FILED:
            # Its body holds shares of keys: nothing of it is printed as it stands.
            raise UsageError(
                Said("Un élément classé se remet depuis son échange.", "What was filed is exported from its exchange."),
                Said("volet export document exchange:NOM ID …", "volet export document exchange:NAME ID …"),
            )
        if to.alert != (title.kind == COORDINATION_ALERT) and to.row == "O11":
            raise UsageError(
                Said(
                    "Une alerte dit qu'une coordination est nécessaire, et rien d'autre.",
                    "An alert says that coordination is needed, and nothing else.",
                ),
                Said(
                    "volet post social/1 --kind coordination_alert …", "volet post social/1 --kind coordination_alert …"
                ),
            )
        return title


def _not_released(item: ListedEntry) -> NotReadableError:
    return NotReadableError(
        str(item.n),
        Said("La plateforme ne l'a pas remis.", "The hub did not hand it out."),
        Said("Synchronisez, puis demandez à l'auteur.", "Sync, then ask its author."),
    )


def _taken(header: EntryHeader, title: Title, plain: bytes, *, keep_number: bool) -> Taken:
    body = read_body(title, plain)
    if isinstance(body, bytes):
        return Taken(header, title, "", body)
    text = body.text() if isinstance(body, Unknown) else text_of(body)
    return Taken(header, title, text if keep_number else without_numbers(text))


def text_of(body: Content) -> str:
    """Return what a body says, as it is printed."""
    if body.kind == COORDINATION_ALERT:
        return (
            "Cette situation appelle l'intervention de plusieurs professionnels : une coordination est nécessaire "
            f"(article L121-6-2 du code de l'action sociale et des familles). Contact : {body.fields['contact']}."
        )
    text = str(body.fields.get("text", ""))
    rest = [f"{name} : {value}" for name, value in body.fields.items() if name != "text"]
    return "\n".join([text, *rest] if text else rest)


def without_numbers(text: str) -> str:
    """Return a text without the national health identifiers in it, which no party outside is given (R76)."""
    return _INS.sub(lambda found: NUMBER_GONE if _is_ins(found[0]) else found[0], text)


def _is_ins(given: str) -> bool:
    compact = given.replace(" ", "").replace(".", "").upper()
    number, key = compact[:13], compact[13:]
    number = number[:5] + _CORSICA.get(number[5:7], number[5:7]) + number[7:]
    return number.isdigit() and 97 - int(number) % 97 == int(key)
