"""The policy table: the law's answer to every closed question, evaluated once per version (docs/spec/policy-table.md).

The table is built by `volet policy build` from `policies/` and is data here: the same bytes decide in the server, in
this client and in any other. Its SHA-256 stands in every decision, grant and log entry.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from volet_protocol import canonical
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.vocabulary import COMPARTMENTS, OBLIGATIONS, ROW_SET

PERMIT, WITH_NOTICE, AFTER_CONSENT, DENY = "permit", "permit_with_notice", "permit_after_consent", "deny"
EFFECTS = (DENY, AFTER_CONSENT, WITH_NOTICE, PERMIT)  # from narrow to wide
CELL_CODES = frozenset(
    {
        "0", "1", "2", "1w", "2w", "ow", "s", "s0", "s1", "s2", "s1w", "s2w", "m1", "m2", "m1w", "m2w", "x", "x*",
    }
)  # fmt: skip
# Per table: which codes make its key, in this order.
KEYS: Mapping[str, tuple[str, ...]] = {
    "cell": ("action", "cell", "level"),
    "shield": ("relation", "row"),
    "standing": ("action", "relation", "reach", "cover"),
    "emergency": ("compartment", "level"),
    "outbound": ("row", "relation", "reach", "cover"),
    "act": ("action", "relation"),
}
TABLE_LIMIT = 4 * 1024 * 1024
_VERSION = 1


@dataclass(frozen=True)
class Outcome:
    """The answer to one closed question, with the policy lines that gave it."""

    effect: str
    rules: tuple[str, ...]
    obligations: tuple[str, ...] = ()
    hidden: bool = False
    lines: tuple[str, ...] = ()


NO_RULE = Outcome(DENY, ("R1",), hidden=True)


@dataclass(frozen=True)
class Row:
    """A kind of reader: category when the row has one, whether it may have an account, its fifteen cells."""

    row: str
    category: int | None
    account: bool
    cells: Mapping[str, str]


class PolicyTable:
    """An immutable table; `load` is the only way to one."""

    def __init__(
        self,
        data: bytes,
        rows: Mapping[str, Row],
        answers: Mapping[tuple[str, ...], Outcome],
        structures: Mapping[str, Mapping[str, Row]],
    ) -> None:
        self._rows = rows
        self._answers = answers
        self.hash = sha256(data).hex()
        self.size = len(data)
        self._writers = {
            (part, level): self._writing_categories(part, level) for part in COMPARTMENTS for level in (1, 2)
        }
        self._narrowed: dict[str, PolicyTable] = {}
        self._narrowed.update({structure: self._bound(own) for structure, own in structures.items()})

    def _bound(self, own: Mapping[str, Row]) -> PolicyTable:
        bound = copy.copy(self)
        # Who can write where stays what it is for everybody: fewer writers would ask fewer notices of the readers.
        bound._rows = {**self._rows, **own}  # noqa: SLF001 - a copy of this very object
        return bound

    @staticmethod
    def load(data: bytes) -> PolicyTable:
        """Read a table strictly; raise `ProtocolError` on an unknown code, a missing cell or a second spelling."""
        fields = Fields(canonical.decode(data, TABLE_LIMIT), "policy table")
        if fields.integer("v") != _VERSION:
            raise ProtocolError(Reason.WRONG_VERSION, "policy table")
        if fields.text("type", 64) != "policy-table":
            raise ProtocolError(Reason.WRONG_TYPE, "policy table")
        rows = {row.row: row for row in map(_read_row, fields.objects("rows", 64))}
        if rows.keys() != ROW_SET:
            raise fields.refuse("rows", "are not those of the matrix")
        outcomes = [_read_outcome(item) for item in fields.objects("outcomes")]
        answers: dict[tuple[str, ...], Outcome] = {}
        tables = fields.nested("tables")
        for table, key in KEYS.items():
            for item in tables.items(table, 100_000):
                if not isinstance(item, list) or len(item) != len(key) + 1:
                    raise fields.refuse(table)
                codes, number = [code for code in item[:-1] if isinstance(code, str)], item[-1]
                if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(outcomes):
                    raise fields.refuse(table)
                if len(codes) != len(key) or (table, *codes) in answers:
                    raise fields.refuse(table)
                answers[table, *codes] = outcomes[number]
        tables.done()
        structures = _read_structures(fields, rows) if fields.has("structures") else {}
        fields.done()
        return PolicyTable(data, rows, answers, structures)

    @property
    def structures(self) -> tuple[str, ...]:
        """The structures whose own staff this table binds further, in order."""
        return tuple(sorted(self._narrowed))

    def of(self, structure: str | None) -> PolicyTable | None:
        """Return the table as it binds the staff of a structure, None when that structure narrows nothing (F36)."""
        return None if structure is None else self._narrowed.get(structure)

    def ask(self, *question: str) -> Outcome:
        """Return the answer to one closed question, a table of `KEYS` and its codes; no rule denies (R1)."""
        return self._answers.get(question, NO_RULE)

    def row(self, row: str) -> Row | None:
        """Return a row, or None for an unknown one."""
        return self._rows.get(row)

    def cell(self, row: str, compartment: str) -> str:
        """Return the matrix code of a cell; raise unknown-reference for what is not in the matrix."""
        found = self._rows.get(row)
        if found is None or compartment not in found.cells:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"cell {row}/{compartment}")
        return found.cells[compartment]

    def within(self, action: str, cell: str, level: int) -> bool:
        """Tell whether a cell code reaches that level for `read` or `write`."""
        return self.ask("cell", action, cell, str(level)).effect == PERMIT

    def can_write(self, row: str, compartment: str, level: int) -> bool:
        """Tell whether a row may write at that level of a compartment."""
        return self.within("write", self.cell(row, compartment), level)

    def writing_categories(self, compartment: str, level: int) -> tuple[int, ...]:
        """Return the categories of professionals that can write there: whose entries a section may hold."""
        return self._writers[compartment, level]

    def _writing_categories(self, compartment: str, level: int) -> tuple[int, ...]:
        found = {
            row.category
            for row in self._rows.values()
            if row.category is not None and self.within("write", row.cells[compartment], level)
        }
        return tuple(sorted(found))

    def answers(self) -> Mapping[tuple[str, ...], Outcome]:
        """Return every closed question with its answer; the first code names the table."""
        return self._answers

    def rows(self) -> Mapping[str, Row]:
        """Return the matrix."""
        return self._rows

    def wider_than(self, other: PolicyTable) -> list[str]:
        """Name every place where this table permits more than `other`; a client refuses such a table (protocol 2)."""
        wider = [place for name, row in self._rows.items() for place in _wider_row(row, other.row(name))]
        wider += self._unnoticed(other)
        for structure in other.structures:
            mine, theirs = self.of(structure) or self, other.of(structure) or other
            found = [place for name, row in mine.rows().items() for place in _wider_row(row, theirs.row(name))]
            wider += [f"{structure}: {place}" for place in found]
        for key, outcome in self._answers.items():
            before = other.ask(*key)
            if EFFECTS.index(outcome.effect) > EFFECTS.index(before.effect):
                wider.append("/".join(key))
            elif before.hidden and not outcome.hidden and outcome.effect == DENY:
                wider.append("/".join(key) + ": no longer hidden")
        return sorted(wider)

    def _unnoticed(self, other: PolicyTable) -> Iterator[str]:
        """Yield each section that still has readers but lost its writers of a category.

        Its readers need a notice for each category that can write there. What a category wrote stays in the section
        when it may write no more: without that category, its words would open without notice.
        """
        for (part, level), writers in self._writers.items():
            lost = set(other.writing_categories(part, level)) - set(writers)
            if lost and any(row.account and self.within("read", row.cells[part], level) for row in self._rows.values()):
                yield f"{part}/{level}: category {min(lost)} wrote there and its words would cross without notice"


def _wider_row(row: Row, theirs: Row | None) -> list[str]:
    if theirs is None:
        return [row.row]
    wider = [f"{row.row}/account"] if row.account and not theirs.account else []
    if row.category != theirs.category:
        wider.append(f"{row.row}/category")
    for part, mine in row.cells.items():
        before = theirs.cells[part]
        if not at_most(mine, before):
            wider.append(f"{row.row}/{part}: {before} -> {mine}")
    return wider


def at_most(code: str, ceiling: str) -> bool:
    """Tell whether a cell opens no more than another: `x`, then `0`, then by family, level and writing."""
    if code in {ceiling, "x"}:
        return True
    if code == "0":
        return ceiling not in {"x", "x*"}
    if not {code, ceiling}.isdisjoint({"0", "x", "x*", "ow", "s", "s0"}):
        return False
    family, theirs = code.rstrip("w12"), ceiling.rstrip("w12")
    # A mandate cell (`m1`) asks for more than the plain cell (`1`) and opens the same.
    if family != theirs and (family, theirs) != ("m", ""):
        return False
    return code.strip("msw") <= ceiling.strip("msw") and code.endswith("w") <= ceiling.endswith("w")


def _read_structures(fields: Fields, rows: Mapping[str, Row]) -> dict[str, dict[str, Row]]:
    """Read what each structure narrows for its own staff: cells that open no more than those of the row."""
    found: dict[str, dict[str, Row]] = {}
    for item in fields.objects("structures"):
        narrowed: dict[str, Row] = {}
        structure = item.code("structure")
        for one in item.objects("rows", 64):
            row = rows.get(one.choice("row", ROW_SET))
            if row is None or row.row in narrowed:
                raise one.refuse("row", "is twice, or not of the matrix")
            cells = one.nested("cells")
            codes = {part: cells.choice(part, CELL_CODES) for part in COMPARTMENTS if cells.has(part)}
            cells.done()
            one.done()
            if not codes or any(
                code == row.cells[part] or not at_most(code, row.cells[part]) for part, code in codes.items()
            ):
                raise one.refuse("cells", "narrow nothing, or open more than the row")
            narrowed[row.row] = replace(row, cells={**row.cells, **codes})
        item.done()
        if structure in found or not narrowed:
            raise item.refuse("structure", "is twice, or narrows nothing")
        found[structure] = narrowed
    return found


def _read_row(fields: Fields) -> Row:
    row = fields.choice("row", ROW_SET)
    category = fields.integer("category", 1, 2) if fields.has("category") else None
    account = fields.boolean("account")
    cells = fields.nested("cells")
    codes = {part: cells.choice(part, CELL_CODES) for part in COMPARTMENTS}
    cells.done()
    fields.done()
    return Row(row, category, account, codes)


def _read_outcome(fields: Fields) -> Outcome:
    effect = fields.choice("effect", frozenset(EFFECTS))
    rules = tuple(fields.codes("rules"))
    obligations = tuple(fields.codes("obligations")) if fields.has("obligations") else ()
    hidden = fields.boolean("hidden") if fields.has("hidden") else False
    lines = tuple(fields.codes("lines"))
    fields.done()
    if not rules or not OBLIGATIONS.issuperset(obligations):
        raise fields.refuse("rules", "or obligations")
    return Outcome(effect, rules, obligations, hidden, lines)
