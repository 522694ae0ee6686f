"""Lines and questions meet both ways, by our own reading of the lines, before the engine is asked anything.

A line that no question meets is dead: its author believes in a rule that never applies. A question that no line speaks
of would be denied in silence: one letter wrong in a row, and the row's own rule is gone without a word.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from volet_protocol.policy_table import KEYS
from volet_service.adapters.policy.loader import ANY, Family, Line, PolicySource
from volet_service.domain.policy_codes import PolicyError


def check_coverage(source: PolicySource) -> None:
    """Raise `PolicyError` naming a line that no question meets, or a question that no line answers."""
    met = 0
    for family in source.families:
        for codes, meeting in _meetings(family, source.lines):
            if not meeting:
                raise PolicyError(f"policy.csv: no line answers {family.table}/{'/'.join(codes)}")
            met |= meeting
    dead = sorted(line.id for number, line in enumerate(source.lines) if not met >> number & 1)
    if dead:
        raise PolicyError(f"policy.csv: no question ever meets {', '.join(dead)}")


def _meetings(family: Family, lines: Sequence[Line]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield each question of a family with the lines that speak of it, as a set of bits by the line's number."""
    columns = [_speaking(family, lines, name) for name in KEYS[family.table]]
    for chosen in itertools.product(*columns):
        meeting = -1
        for _, bits in chosen:
            meeting &= bits
        yield tuple(code for code, _ in chosen), meeting


def _speaking(family: Family, lines: Sequence[Line], column: str) -> list[tuple[str, int]]:
    """Return each code of a column with the lines of the table that accept it."""
    bits = dict.fromkeys((*family.columns[column], ANY), 0)
    for number, line in enumerate(lines):
        for code in line.codes[column] if line.table == family.table else ():
            if code in bits:
                bits[code] |= 1 << number
    return [(code, bits[code] | bits[ANY]) for code in family.columns[column]]
