"""How long the log says what its leaves committed to, by public type (CNIL 2021-122: 6 to 12 months, 3 years at most).

    {"v": 1, "classes": {"act": {"months": 24, "reason": "internal-control"}, "log": {"months": 6}}}

A class that the file does not name is kept 12 months. More takes a reason, a code, which is published and logged.
`fact` and `key` records have no term of their own: they prove what is still in force.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.leaf import LeafType

VERSION = 1
DEFAULT_MONTHS = 12
LEAST_MONTHS, MOST_MONTHS = 6, 36
RETAINED: tuple[LeafType, ...] = (LeafType.ACT, LeafType.REFUSAL, LeafType.LOG, LeafType.ERASE)
_NAMES = {type_.name.lower(): type_ for type_ in RETAINED}
_CODE = re.compile("[a-z0-9-]{1,64}")


@dataclass(frozen=True)
class Term:
    """How many months one class is kept, and why when it is more than the default."""

    months: int = DEFAULT_MONTHS
    reason: str | None = None

    def __post_init__(self) -> None:
        if not LEAST_MONTHS <= self.months <= MOST_MONTHS:
            raise ProtocolError(Reason.MALFORMED, f"retention of {self.months} months")
        if self.months > DEFAULT_MONTHS and self.reason is None:
            raise ProtocolError(Reason.MISSING_FIELD, f"retention of {self.months} months: reason")
        if self.reason is not None and _CODE.fullmatch(self.reason) is None:
            raise ProtocolError(Reason.MALFORMED, "retention: reason")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the term as it is written and published."""
        return {"months": self.months} if self.reason is None else {"months": self.months, "reason": self.reason}


@dataclass(frozen=True)
class RetentionPolicy:
    """The term of each class."""

    terms: Mapping[LeafType, Term]

    @staticmethod
    def default() -> RetentionPolicy:
        """Return 12 months for everything."""
        return RetentionPolicy({type_: Term() for type_ in RETAINED})

    @staticmethod
    def read(data: bytes) -> RetentionPolicy:
        """Read the file strictly; raise `ProtocolError` for another class, term or spelling of a name."""
        fields = Fields(canonical.decode(canonical.encode(_loose(data))), "retention")
        if fields.integer("v") != VERSION:
            raise ProtocolError(Reason.WRONG_VERSION, "retention")
        classes = fields.nested("classes")
        terms = {type_: Term() for type_ in RETAINED}
        for name, type_ in _NAMES.items():
            if classes.has(name):
                term = classes.nested(name)
                terms[type_] = Term(term.integer("months"), term.optional("reason", term.text))
                term.done()
        classes.done()
        fields.done()
        return RetentionPolicy(terms)

    def to_json(self) -> JsonObject:
        """Return the policy as it is published."""
        return {"v": VERSION, "classes": {t.name.lower(): term.to_json() for t, term in self.terms.items()}}

    def ended_before(self, type_: LeafType, now_ms: int) -> int:
        """Return the instant before which records of a class are no longer kept, in milliseconds."""
        now = dt.datetime.fromtimestamp(now_ms // 1000, dt.UTC)
        month = now.year * 12 + now.month - 1 - self.terms[type_].months
        year, month = month // 12, month % 12 + 1
        day = min(now.day, calendar.monthrange(year, month)[1])
        return int(now.replace(year=year, month=month, day=day).timestamp()) * 1000


def _loose(data: bytes) -> JsonObject:
    """Return what an operator typed, whatever its spaces and order."""
    try:
        found: object = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProtocolError(Reason.MALFORMED, "retention")
    return cast("JsonObject", found)
