"""What an auditor looks for in the records of the log, as closed reports: pure, on line or from an exported file.

A line of a report is an act that somebody should look at, never a verdict. Reading in bulk and at odd hours count only
what a human asked for (intents open, search, print, export): what a device fetched by itself is not a look (F8).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from volet_client.log_cases import case_of
from volet_client.log_replay import Logged
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.fact_gesture import parts_of
from volet_protocol.sealing import BODY

PARIS = ZoneInfo("Europe/Paris")
LOOKS = frozenset({"open", "search", "print", "export"})
LEAVING = frozenset({"print", "export"})
RIGHTS = frozenset({"grant", "revoke", "rotate", "claim", "attestation", "policy", "opening", "opening-close"})
RIGHTS_FACTS = frozenset({"participation", "participation-end", "mandate", "mandate-end", "referent"})
BULK = 50
DAY_STARTS, DAY_ENDS = 7, 20
_SATURDAY = 5


@dataclass(frozen=True)
class Line:
    """One line of a report: the acts it rests on, by index of the log, and what a machine needs of them."""

    indexes: tuple[int, ...]
    time_ms: int
    what: Mapping[str, JsonValue]

    def to_json(self) -> JsonObject:
        """Return the line for a machine."""
        return {"indexes": list(self.indexes), "time_ms": self.time_ms, **self.what}


Report = Callable[[Sequence[Logged]], Iterator[Line]]


def no_team(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield releases to a professional who did not take part in the case, outside an emergency."""
    for act in _releases(acts):
        view = act.view
        if view is not None and view.row is not None and view.participation is None and not view.emergency:
            yield _line(act)


def emergencies(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield emergencies declared that nobody reviewed."""
    reviewed = {str(body.get("emergency")) for _, body in _facts(acts) if body.get("type") == "emergency-review"}
    for act in acts:
        statement = act.statement
        if act.view is not None and act.view.act == "emergency-start" and statement is not None:
            names = {str(statement.body.get("fact")), *(part.hash for part in parts_of(act.fact or {}))}
            if not names & reviewed:
                yield _line(act)


def refusals(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield refusals counted by reason: problem and rules."""
    groups: dict[tuple[str, str], list[Logged]] = {}
    for act in acts:
        if act.view is not None and act.view.act == "refusal":
            problem = "" if act.identity is None else act.identity.refusal or ""
            groups.setdefault((problem, " ".join(act.view.rules)), []).append(act)
    for (problem, rules), found in sorted(groups.items()):
        count = sum(act.view.count or 1 for act in found if act.view is not None)
        yield Line(_indexes(found), found[-1].leaf.ts_ms, {"problem": problem, "rules": rules, "count": count})


def bulk(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield days on which one user asked for the content of more than 50 entries."""
    days: dict[tuple[str, str], list[Logged]] = {}
    for act in _looked(acts):
        day = _local(act).date().isoformat()
        days.setdefault((user_of(act), day), []).append(act)
    for (user, day), found in sorted(days.items()):
        entries = {entry for act in found if act.view is not None for entry in act.view.entries}
        if len(entries) > BULK:
            yield Line(_indexes(found), found[-1].leaf.ts_ms, {"user": user, "day": day, "entries": len(entries)})


def hours(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield looks of professionals by night or at a weekend, Paris time."""
    for act in _looked(acts):
        at = _local(act)
        odd = at.weekday() >= _SATURDAY or not DAY_STARTS <= at.hour < DAY_ENDS
        if odd and act.view is not None and act.view.row is not None:
            yield _line(act)


def own_file(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield looks of a professional, in that capacity, at the case in which they are the person."""
    persons = {(case_of(act), body.get("user")) for act, body in _facts(acts) if body.get("type") == "person"}
    for act in _releases(acts):
        if act.view is not None and act.view.row is not None and (case_of(act), user_of(act)) in persons:
            yield _line(act)


def taken_back(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield who had opened what its author took back then: sent to the wrong person or file (F19, R5)."""
    opened: dict[str, list[Logged]] = {}
    for act in acts:
        if act.view is None:
            continue
        if act.view.act == "release" and act.view.part == BODY:
            for entry in act.view.entries:
                opened.setdefault(entry, []).append(act)
        elif act.view.act == "take-back":
            for one in opened.get(act.view.entries[0], []):
                if user_of(one) != user_of(act):
                    yield replace(_line(one), indexes=(act.index, one.index))


def exports(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield what was printed or left the hub."""
    yield from (_line(act) for act in _releases(acts) if act.view is not None and act.view.intent in LEAVING)


def rights(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield changes of rights: keys, openings, attestations, policies, and the facts that give or end a standing."""
    stating = Counter(act.index for act, body in _facts(acts) if body.get("type") in RIGHTS_FACTS)
    for act in acts:
        if act.view is not None and (act.view.act in RIGHTS or act.index in stating):
            yield _line(act)


def look_ups(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield looks at the log by who watches over it, those at one case with the reason they gave."""
    for act in acts:
        if act.view is not None and act.view.act == "log-look" and act.view.purpose == "audit":
            yield _line(act, **_looked_up(act))


def lifted(acts: Sequence[Logged]) -> Iterator[Line]:
    """Yield pseudonyms lifted: whose case, or whose account in it, for which reason. What a DPO is told of."""
    yield from (line for line in look_ups(acts) if "reason" in line.what)


def _looked_up(act: Logged) -> JsonObject:
    body: JsonObject = {} if act.statement is None else act.statement.body
    scope = body.get("scope")
    named: JsonObject = scope if isinstance(scope, Mapping) else {}
    found = {"reason": body.get("reason"), "lifted": named.get("user")}
    return {name: str(value) for name, value in found.items() if value is not None}


REPORTS: Mapping[str, Report] = {
    "no-team": no_team, "emergencies": emergencies, "refusals": refusals, "bulk": bulk, "hours": hours,
    "own-file": own_file, "taken-back": taken_back,
    "exports": exports, "rights": rights, "look-ups": look_ups, "lifted": lifted,
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a search asks of an act; what is None is not asked. Instants in ms, the end excluded."""

    user: str | None = None
    act: str | None = None
    row: str | None = None
    structure: str | None = None
    compartment: str | None = None
    intent: str | None = None
    purpose: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    emergency: bool = False

    def fits(self, act: Logged) -> bool:
        """Tell whether an act is asked for."""
        view, at_ms = act.view, act.leaf.ts_ms
        if view is None or (self.emergency and not view.emergency):
            return False
        if not (self.since_ms or 0) <= at_ms < (at_ms + 1 if self.until_ms is None else self.until_ms):
            return False
        names = ("act", "row", "structure", "compartment", "intent", "purpose")
        if any(getattr(self, name) not in {None, getattr(view, name)} for name in names):
            return False
        return self.user is None or user_of(act).startswith(self.user)


def line_of(act: Logged) -> Line:
    """Return one act as a line."""
    return _line(act)


def _line(act: Logged, **more: JsonValue) -> Line:
    case, view = case_of(act), act.view
    what: dict[str, JsonValue] = {} if view is None else dict(view.to_json())
    what |= {"user": user_of(act)} if user_of(act) else {}
    what |= {} if case is None else {"case": case}
    return Line((act.index,), act.leaf.ts_ms, what | more)


def _releases(acts: Iterable[Logged]) -> Iterator[Logged]:
    return (act for act in acts if act.view is not None and act.view.act == "release")


def _looked(acts: Iterable[Logged]) -> Iterator[Logged]:
    """Contents that somebody asked to see: a list of titles is no look at each of its entries."""
    return (a for a in _releases(acts) if a.view is not None and a.view.intent in LOOKS and a.view.part == "body")


def _facts(acts: Iterable[Logged]) -> Iterator[tuple[Logged, JsonObject]]:
    for act in acts:
        for part in () if act.fact is None else parts_of(act.fact):
            if part.body is not None:
                yield act, part.body


def _indexes(acts: Iterable[Logged]) -> tuple[int, ...]:
    return tuple(act.index for act in acts)


def user_of(act: Logged) -> str:
    """Return the user id of who acted; empty where nobody signed."""
    return "" if act.identity is None else act.identity.user or ""


def _local(act: Logged) -> dt.datetime:
    return dt.datetime.fromtimestamp(act.leaf.ts_ms / 1000, dt.UTC).astimezone(PARIS)
