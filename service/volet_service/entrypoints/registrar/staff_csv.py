"""A staff list as a table: read strictly, and every line that is refused said with its number, in both languages.

```
identifiant;ligne;categorie;profession;fonction;structure;secret;jusqu_au
nadia;S1;2;;;ccas;L411-3;2027-06-30
```

UTF-8, semicolons, as spreadsheets in French write it; their mark at the start and their line ends are taken too.
`ligne` is the row of the access matrix, `secret` the legal bases with a blank between them. Several lines for one
person are several capacities. Who runs or watches a hub (row O14) has a scope, which a table cannot say: the
JSON list does.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import SECRET_BASES
from volet_protocol.operator_roles import ROW
from volet_protocol.trust_parties import Registrar

HEAD = ("identifiant", "ligne", "categorie", "profession", "fonction", "structure", "secret", "jusqu_au")
MOST_LINES = 20_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_SUBJECT = 255
_MARK = "\ufeff"

StaffLine = dict[str, JsonValue]
Key = tuple[str, str, str]


class Why(NamedTuple):
    """A reason, in French and in English."""

    fr: str
    en: str


_HOW_DAY = Why(
    "jusqu_au : dernier jour qui compte, comme 2027-06-30", "jusqu_au: the last day that counts, as 2027-06-30"
)

_HOW_SUBJECT = Why(
    "identifiant : celui de la personne chez le fournisseur d’identité",
    "identifiant: the person's own at the identity provider",
)


@dataclass(frozen=True)
class Refused:
    """A line that is refused, by its number in the file (0: the file itself), and why."""

    line: int
    why: Why


@dataclass(frozen=True)
class ReadTable:
    """The lines of a table in the form of the staff list, and what was refused: with one refusal nothing counts."""

    lines: Sequence[StaffLine]
    refused: Sequence[Refused]


def key_of(line: StaffLine) -> Key:
    """Return what makes two lines the same capacity: who, row, structure."""
    capacity = line["capacity"]
    assert isinstance(capacity, dict)  # noqa: S101 -- made by `_line`, or read by `read_staff`
    return str(line["sub"]), str(capacity["row"]), str(capacity["structure"])


def read_table(data: bytes, registrar: Registrar, today: date) -> ReadTable:
    """Read a table by what the trust bundle lets this registrar attest."""
    try:
        text = data.decode("utf-8").removeprefix(_MARK)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    except UnicodeDecodeError:
        return _file(
            "n’est pas en UTF-8 : à l’enregistrement, choisissez « CSV UTF-8 »", "is not UTF-8: save it as “CSV UTF-8”"
        )
    except csv.Error:
        return _file(
            "a un guillemet qui ne se ferme pas, ou au milieu d’une case",
            "has a quote that does not close, or inside a cell",
        )
    if not rows or tuple(rows[0]) != HEAD:
        head = ";".join(HEAD)
        return _file(f"doit commencer par la ligne « {head} »", f"must begin with the line “{head}”")
    if len(rows) == 1 or len(rows) > MOST_LINES:
        return _file(f"doit avoir de 1 à {MOST_LINES} personnes", f"must have from 1 to {MOST_LINES} people")
    lines: list[StaffLine] = []
    refused: list[Refused] = []
    seen: dict[Key, int] = {}
    for number, row in enumerate(rows[1:], 2):
        why = list(_wrong(row, registrar, today))
        if not why:
            line = _line(row)
            first = seen.setdefault(key_of(line), number)
            if first == number:
                lines.append(line)
            else:
                why = [
                    Why(
                        f"répète la ligne {first} : même personne, même ligne de la matrice, même structure",
                        f"repeats line {first}: same person, same row of the matrix, same structure",
                    )
                ]
        refused += [Refused(number, one) for one in why]
    return ReadTable(lines, refused)


def _file(fr: str, en: str) -> ReadTable:
    return ReadTable((), (Refused(0, Why(f"le fichier {fr}", f"the file {en}")),))


def _wrong(row: list[str], registrar: Registrar, today: date) -> Iterator[Why]:
    if len(row) != len(HEAD):
        yield Why(f"{len(row)} cases au lieu de {len(HEAD)}", f"{len(row)} cells instead of {len(HEAD)}")
    elif any(cell != cell.strip() or not cell.isprintable() for cell in row):
        yield Why(
            "une case commence ou finit par un blanc, ou contient un caractère invisible",
            "a cell begins or ends with a blank, or holds an invisible character",
        )
    else:
        sub, code, category, profession, role, structure, secret, until = row
        said = (
            None if 0 < len(sub) <= _MOST_SUBJECT else _HOW_SUBJECT,
            _wrong_place(code, structure, registrar),
            None if category in {"", "1", "2"} else Why("categorie : 1, 2 ou vide", "categorie: 1, 2 or empty"),
            _wrong_code("profession", profession),
            _wrong_code("fonction", role),
            _wrong_secret(secret),
            _wrong_day(until, today),
        )
        yield from (one for one in said if one is not None)


def _wrong_place(code: str, structure: str, registrar: Registrar) -> Why | None:
    if code == ROW:
        return Why(
            f"ligne {ROW} : qui exploite ou surveille la plateforme s’inscrit dans la liste JSON, avec sa portée",
            f"row {ROW}: who runs or watches the platform is entered in the JSON list, with their scope",
        )
    if code not in registrar.rows:
        known = ", ".join(registrar.rows)
        return Why(
            f"ligne « {code} » : le fichier de confiance ne permet à ce greffe que {known}",
            f"row “{code}”: the trust bundle lets this registrar attest {known} only",
        )
    if not registrar.may_attest(code, structure):
        known = ", ".join(one.id for one in registrar.structures)
        return Why(
            f"structure « {structure} » : ici, seulement {known}", f"structure “{structure}”: here, {known} only"
        )
    return None


def _wrong_code(name: str, cell: str) -> Why | None:
    return (
        None if not cell or _CODE.fullmatch(cell) else Why(f"{name} : un code, ou rien", f"{name}: a code, or nothing")
    )


def _wrong_secret(cell: str) -> Why | None:
    bases = cell.split(" ") if cell else []
    if SECRET_BASES.issuperset(bases) and len(set(bases)) == len(bases):
        return None
    known = ", ".join(sorted(SECRET_BASES))
    return Why(f"secret : chacune une fois, parmi {known}", f"secret: each once, among {known}")


def _wrong_day(cell: str, today: date) -> Why | None:
    # One spelling: the same day is also « 20270630 » and « 2027-W26-3 » to who reads dates.
    if not _DAY.fullmatch(cell):
        return _HOW_DAY
    try:
        last = date.fromisoformat(cell)
    except ValueError:
        return _HOW_DAY
    return Why(f"jusqu_au : le {cell} est passé", f"jusqu_au: {cell} is over") if last < today else None


def _line(row: list[str]) -> StaffLine:
    sub, code, category, profession, role, structure, secret, until = row
    capacity: dict[str, JsonValue] = {"row": code, "structure": structure, "secret_basis": sorted(secret.split())}
    if category:
        capacity["category"] = int(category)
    if profession:
        capacity["profession"] = profession
    if role:
        capacity["role"] = role
    return {"sub": sub, "until": until, "capacity": capacity}
