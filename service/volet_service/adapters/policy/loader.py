"""Strict loading of `policies/`: what the engine would swallow is refused here, with the line that is wrong.

The engine ignores an unknown effect (and a deny is lost), drops malformed lines, keeps trailing blanks as part of a
code and rewrites `and`/`or` inside strings. So every code is checked against closed lists before it sees any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from volet_protocol.policy_table import CELL_CODES, KEYS
from volet_protocol.vocabulary import COMPARTMENTS, OBLIGATIONS, ROW_SET, ROWS
from volet_service.adapters.policy.csv_files import records, text_of
from volet_service.adapters.policy.entitled import check_acts, check_facts
from volet_service.domain.policy_codes import PolicyError, is_rule

COLUMNS = (
    "id", "effect", "table", "action", "row", "compartment", "cell", "level", "relation", "reach", "cover", "rules",
    "obligations", "hidden", "article", "sentence",
)  # fmt: skip
CODES = ("action", "row", "compartment", "cell", "level", "relation", "reach", "cover")
UNUSED, ANY = "-", "*"
FILES = ("model.conf", "policy.csv", "matrix.csv", "vocabularies.json", "facts.csv", "acts.csv", "phrases.csv")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MATRIX_HEAD = ("row", "label_fr", "label_en", "legal_list", "category", "account", *COMPARTMENTS)
_PHRASE_COLUMNS = ("id", "phrase")


@dataclass(frozen=True)
class Line:
    """One line of policy.csv; each code column holds its alternatives."""

    id: str
    allows: bool
    table: str
    codes: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]
    obligations: tuple[str, ...]
    hidden: bool
    article: str
    sentence: str

    def matches(self, question: Mapping[str, str]) -> bool:
        """Tell whether the line speaks of a question, by our own reading of it."""
        return all(ANY in allowed or question[name] in allowed for name, allowed in self.codes.items())


@dataclass(frozen=True)
class MatrixRow:
    """One line of matrix.csv."""

    row: str
    label_fr: str
    label_en: str
    founded_on: str
    category: int | None
    account: bool
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Family:
    """A product of closed codes that is asked about, and which codes stand for one missing notice or consent."""

    table: str
    columns: Mapping[str, tuple[str, ...]]
    notice_supplies: Mapping[str, str]
    consent_supplies: Mapping[str, str]


@dataclass(frozen=True)
class PolicySource:
    """Everything the table is built from, read and checked."""

    model: str
    lines: tuple[Line, ...]
    matrix: tuple[MatrixRow, ...]
    families: tuple[Family, ...]
    phrases: Mapping[str, str]


def load(folder: Path) -> PolicySource:
    """Read and check the policy files of a folder; raise `PolicyError`."""
    texts = {name: text_of(folder / name) for name in FILES}
    families = _families(texts["vocabularies.json"])
    lines = tuple(read_lines(texts["policy.csv"], vocabulary(families)))
    check_facts(texts["facts.csv"])
    check_acts(texts["acts.csv"])
    _check_model(texts["model.conf"])
    phrases = _phrases(texts["phrases.csv"], lines)
    return PolicySource(texts["model.conf"], lines, tuple(read_matrix(texts["matrix.csv"])), families, phrases)


def _families(text: str) -> tuple[Family, ...]:
    try:
        document = cast("dict[str, object]", json.loads(text))
    except json.JSONDecodeError as error:
        raise PolicyError(f"vocabularies.json:{error.lineno}: {error.msg}") from None
    if set(document) != {"v", "families"} or document["v"] != 1:
        raise PolicyError("vocabularies.json: v 1 and families")
    return tuple(_family(item) for item in cast("list[dict[str, object]]", document["families"]))


def _family(item: dict[str, object]) -> Family:
    table = str(item.get("table"))
    if table not in KEYS or not set(item) <= {"table", "columns", "notice_supplies", "consent_supplies"}:
        raise PolicyError(f"vocabularies.json: unknown table or key in {sorted(item)}")
    columns = {name: tuple(codes) for name, codes in cast("dict[str, list[str]]", item["columns"]).items()}
    if set(columns) != set(KEYS[table]):
        raise PolicyError(f"vocabularies.json: table {table} has the columns {', '.join(KEYS[table])}")
    for name, codes in columns.items():
        if not codes or len(set(codes)) != len(codes) or ANY in codes:
            raise PolicyError(f"vocabularies.json: table {table}, column {name}: empty, duplicate or *")
    closed = {"row": ROW_SET, "compartment": frozenset(COMPARTMENTS), "cell": CELL_CODES}
    for name, allowed in closed.items():
        if not allowed.issuperset(columns.get(name, ())):
            raise PolicyError(f"vocabularies.json: table {table}: unknown {name}")
    supplies = [cast("dict[str, str]", item.get(name, {})) for name in ("notice_supplies", "consent_supplies")]
    for supply in supplies:
        if not {*supply, *supply.values()} <= set(columns.get("cover", ())):
            raise PolicyError(f"vocabularies.json: table {table}: a supply outside the covers")
    return Family(table, columns, *supplies)


def vocabulary(families: tuple[Family, ...]) -> dict[tuple[str, str], frozenset[str]]:
    """Return, per table and column, the codes that some question uses: any other could never match."""
    found: dict[tuple[str, str], set[str]] = {}
    for family in families:
        for name, codes in family.columns.items():
            found.setdefault((family.table, name), set()).update(codes)
    return {key: frozenset(codes) for key, codes in found.items()}


def read_lines(text: str, known: Mapping[tuple[str, str], frozenset[str]]) -> Iterator[Line]:
    """Yield the lines of policy.csv, head included in `text`; raise `PolicyError` at the first that is wrong."""
    seen: set[str] = set()
    for place, record in records("policy.csv", text, COLUMNS):
        if not _ID.fullmatch(record["id"]) or record["id"] in seen:
            raise PolicyError(f"{place}: id {record['id']!r} is malformed or used twice")
        seen.add(record["id"])
        if record["effect"] not in {"allow", "deny"}:
            raise PolicyError(f"{place}: unknown effect {record['effect']!r}")
        if record["table"] not in KEYS:
            raise PolicyError(f"{place}: unknown table {record['table']!r}")
        if record["hidden"] not in {"yes", "no"}:
            raise PolicyError(f"{place}: hidden is yes or no")
        if not record["article"] or not record["sentence"]:
            raise PolicyError(f"{place}: article or sentence missing")
        yield Line(
            id=record["id"],
            allows=record["effect"] == "allow",
            table=record["table"],
            codes={name: _codes(place, record, name, known) for name in CODES},
            rules=_listed(place, record["rules"], "rule"),
            obligations=_listed(place, record["obligations"], "obligation") if record["obligations"] else (),
            hidden=record["hidden"] == "yes",
            article=record["article"],
            sentence=record["sentence"],
        )


def _codes(
    place: str, record: Mapping[str, str], name: str, known: Mapping[tuple[str, str], frozenset[str]]
) -> tuple[str, ...]:
    table = record["table"]
    codes = tuple(record[name].split("|"))
    if name not in KEYS[table]:
        if codes != (UNUSED,):
            raise PolicyError(f"{place}: table {table} has no column {name}")
        return codes
    if codes == (ANY,):
        return codes
    unknown = [code for code in codes if code not in known[table, name]]
    if unknown or len(set(codes)) != len(codes):
        raise PolicyError(f"{place}: unknown or repeated {name} {unknown or codes}")
    return codes


def _listed(place: str, text: str, what: str) -> tuple[str, ...]:
    items = tuple(text.split(";"))
    known = all(item in OBLIGATIONS for item in items) if what == "obligation" else all(map(is_rule, items))
    if not known or len(set(items)) != len(items):
        raise PolicyError(f"{place}: unknown or repeated {what} in {text!r}")
    return items


def read_matrix(text: str) -> Iterator[MatrixRow]:
    """Yield the rows of the text of matrix.csv; raise `PolicyError` with its line for any other spelling of them."""
    seen: list[str] = []
    for place, record in records("matrix.csv", text, _MATRIX_HEAD):
        if record["row"] not in ROW_SET or record["row"] in seen:
            raise PolicyError(f"{place}: unknown or repeated row {record['row']!r}")
        seen.append(record["row"])
        if record["category"] not in {"", "1", "2"} or record["account"] not in {"yes", "no"}:
            raise PolicyError(f"{place}: category is 1, 2 or empty; account is yes or no")
        cells = {part: record[part] for part in COMPARTMENTS}
        unknown = [part for part, code in cells.items() if code not in CELL_CODES]
        if unknown:
            raise PolicyError(f"{place}: unknown code in {', '.join(unknown)}")
        category = int(record["category"]) if record["category"] else None
        if not (record["label_fr"] and record["label_en"] and record["legal_list"]):
            raise PolicyError(f"{place}: label or founding text missing")
        yield MatrixRow(
            record["row"], record["label_fr"], record["label_en"], record["legal_list"], category,
            record["account"] == "yes", cells,
        )  # fmt: skip
    if tuple(seen) != ROWS:
        raise PolicyError("matrix.csv: the rows must be those of the vocabulary, in its order")


def _phrases(text: str, lines: tuple[Line, ...]) -> dict[str, str]:
    """Return what each line says in French; refuse a line without its phrase, and a phrase without its line."""
    found = [(record["id"], record["phrase"]) for _, record in records("phrases.csv", text, _PHRASE_COLUMNS)]
    if [name for name, _ in found] != [line.id for line in lines] or not all(phrase for _, phrase in found):
        raise PolicyError("phrases.csv: a phrase for each line of policy.csv, in its order")
    return dict(found)


def _check_model(text: str) -> None:
    # The engine's parser rewrites these words even inside strings.
    if re.search(r"\b(and|or|not)\b", text):
        raise PolicyError("model.conf: and, or, not are rewritten by the engine: use the signs")
    matcher = next((line for line in text.splitlines() if line.startswith("m = ")), "")
    if not matcher.startswith("m = r.tbl == p.tbl && ") or "|| true" in matcher:
        raise PolicyError("model.conf: every branch of the matcher must look at the policy")
    if "e = some(where (p.eft == allow)) && !some(where (p.eft == deny))" not in text:
        raise PolicyError("model.conf: an explicit deny must prevail")
