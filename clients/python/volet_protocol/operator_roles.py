"""Four roles of who runs or watches a hub, and how far those who watch may look (docs/spec/trust.md, F18, P10, R75).

Matrix row O14 says that none of them reads content. The role says what of the log: the administrator and the host
nothing but what is public; the data protection officer and the auditor what their scope covers. Who operates never
watches: they would judge their own acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import pairwise

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields

ROW = "O14"
ADMINISTRATOR, HOST, OFFICER, AUDITOR = "administrator", "host", "dpo", "auditor"
OPERATING = frozenset({ADMINISTRATOR, HOST})
WATCHING = frozenset({OFFICER, AUDITOR})
ROLES = OPERATING | WATCHING
# Three months: an inspection or an expert's mission. Longer, somebody belongs to the institution.
MAX_GUEST_MS = 92 * 86_400_000
_MOST = 512


@unique
class Duty(StrEnum):
    """What a role may do with the log beyond what is public."""

    READ_LOG = "read-log"
    SEARCH = "search"
    LIFT = "lift"
    LIST_EMERGENCIES = "list-emergencies"
    REVIEW_EMERGENCIES = "review-emergencies"
    ANSWER_REQUESTS = "answer-requests"


_DUTIES = {
    AUDITOR: frozenset(Duty) - {Duty.ANSWER_REQUESTS},
    # The officer is told and accounts for it, and answers the person (GDPR article 38.4); judging an emergency is the
    # auditor's.
    OFFICER: frozenset({Duty.READ_LOG, Duty.LIFT, Duty.LIST_EMERGENCIES, Duty.ANSWER_REQUESTS}),
}


def may(row: str, role: str | None, duty: Duty) -> bool:
    """Tell whether somebody of this row and role has a duty. A role that is not one of the four has none."""
    return row == ROW and duty in _DUTIES.get(role or "", frozenset())


@dataclass(frozen=True)
class LogScope:
    """Which part of the log: cases of these controllers, among these cases, between two instants (the end excluded).

    What is empty or None does not bound. `guest`: an auditor from outside, for one mission.
    """

    controllers: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    from_ms: int | None = None
    until_ms: int | None = None
    guest: bool = False

    @property
    def whole(self) -> bool:
        """Whether it covers acts of no case too: logins, keys of accounts, what the operator does."""
        return not self.controllers and not self.cases

    def covers(self, case: str, controller: str) -> bool:
        """Tell whether a case is within it."""
        return (not self.controllers or controller in self.controllers) and (not self.cases or case in self.cases)

    def covers_time(self, at_ms: int) -> bool:
        """Tell whether an instant is within it."""
        return (self.from_ms or 0) <= at_ms and (self.until_ms is None or at_ms < self.until_ms)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form; what does not bound is left out."""
        value: dict[str, JsonValue] = {}
        if self.controllers:
            value["controllers"] = list(self.controllers)
        if self.cases:
            value["cases"] = list(self.cases)
        if self.from_ms is not None:
            value["from_ms"] = self.from_ms
        if self.until_ms is not None:
            value["until_ms"] = self.until_ms
        if self.guest:
            value["guest"] = True
        return value

    @staticmethod
    def read(fields: Fields) -> LogScope:
        """Read the wire form: lists in order and without duplicate, no empty list, no empty period."""
        scope = LogScope(
            controllers=fields.optional("controllers", lambda name: _sorted(_labels(fields, name), fields, name)) or (),
            cases=fields.optional("cases", lambda name: _sorted(fields.hashes(name, _MOST), fields, name)) or (),
            from_ms=fields.optional("from_ms", fields.integer),
            until_ms=fields.optional("until_ms", fields.integer),
            guest=fields.optional("guest", lambda name: _only_true(fields, name)) or False,
        )
        fields.done()
        if scope.until_ms is not None and scope.until_ms <= (scope.from_ms or 0):
            raise fields.refuse("until_ms", "is not after from_ms")
        return scope


def _only_true(fields: Fields, name: str) -> bool:
    """Take a flag whose absence means false: a false written out would be a second spelling."""
    if not fields.boolean(name):
        raise fields.refuse(name)
    return True


def _labels(fields: Fields, name: str) -> list[str]:
    return [Fields({name: item}, fields.what).label(name) for item in fields.items(name, _MOST)]


def _sorted(found: list[str], fields: Fields, name: str) -> tuple[str, ...]:
    if not found or any(left >= right for left, right in pairwise(found)):
        raise fields.refuse(name, "is empty, out of order or holds a duplicate")
    return tuple(found)


def check_role(row: str, role: str | None, scope: LogScope | None, length_ms: int) -> None:
    """Refuse an attested role that is none of the four, or a scope that does not belong to it: malformed.

    `length_ms` is how long the role is given for. A guest is an auditor, bounded in cases or controllers.
    """
    if row == ROW and role not in ROLES:
        raise ProtocolError(Reason.MALFORMED, "role of row O14: administrator, host, dpo or auditor")
    if (scope is not None) != (row == ROW and role in WATCHING):
        raise ProtocolError(Reason.MALFORMED, "scope: of an auditor and of a data protection officer, nobody else")
    if scope is None or not scope.guest:
        return
    if role != AUDITOR or scope.whole or length_ms > MAX_GUEST_MS:
        raise ProtocolError(Reason.MALFORMED, "guest: an auditor of named controllers or cases, for 92 days at most")


def check_registrar(roles: Iterable[str], rows: Iterable[str]) -> None:
    """Refuse a registrar for both sides, or for a role without the row: malformed.

    Whoever holds such a key would make an administrator their own auditor.
    """
    given = frozenset(roles)
    if not given <= ROLES or (given and ROW not in rows):
        raise ProtocolError(Reason.MALFORMED, "roles of a registrar: of the four, with row O14")
    if given & OPERATING and given & WATCHING:
        raise ProtocolError(Reason.MALFORMED, "roles of a registrar: who attests administrators attests no auditor")


@dataclass(frozen=True)
class HeldRole:
    """A role that somebody holds or held, and when (ms, the end excluded)."""

    role: str
    from_ms: int
    until_ms: int
    scope: LogScope | None = None


def check_apart(held: Iterable[HeldRole], new: HeldRole) -> None:
    """Refuse a role to who holds one of the other side: not-entitled.

    After an operating role somebody watches what happened since its end only; after watching, one operates from then.
    """
    for before in held:
        if (before.role in OPERATING) == (new.role in OPERATING):
            continue
        operates, watches = (before, new) if before.role in OPERATING else (new, before)
        together = before.from_ms < new.until_ms and new.from_ms < before.until_ms
        own_acts = (
            watches.from_ms >= operates.until_ms and ((watches.scope or LogScope()).from_ms or 0) < operates.until_ms
        )
        if together or own_acts:
            raise ProtocolError(Reason.NOT_ENTITLED, f"role {new.role}: who operates a hub does not watch over it")
