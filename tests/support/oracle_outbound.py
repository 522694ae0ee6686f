"""Documents to parties without account and invitations into the child-protection list: drawn, as facts, as requests."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

import cedarpy

from support.oracle_cedar import ORDERED, Ask, Asked, Oracle, allowed, entity, matrix, policies_of
from support.oracle_draw import DAY, NOW, PARTS, READER, Draw, Raw, Record
from support.oracle_facts import STAND_IN, facts_of, question_of
from support.oracle_focus import focused
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.case_facts import Record as Kept
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Information, Recipients
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Designation, Procedure
from volet_protocol.fact_rules import MEMBER
from volet_protocol.facts import Fact
from volet_protocol.questions import Party, Question

_ORDERED_ROWS: Final = frozenset({"C2", "C3", "O11", "O13"})
_ROWS: Final = ("C2", "C3", "C3", "O6", "O7", "O7", "O8", "O10", "O11", "O11", "O11", "O12", "O13", "O13", "O13")
_SENDERS: Final = ("S1", "S1", "S5", "S8", "S13", "H1", "H2", "S2", "S9", "S11", "M2", "C1")
_INVITED: Final = (
    "C1", "H1", "H2", "S1", "S4", "S5", "S7a", "S11", "S12", "M2", "O9", "O10", "O13", "O14", "S9", "S13",
)  # fmt: skip
_ORDER: Final = ("deny", "permit_after_consent", "permit_with_notice", "permit")
_REQUEST: Final = "person_request_to_third_party"


@dataclass(frozen=True)
class Sending:
    """A document on its way out: who sends it, at which level, to whom, by which channel, and what was asked."""

    raw: Raw
    level: int
    parties: tuple[tuple[str, str], ...]
    claimed: str
    ins: bool
    records: dict[str, Record]
    requests: tuple[Record, ...]


@dataclass(frozen=True)
class Invited:
    """An invitation into the child-protection list."""

    raw: Raw
    guests: tuple[Record, ...]


class Situations:
    """Draws both kinds; most have a sender or an inviter who may."""

    def __init__(self, seed: int) -> None:
        self._matrix = matrix()
        self._categories = {row: int(line["category"]) for row, line in self._matrix.items() if line["category"]}
        self._draw, self._random = Draw(seed, self._categories), random.Random(seed)  # noqa: S311 - drawn again alike

    def sending(self) -> Sending:
        pick = self._random.choice
        row = pick(_ROWS)
        open_ = [part for part in PARTS if self._matrix[row][part] != "x"] or list(PARTS)
        raw = replace(self._raw(), compartment=pick(open_) if self._chance(0.9) else pick(PARTS), via="any")
        while raw.entry is None:
            raw = replace(raw, entry=self._draw.raw().entry)
        author = READER if self._chance(0.5) else raw.entry["author"]
        raw = replace(raw, entry={**raw.entry, "author": author, "kind": self._kind(row)})
        usual = "statutory" if row in _ORDERED_ROWS else "person_request"
        records: dict[str, Record] = {}
        if self._chance(0.8):
            kind = {"C2": "siao", "C3": "ccapex"}.get(row, "ccapex")
            kind = kind if self._chance(0.9) else pick(("siao", "ccapex"))
            records["opened"] = {**self._period(), "kind": kind, "authority": row if self._chance(0.9) else "other"}
        if self._chance(0.6):
            records["coordinator"] = {**self._period(), "user": READER if self._chance(0.7) else "other"}
        if self._chance(0.6):
            records["colleague"] = self._period()
        parties = ((row, row), (other := pick(_ROWS), other)) if self._chance(0.06) else ((row, row),)
        return Sending(
            raw, pick((1, 1, 2)), parties, pick(("any", "person_request", "statutory", "share", usual, usual, usual)),
            self._chance(0.04), records,
            tuple(self._request(raw, row) for _ in range(pick((0, 1, 1, 2)))),
        )  # fmt: skip

    def invited(self) -> Invited:
        raw = replace(self._raw(), compartment="child_protection", entry=None, via="any")
        part = raw.records.get("part")
        if part is not None and self._chance(0.75):
            raw = replace(raw, records={**raw.records, "part": {**part, "regime": "child_protection"}})
        return Invited(raw, tuple(self._guest() for _ in range(self._random.choice((1, 1, 1, 2)))))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _period(self) -> Record:
        start, end = self._random.choice(((-DAY, None), (0, None), (-DAY, 1), (-DAY, None), (1, None), (-DAY, 0)))
        return {"start": NOW + start} if end is None else {"start": NOW + start, "end": NOW + end}

    def _raw(self) -> Raw:
        raw = self._draw.raw()
        if self._chance(0.2):
            return focused(raw, self._random)
        if raw.as_ != "professional" or self._chance(0.2):
            return raw
        row = self._random.choice(_SENDERS)
        part: Record = {
            **self._period(), "regime": "care", "limb": 1, "capacity": True, "history": NOW - 99 * DAY, "granted": True,
        }  # fmt: skip
        category = self._categories.get(row, 0)
        return replace(raw, row=row, category=category, case="care", records={**raw.records, "part": part})

    def _kind(self, row: str) -> str:
        pick = self._random.choice
        if row == "O13":
            return pick(
                ("signalement", "information_preoccupante", "adult_ill_treatment", "adult_ill_treatment", "note")
            )
        if row == "O11" and self._chance(0.5):
            return "coordination_alert"
        kinds = ("coordination_alert", "signalement", "information_preoccupante", "adult_ill_treatment")
        return "note" if self._chance(0.85) else pick(kinds)

    def _request(self, raw: Raw, row: str) -> Record:
        pick = self._random.choice
        given = NOW + (pick((0, 1, -1)) if self._chance(0.1) else -2 * DAY)
        stands_in = "stand_in" in raw.records and self._chance(0.5)
        found: Record = {
            "kind": _REQUEST if self._chance(0.93) else "share_outside_team", "given": given, "told": given,
            "decision": "refused" if self._chance(0.15) else "given",
            "compartment": raw.compartment if self._chance(0.9) else "another", "level": pick((1, 2, 2)),
            "means": pick(("oral", "written", "written", "electronic")), "by": "stand_in" if stands_in else "person",
            "in_episode": self._chance(0.3), "recorded_by": "colleague",
            pick(("users", "rows")): [row if self._chance(0.9) else "another"],
        }  # fmt: skip
        for name in ("start", "end", "withdrawn"):
            if self._chance(0.08):
                found[name] = NOW + pick((-1, 0, 1))
        return {**found, "entries": [pick(("e", "f"))]} if self._chance(0.1) else found

    def _guest(self) -> Record:
        row = self._random.choice(_INVITED)
        return {
            "row": row, "cell": self._matrix[row]["child_protection"], "bound": self._chance(0.85),
            "row_has_account": self._matrix[row]["account"] == "yes", "professional": self._chance(0.9),
            "account": "active" if self._chance(0.9) else self._random.choice(("revoked", "unverified", "none")),
        }  # fmt: skip


class Outside:
    """The second reading of what leaves the hub and of who enters the list."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle, self._matrix = oracle, matrix()
        self._records, self._outbound, self._invite = (policies_of(name) for name in ("records", "outbound", "invite"))

    def sent(self, sendings: Sequence[Sending]) -> list[str]:
        """Return the effect of each sending: the worse of what its sender and each of its parties may."""
        raws = [one.raw for one in sendings]
        ordered = [all(row in _ORDERED_ROWS for row, _ in one.parties) for one in sendings]
        asks = [
            Ask(place, ORDERED if ordered[place] else "send", one.level) for place, one in enumerate(sendings)
        ]  # fmt: skip
        found = self._oracle.effects(raws, asks)
        pairs = [(place, party) for place, one in enumerate(sendings) for party in one.parties]
        entities: list[Record] = []
        contexts = [self._oracle.context(raw) for raw in raws]
        for number, (place, (row, name)) in enumerate(pairs):
            entities += self._entities(number, sendings[place], contexts[place], row, name)
        loaded = cedarpy.Entities.from_json_str(json.dumps(entities))
        words = self._words(sendings, pairs, loaded)
        for action, else_ in (("agreed", "deny"), ("now", "permit_after_consent")):
            requests: list[Asked] = [
                (action, number, "File", "one", {"level": sendings[place].level, **words[number]})
                for number, (place, _) in enumerate(pairs)
            ]
            for number, yes in enumerate(allowed(self._outbound, requests, loaded)):
                if not yes:
                    place = pairs[number][0]
                    found[place] = min(found[place], else_, key=_ORDER.index)
        return found

    def _words(
        self, sendings: Sequence[Sending], pairs: Sequence[tuple[int, tuple[str, str]]], loaded: cedarpy.Entities
    ) -> list[Record]:
        words: list[Record] = [{"agreed": False, "refused": False} for _ in pairs]
        asked = [
            (number, one, position)
            for number, (place, _) in enumerate(pairs)
            for one in (sendings[place],)
            for position in range(len(one.requests))
        ]
        requests: list[Asked] = [
            ("counts", number, "Record", f"{number}-{position}", {"level": one.level})
            for number, one, position in asked
        ]
        yeses = allowed(self._records, requests, loaded, "Request")
        for (number, one, position), yes in zip(asked, yeses, strict=True):
            name = "refused" if one.requests[position]["decision"] == "refused" else "agreed"
            words[number][name] = bool(words[number][name]) or yes
        return words

    def _entities(self, number: int, one: Sending, context: Record, row: str, name: str) -> list[Record]:
        to: Record = {
            "to_row": row, "to": name, "to_cell": self._matrix[row][one.raw.compartment], "claimed": one.claimed,
            "ins": one.ins,
        }  # fmt: skip
        asked: Record = {
            "row_held": row, "user": name, "consent_kind": _REQUEST, "category": -1, "profession": "", "structure": "",
        }  # fmt: skip
        return [
            entity("Situation", str(number), {**context, **to, **one.records}),
            entity("Request", str(number), {**context, **asked}),
            *(entity("Record", f"{number}-{position}", word) for position, word in enumerate(one.requests)),
        ]

    def invited(self, invitations: Sequence[Invited]) -> list[str]:
        """Return the effect of each invitation: allowed when each of its guests may enter."""
        entities = [
            entity("Situation", str(place), self._oracle.context(one.raw)) for place, one in enumerate(invitations)
        ]
        pairs = [(place, guest) for place, one in enumerate(invitations) for guest in one.guests]
        entities += [entity("Guest", str(number), guest) for number, (_, guest) in enumerate(pairs)]
        requests: list[Asked] = [("now", place, "Guest", str(number), {}) for number, (place, _) in enumerate(pairs)]
        found = ["permit"] * len(invitations)
        loaded = cedarpy.Entities.from_json_str(json.dumps(entities))
        for (place, _), yes in zip(pairs, allowed(self._invite, requests, loaded), strict=True):
            found[place] = found[place] if yes else "deny"
        return found


def sending_of(one: Sending) -> tuple[CaseFacts, Question]:
    """Return the facts and the question of the product."""
    facts = facts_of(one.raw)
    made: list[tuple[Fact, str]] = []
    for name, record in one.records.items():
        start, end = cast("int", record["start"]), cast("int | None", record.get("end"))
        if name == "opened":
            made.append((Procedure(str(record["kind"]), str(record["authority"]), start, end), name))
        elif name == "coordinator":
            made.append((Designation("coordinator_l121_6_2", str(record["user"]), start, end), name))
        else:
            capacity = Capacity("S1", 2, "R94:41", None, "here", ("L411-3",))
            made.append((Participation("colleague", "", capacity, "care", 1, start, end, "ep", None), name))
    for position, word in enumerate(one.requests):
        made.append((_request(one.raw, word), f"request-{position}"))
        if "withdrawn" in word:
            made.append((ConsentWithdrawal(f"request-{position}", cast("int", word["withdrawn"])), f"over-{position}"))
    for position, (fact, name) in enumerate(made):
        facts = facts.with_record(Kept(fact, name, 100 + position, FactAuthor("colleague"), 0, MEMBER))
    asked = question_of(one.raw, "send", one.level)
    parties = tuple(Party(name, row=row) for row, name in one.parties)
    question = replace(asked, action="export_document", via=one.claimed, recipients=parties, carries_ins=one.ins)
    return facts, question


def _request(raw: Raw, word: Record) -> Consent:
    part = str(word["compartment"])
    other = "plan" if raw.compartment != "plan" else "medical"
    names = cast("dict[str, list[str]]", word)
    return Consent(
        str(word["kind"]), str(word["decision"]),
        (Information(other if part == "another" else part, cast("int", word["level"])),),
        Recipients(
            rows=tuple(names["rows"]) if "rows" in word else None,
            outsiders=tuple(names["users"]) if "users" in word else None,
        ),
        GivenBy(STAND_IN if word["by"] == "stand_in" else None), cast("int", word["given"]), means=str(word["means"]),
        entries=tuple(names["entries"]) if "entries" in word else None, episode="ep" if word["in_episode"] else None,
        starts_ms=cast("int | None", word.get("start")), until_ms=cast("int | None", word.get("end")),
    )  # fmt: skip


def invitation_of(one: Invited) -> tuple[CaseFacts, Question]:
    """Return the facts and the question of the product."""
    parties: list[Party] = []
    for guest in one.guests:
        row, basis = str(guest["row"]), ("L1110-4",) if guest["bound"] else ()
        capacity = Capacity(row, None, "R94:41", None, "there", basis) if guest["professional"] else None
        parties.append(Party("guest", capacity, account=str(guest["account"])))
    asked = question_of(one.raw, "read", 1)
    return facts_of(one.raw), replace(asked, action="invite", entry=None, recipients=tuple(parties))
