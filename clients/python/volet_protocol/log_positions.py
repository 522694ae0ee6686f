"""Where a leaf stands among all the logs that a hub kept, one after the other (docs/spec/log.md, N1-N3).

A hub whose database was lost and restored from a backup goes on under a new origin; leaves of the new log count from 0
again. One integer names a leaf of any of them:

    position = (number of the log - 1) * 2^40 + index

so that positions of the first log are its indexes, and a later leaf always has the larger position.
"""

from __future__ import annotations

import re

from volet_protocol.canonical import MAX_INTEGER
from volet_protocol.errors import ProtocolError, Reason

# int() alone takes "4_2", " +42 " and digits of other scripts.
_TEXT = re.compile(r"(?:(?P<log>[1-9][0-9]{0,3})/)?(?P<index>0|[1-9][0-9]{0,12})")
BITS = 40
SPAN = 1 << BITS
MAX_LOGS = (MAX_INTEGER >> BITS) + 1


def base_of(log: int) -> int:
    """Return the position of the first leaf of a log, 1 being the first; raise malformed outside 1..8192."""
    if not 1 <= log <= MAX_LOGS:
        raise ProtocolError(Reason.MALFORMED, "number of a log")
    return (log - 1) << BITS


def log_of(position: int) -> int:
    """Return the number of the log in which a position stands."""
    return (position >> BITS) + 1


def index_of(position: int) -> int:
    """Return the index of a leaf in its own log."""
    return position & SPAN - 1


def text_of(position: int) -> str:
    """Return how people read a position: `5` in the first log, `2/5` in the second one."""
    log = log_of(position)
    return str(index_of(position)) if log == 1 else f"{log}/{index_of(position)}"


def parse_position(text: str) -> int:
    """Read what `text_of` wrote; raise `ValueError`, which an argument parser tells in its own words."""
    read = _TEXT.fullmatch(text)
    if read is None:
        raise ValueError("place in the log")
    number, at = int(read["log"] or 1), int(read["index"])
    if not 1 <= number <= MAX_LOGS or not 0 <= at < SPAN:
        raise ValueError("place in the log")
    return base_of(number) + at
