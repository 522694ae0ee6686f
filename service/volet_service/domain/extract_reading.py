"""Reading lines of the national directory's public extract: what is kept of each, or why it is refused, in French.

The format: UTF-8 (or Windows-1252), one header line with the national column names, values separated by `|`, no quotes.
Columns are found by their names, wherever they stand; those that are not kept are not looked at.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Final

from volet_protocol.extract_lines import KEPT, MAX_LINE, SEPARATOR
from volet_protocol.national_ids import Flaw, check_adeli, check_finess, check_rpps, check_siret
from volet_service.domain.folded_words import folded
from volet_service.domain.professions import BY_ROLE, NationalCodes, practised

# Longest line of a file, in bytes: what is kept of it is shorter.
MOST_BYTES: Final = 16 * 1024
_TYPE, _ID, _NATIONAL, _NAME, _FIRST, _PROFESSION = range(6)
_SIRET, _FINESS, _STRUCTURE, _POSTCODE, _PLACE, _ROLE = 11, 12, 14, 15, 17, 18
_SAID: Final = {Flaw.FORM: "mal formé", Flaw.KEY: "clé de contrôle fausse", Flaw.TEST: "numéro de test"}
_CHECKS: Final[dict[str, Callable[..., Flaw | None]]] = {"8": check_rpps, "0": check_adeli}


class NotAnExtract(Exception):  # noqa: N818 -- the sentence is for the operator
    """The file does not begin as the national extract does."""


@dataclass(frozen=True)
class KeptLine:
    """A line that was accepted: its kept text, and by what it is found."""

    text: str
    national_id: str
    practised: str
    profession: str
    role: str

    def words(self) -> set[str]:
        """Return the words by which the line is found: of name, structure and place."""
        values = self.text.split(SEPARATOR)
        found: set[str] = set()
        for column in (_NAME, _FIRST, _STRUCTURE, _POSTCODE, _PLACE):
            found.update(folded(values[column]))
        return found


class ExtractReader:
    """Reads the lines of one file. `test`: identifiers of test ranges and wrong keys are let in."""

    def __init__(self, header: bytes, codes: NationalCodes, *, encoding: str = "utf-8", test: bool = False) -> None:
        try:
            named = header.decode("utf-8-sig" if encoding == "utf-8" else encoding).rstrip("\r\n").split(SEPARATOR)
            positions = [named.index(column) for column in KEPT]
        except (UnicodeDecodeError, ValueError):
            raise NotAnExtract(f"première ligne : les colonnes nationales manquent, dont « {KEPT[0]} »") from None
        self._count = len(named)
        self._take: Callable[[list[str]], tuple[str, ...]] = itemgetter(*positions)
        self._codes = codes
        self._encoding = encoding
        self._test = test
        self._site = lru_cache(maxsize=20_000)(self._judge_site)

    def read(self, raw: bytes) -> KeptLine | str:
        """Return what is kept of a line, or in French why it is refused: never what stands in it."""
        if len(raw) > MOST_BYTES:
            return "ligne trop longue"
        try:
            line = raw.decode(self._encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            return f"caractères qui ne sont pas de l'{self._encoding}"
        if not line.isprintable():
            return "caractère de commande"
        values = line.split(SEPARATOR)
        if len(values) != self._count:
            return f"{len(values)} colonnes au lieu de {self._count}"
        kept = self._take(values)
        text = SEPARATOR.join(kept)
        if len(text) > MAX_LINE:
            return "ligne trop longue"
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        why = self._judge(kept)
        if why is not None:
            return why
        return KeptLine(
            text, kept[_NATIONAL], practised(kept[_PROFESSION], kept[_ROLE]), kept[_PROFESSION], kept[_ROLE]
        )

    def _judge(self, kept: tuple[str, ...]) -> str | None:
        check = _CHECKS.get(kept[_TYPE])
        if check is None:
            return f"{KEPT[_TYPE]} : inconnu"
        flaw = check(kept[_ID], test=self._test)
        if flaw is not None:
            return f"{KEPT[_ID]} : {_SAID[flaw]}"
        if kept[_NATIONAL] != kept[_TYPE] + kept[_ID]:
            return f"{KEPT[_NATIONAL]} : autre que type et identifiant"
        if not kept[_NAME].strip():
            return f"{KEPT[_NAME]} : absent"
        if not self._codes.is_profession(kept[_PROFESSION]):
            return f"{KEPT[_PROFESSION]} : inconnu"
        # A role beside a profession decides nothing; alone, it is all that is known.
        if kept[_PROFESSION] == BY_ROLE and not self._codes.is_role(kept[_ROLE]):
            return f"{KEPT[_ROLE]} : inconnu"
        return self._site(kept[_SIRET], kept[_FINESS])

    def _judge_site(self, siret: str, finess: str) -> str | None:
        """Judge the numbers of a structure, which thousands of lines share; absent ones are fine."""
        flaw = check_siret(siret, test=self._test) if siret else None
        if flaw is not None:
            return f"{KEPT[_SIRET]} : {_SAID[flaw]}"
        flaw = check_finess(finess, test=self._test) if finess else None
        return None if flaw is None else f"{KEPT[_FINESS]} : {_SAID[flaw]}"
