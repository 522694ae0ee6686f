"""Files of the policy read strictly: bytes, lines, columns, before anybody looks at what they say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from volet_service.domain.policy_codes import PolicyError


def text_of(path: Path) -> str:
    """Return the text of a policy file; raise `PolicyError` on another encoding, line end or a stray blank."""
    try:
        text = path.read_bytes().decode("utf-8", "strict")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path.name}: cannot be read: {error}") from None
    if not text.endswith("\n") or "\r" in text or "\ufeff" in text:
        raise PolicyError(f"{path.name}: UTF-8 with LF line ends and a last one, without mark")
    for number, line in enumerate(text.split("\n"), 1):
        # JSON is indented; a blank at the end of a line is a mistake everywhere.
        if line != (line.rstrip() if path.suffix == ".json" else line.strip()):
            raise PolicyError(f"{path.name}:{number}: blank at the start or end of the line")
    return text


def records(name: str, text: str, head: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each record with the place to blame; refuse another head, arity, blanks around a cell, an empty line."""
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise PolicyError(f"{name}: a quote that does not end, or ends amid a cell: {error}") from None
    if not rows or tuple(rows[0]) != head:
        raise PolicyError(f"{name}:1: the head must be {','.join(head)}")
    for number, row in enumerate(rows[1:], 2):
        place = f"{name}:{number}"
        if len(row) != len(head):
            raise PolicyError(f"{place}: {len(row)} columns, not {len(head)}")
        if any(cell != cell.strip() for cell in row):
            raise PolicyError(f"{place}: blank around a cell")
        yield place, dict(zip(head, row, strict=True))
    if len(rows) == 1:
        raise PolicyError(f"{name}: no line: an empty policy must not start")
