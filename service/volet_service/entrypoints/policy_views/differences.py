"""What changes between two tables: cells, closed questions, and the keys that nobody may hold any more."""

from __future__ import annotations

from collections.abc import Iterator

from volet_protocol.narrowing import changes, losses
from volet_protocol.policy_table import EFFECTS, PolicyTable


def told(old: PolicyTable, new: PolicyTable) -> Iterator[str]:
    """Yield one line a change, then one a lost cell whose grants are to be revoked and whose section is to be rotated.

    Ends with one line that counts them and says whether the new table is wider anywhere.
    """
    cells = list(_cells(old, new))
    questions = list(_questions(old, new))
    lost = list(losses(old, new))
    wider = new.wider_than(old)
    yield from cells
    yield from questions
    yield from (f"revoke {_of(one.structure)}{one.row} {one.section}, rotate {one.section}" for one in lost)
    yield from (f"wider {place}" for place in wider)
    yield (
        f"{len(cells)} cells, {len(questions)} questions, {len(lost)} kinds of grant to revoke, "
        f"{len(wider)} places wider ({old.hash[:16]} -> {new.hash[:16]})"
    )


def _cells(old: PolicyTable, new: PolicyTable) -> Iterator[str]:
    before = old.rows()
    for name, row in new.rows().items():
        was = before[name]
        if row.account != was.account:
            yield f"account {name}: {'yes' if was.account else 'no'} -> {'yes' if row.account else 'no'}"
        if row.category != was.category:
            yield f"category {name}: {was.category or '-'} -> {row.category or '-'}"
    for one in changes(old, new):
        yield f"cell {_of(one.structure)}{one.row}/{one.compartment}: {one.before} -> {one.after}"


def _of(structure: str | None) -> str:
    return "" if structure is None else f"{structure}: "


def _questions(old: PolicyTable, new: PolicyTable) -> Iterator[str]:
    for key in sorted({*old.answers(), *new.answers()}):
        was, now = old.ask(*key), new.ask(*key)
        if was.effect != now.effect:
            sign = "wider" if EFFECTS.index(now.effect) > EFFECTS.index(was.effect) else "narrower"
            yield f"question {'/'.join(key)}: {was.effect} -> {now.effect} ({sign})"
        elif was.hidden != now.hidden:
            yield f"question {'/'.join(key)}: {'shown' if was.hidden else 'hidden'} now"
