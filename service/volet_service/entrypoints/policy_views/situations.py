"""A case of one reader, from the options of a command: enough facts for one question, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor, Record
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    DeliveredNotice,
    Information,
    Notice,
    NoticeLine,
    Opposition,
    Recipients,
    ToUser,
)
from volet_protocol.fact_people import Episode, Participation, Person, Recognition
from volet_protocol.fact_powers import Mandate
from volet_protocol.facts import Fact
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Question
from volet_protocol.vocabulary import CATEGORIES, COMPARTMENTS, PERSON, PROPERTY
from volet_service.domain.policy_codes import PolicyError

STANDINGS = ("team", "care", "list", "mdph", "person", "parent", "guardian", "curator", "none")
_BY_ROW = {
    "O1": "person", "O2": "parent", "O3": "guardian", "O4": "guardian", "S7a": "guardian", "S7b": "guardian",
    "O5": "curator", "M1": "mdph", "M2": "mdph", "C1": "list", "O9": "care",
}  # fmt: skip
_REPRESENTING = frozenset({"parent", "guardian", "curator"})
_READER, _PERSON, _EPISODE = "reader", "person", "episode"
_START, _AT, _LATER = 1_000, 2_000, 3_000
_SYSTEM = FactAuthor("")


@dataclass(frozen=True)
class Placing:
    """A row, how it stands in the case (None: the row's usual place), and what the person was told, gave, opposed."""

    row: str
    standing: str | None = None
    category: int | None = None
    informed: bool = False
    consented: bool = False
    opposed: bool = False

    @property
    def place(self) -> str:
        """How the reader stands in the case."""
        return self.standing or _BY_ROW.get(self.row, "team")


def situation(table: PolicyTable, placing: Placing) -> tuple[CaseFacts, Question]:
    """Return the facts of a case with that reader, and a question of theirs to fill in; raise `PolicyError`."""
    row = table.row(placing.row)
    if row is None:
        raise PolicyError(f"{placing.row}: ligne inconnue (unknown row)")
    category = placing.category if placing.category is not None else row.category
    own_side = placing.place in {"person", *_REPRESENTING}
    professional = not own_side or placing.row.startswith("S")
    capacity = Capacity(placing.row, category, None, None, "structure", ("L1110-4",)) if professional else None
    facts = CaseFacts("case", "mdph" if placing.place == "mdph" else "care", "structure", 0, _SYSTEM)
    for position, fact in enumerate(_facts(placing, capacity)):
        name = _EPISODE if isinstance(fact, Episode) else f"{fact.type}-{position}"
        facts = facts.with_record(Record(fact, name, position, _SYSTEM, _START))
    user = _PERSON if placing.place == "person" else _READER
    via = "mandate" if placing.place in _REPRESENTING else "any"
    return facts, Question("read", user, capacity, "identity", 1, None, _AT, via=via)


def _facts(placing: Placing, capacity: Capacity | None) -> list[Fact]:
    place = placing.place
    facts: list[Fact] = [
        Person("QUAL", _PERSON, _LATER if place == "parent" else None),
        Episode(_EPISODE, 0),
    ]
    if place in _REPRESENTING:
        facts.append(_mandate(placing))
    elif capacity is not None and place != "none":
        regime = {"list": "child_protection", "mdph": "mdph"}.get(place, "care")
        limb = 1 if place == "team" else 0
        recognised = Recognition("oral", _START) if limb else None
        facts.append(
            Participation(_READER, "", capacity, regime, limb, _START, recognised=recognised, history_from_ms=0)
        )
    if placing.informed:
        facts.append(Notice(tuple(_lines(capacity)), _START, "oral"))
    if placing.consented:
        facts.append(_consent())
    if placing.opposed:
        facts.append(Opposition("all", _START, GivenBy()))
    return facts


def _mandate(placing: Placing) -> Mandate:
    if placing.place == "parent":
        return Mandate("parental_authority", _READER, (PERSON, PROPERTY), "representation", _START, exercise=True)
    kind = "curatelle_simple" if placing.place == "curator" else "tutelle"
    domains = (PROPERTY,) if placing.row in {"O4", "S7b"} else (PERSON, PROPERTY)
    mode = "assistance" if placing.place == "curator" else "representation"
    return Mandate(kind, _READER, domains, mode, _START)


def _lines(capacity: Capacity | None) -> list[NoticeLine]:
    lines = [NoticeLine("general")]
    category = capacity.category if capacity is not None else None
    if category is not None:
        everything = tuple(Information(part, 2) for part in COMPARTMENTS)
        lines += [
            NoticeLine("cross_category", everything, other, ToUser(_READER, category))
            for other in CATEGORIES
            if other != category
        ]
    return lines


def _consent() -> Consent:
    return Consent(
        kind="share_outside_team",
        decision="given",
        information=tuple(Information(part, 2) for part in COMPARTMENTS),
        recipients=Recipients(users=(_READER,)),
        given_by=GivenBy(),
        given_ms=_START,
        notice=DeliveredNotice("notice", 0),
        episode=_EPISODE,
    )
