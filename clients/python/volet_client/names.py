"""Local names of people, cases and exchanges: kept encrypted in the profile, never sent to anyone.

A name stands for an id; an id is accepted wherever a name is, whole or by its first 8 characters when they are unique.
"""

from __future__ import annotations

from typing import cast

from volet_client.errors import UsageError
from volet_client.profile import NAMES, Profile
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import is_hash

CONTACT = "contact"
CASE = "case"
EXCHANGE = "exchange"
DEVICE = "device"
_SHORT = 8
_KINDS = {
    CONTACT: Said("contact", "contact"),
    CASE: Said("dossier", "case"),
    EXCHANGE: Said("échange", "exchange"),
    DEVICE: Said("appareil", "device"),
}


class Names:
    """Names by kind."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._rows: list[tuple[str, str, str]] = []
        for item in cast("list[JsonObject]", profile.load(NAMES).get("names", [])):
            self._rows.append((str(item["kind"]), str(item["name"]), str(item["id"])))

    def put(self, kind: str, name: str, id_: str) -> None:
        """Give a name to an id; a name that stands for another id is refused."""
        held = next((row for row in self._rows if row[:2] == (kind, name)), None)
        if held is not None and held[2] != id_:
            raise UsageError(
                Said(f"« {name} » désigne déjà quelqu'un d'autre.", f"`{name}` already stands for another id."),
                Said("Choisissez un autre nom.", "Choose another name."),
            )
        if held is None:
            self._rows.append((kind, name, id_))
            self.save()

    def save(self) -> None:
        """Write the names to the profile."""
        rows: list[JsonValue] = [{"kind": kind, "name": name, "id": id_} for kind, name, id_ in self._rows]
        self._profile.save(NAMES, {"names": rows})

    def all(self, kind: str) -> dict[str, str]:
        """Return the names of a kind with their ids."""
        return {name: id_ for row_kind, name, id_ in self._rows if row_kind == kind}

    def find(self, kind: str, given: str) -> str:
        """Return the id that a name or an id stands for; raise `UsageError`."""
        known = self.all(kind)
        if given in known:
            return known[given]
        if is_hash(given):
            return given
        matching = {id_ for id_ in known.values() if len(given) >= _SHORT and id_.startswith(given)}
        if len(matching) == 1:
            return matching.pop()
        what = _KINDS[kind]
        raise UsageError(
            Said(f"Aucun {what.fr} du nom de « {given} ».", f"No {what.en} named `{given}`."),
            Said("Donnez un nom connu ou un identifiant.", "Give a known name or an id."),
        )

    def of(self, kind: str, id_: str) -> str:
        """Return the name of an id, else its first characters."""
        return next((name for name, known in self.all(kind).items() if known == id_), id_[:_SHORT])
