"""What changes between two tables: cells, closed questions, and the keys that nobody may hold any more."""

from __future__ import annotations

from collections.abc import Iterator

from volet_protocol.policy_table import EFFECTS, PolicyTable
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS


def told(old: PolicyTable, new: PolicyTable) -> Iterator[str]:
    """Yield one line a change, then one a lost cell whose grants are to be revoked and whose section is to be rotated.

    Ends with one line that counts them and says whether the new table is wider anywhere.
    """
    cells = list(_cells(old, new))
    questions = list(_questions(old, new))
    lost = list(_lost(old, new))
    wider = new.wider_than(old)
    yield from cells
    yield from questions
    yield from (f"revoke {row} {section}, rotate {section}" for row, section in lost)
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
        for part in COMPARTMENTS:
            if row.cells[part] != was.cells[part]:
                yield f"cell {name}/{part}: {was.cells[part]} -> {row.cells[part]}"


def _questions(old: PolicyTable, new: PolicyTable) -> Iterator[str]:
    for key in sorted({*old.answers(), *new.answers()}):
        was, now = old.ask(*key), new.ask(*key)
        if was.effect != now.effect:
            sign = "wider" if EFFECTS.index(now.effect) > EFFECTS.index(was.effect) else "narrower"
            yield f"question {'/'.join(key)}: {was.effect} -> {now.effect} ({sign})"
        elif was.hidden != now.hidden:
            yield f"question {'/'.join(key)}: {'shown' if was.hidden else 'hidden'} now"


def _lost(old: PolicyTable, new: PolicyTable) -> Iterator[tuple[str, str]]:
    """Yield each row and section that the row could read before and cannot now: whoever holds its keys loses them."""
    for name, row in old.rows().items():
        for part in COMPARTMENTS:
            for level in LEVELS:
                reads = row.account and old.within("read", row.cells[part], level)
                now = new.rows()[name]
                if reads and not (now.account and new.within("read", now.cells[part], level)):
                    yield name, f"{part}/{level}"
