"""Raw situations drawn at random: records and instants, before anybody folds them into codes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

NOW: Final = 1_800_000_000_000
DAY: Final = 86_400_000
READER, PERSON = "reader", "person"
PARTS: Final = (
    "identity", "rights", "social", "housing", "budget", "medical", "medication", "psychological", "autonomy",
    "education", "protection", "plan", "transmissions", "child_protection", "expression",
)  # fmt: skip
_PROFESSIONALS: Final = (
    "H1", "H1p", "H2", "H3", "H4", "H5", "S1", "S2", "S3", "S4", "S5", "S6", "S7c", "S8", "S9", "S10", "S11", "S12",
    "S13", "M1", "M2", "C1", "O9",
)  # fmt: skip
_MASKS: Final = (
    "withheld_by_author", "child_protection_hidden", "address_secret", "third_party", "before_announcement",
    "ill_treatment_hidden",
)  # fmt: skip
_VIAS: Final = (
    "share", "share", "exchange", "own", "mandate", "child_protection", "child_protection", "mdph", "mdph", "statutory",
    "statutory", "statutory", "person_request",
)  # fmt: skip
_ADULT: Final = ("tutelle", "habilitation_familiale", "curatelle_simple", "curatelle_renforcee", "sauvegarde")
# The end that goes with a channel; another one now and then.
_ENDS: Final = {"child_protection": "child_protection", "mdph": "mdph_evaluation"}
_KINDS: Final = ("note", "minutes", "information_preoccupante", "signalement", "adult_ill_treatment")
Record = dict[str, object]


@dataclass(frozen=True)
class Raw:
    """One situation: who asks what at NOW, the row they hold, and the records of the case by name."""

    as_: str
    what: str
    row: str
    category: int
    profession: str
    structure: str
    bound: bool
    account: str
    case: str
    compartment: str
    level: int
    purpose: str
    entry: Record | None
    records: dict[str, Record] = field(default_factory=dict)
    consents: tuple[Record, ...] = ()
    instants: dict[str, int] = field(default_factory=dict)
    archived: bool = False
    secret: bool = False
    via: str = "any"
    sender: int | None = None


class Draw:
    """Draws situations; most obstacles are rare, so that many questions come far down the decision order."""

    def __init__(self, seed: int, categories: dict[str, int]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test that can be played again
        self._categories = categories

    def raw(self) -> Raw:
        pick = self._random.choice
        as_ = self._random.choices(("professional", "person", "representative", "emergency"), (70, 7, 15, 8))[0]
        row = self._row(as_)
        compartment = pick(("child_protection", *PARTS)) if self._chance(0.9) else pick(("medical", "budget"))
        records = self._records(as_, row)
        via = "emergency" if as_ == "emergency" else pick(_VIAS) if self._chance(0.25) else "any"
        entry = self._entry() if self._chance(0.7) else None
        if entry is None and via in {"own", "exchange"}:
            via = "any"
        purpose = "emergency_care" if via == "emergency" else _ENDS.get(via, "care")
        if via != "emergency" and self._chance(0.1):
            purpose = pick(("child_protection", "child_protection", "audit"))
        return Raw(
            as_=as_, what="read", row=row,
            category=self._categories.get(row) or (pick((0, 1)) if row[0] in "MC" else 0),
            profession=pick(("G15:10", "G15:60", "R94:41")), structure=pick(("here", "there")),
            bound=not self._chance(0.12), account="revoked" if self._chance(0.02) else "active",
            case="mdph" if self._chance(0.2) else "care", compartment=compartment, level=1,
            purpose=purpose, via=via, sender=pick((0, 1, 2, 1, 2, None)),
            entry=entry, records=records,
            consents=tuple(self._consent(as_, "stand_in" in records) for _ in range(pick((0, 1, 1, 2)))),
            instants=self._instants(),
            archived=self._chance(0.02), secret=self._chance(0.15),
        )  # fmt: skip

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _row(self, as_: str) -> str:
        pick = self._random.choice
        if as_ == "person":
            return "O1"
        if as_ == "representative":
            return pick(("-", "-", "S7a", "S7b"))
        return pick(("O14", "O8", "C2")) if self._chance(0.03) else pick(_PROFESSIONALS)

    def _period(self, live: float = 0.85) -> Record:
        """A start and perhaps an end; the boundaries themselves are drawn often."""
        pick = self._random.choice
        if self._chance(live):
            start, end = pick((-9 * DAY, -1, 0)), pick((None, None, 1, DAY))
        else:
            start, end = pick(((1, None), (DAY, None), (-DAY, 0), (-DAY, -1)))
        period: Record = {"start": NOW + start}
        return period if end is None else {**period, "end": NOW + end}

    def _instants(self) -> dict[str, int]:
        pick = self._random.choice
        found: dict[str, int] = {}
        for name, share in (("died", 0.03), ("closes", 0.2), ("episode_end", 0.1), ("majority", 0.4), ("unable", 0.1)):
            if self._chance(share):
                early = name in {"died", "closes", "episode_end"} and not self._chance(0.1)
                found[name] = NOW + (pick((1, DAY)) if early else pick((-DAY, -1, 0, 1, DAY)))
        return found

    def _records(self, as_: str, row: str) -> dict[str, Record]:
        pick = self._random.choice
        found: dict[str, Record] = {}
        if as_ == "professional" and not self._chance(0.03):
            regime = self._random.choices(("care", "child_protection", "mdph"), (70, 15, 15))[0]
            part = self._period(0.93)
            history = part["start"] if self._chance(0.6) else NOW - 99 * DAY
            found["part"] = {
                **part, "regime": regime, "limb": pick((0, 0, 1, 2, 3)), "capacity": not self._chance(0.04),
                "history": history, "granted": history != part["start"],
            }  # fmt: skip
        if not self._chance(0.2):
            found["told"] = {"given": NOW + pick((-DAY, -1, 0, 1) if self._chance(0.3) else (-DAY,))}
        if not self._chance(0.2):
            found["crossing"] = self._crossing()
        if self._chance(0.12):
            found["against"] = {**self._period(), **self._against(row)}
        if as_ == "representative":
            found["mandate"] = self._mandate(row)
        if self._chance(0.25):
            found["stand_in"] = self._stand_in()
        if self._chance(0.7):
            found["procedure"] = self._period(0.9)
        if as_ == "emergency" and not self._chance(0.1):
            start = NOW - pick((0, 1, DAY - 1, DAY, -1)) if self._chance(0.5) else NOW - 5
            found["emergency"] = {
                "start": start, "end": start + (DAY if self._chance(0.9) else DAY + 1), "mine": not self._chance(0.05),
            }  # fmt: skip
        if self._chance(0.2):
            found["designation"] = {**self._period(), "mine": not self._chance(0.1)}
        return found

    def _crossing(self) -> Record:
        pick = self._random.choice
        record: Record = {
            "given": NOW + pick((-DAY, 0, 1) if self._chance(0.2) else (-DAY,)), "from": pick((1, 2)),
            "same_part": not self._chance(0.15), "level": pick((1, 2, 2)), "to_user": self._chance(0.5),
            "whom": not self._chance(0.12), "category": not self._chance(0.08),
        }  # fmt: skip
        return {**record, "entries": pick(("e", "f"))} if self._chance(0.1) else record

    def _against(self, row: str) -> Record:
        pick = self._random.choice
        scope = pick(("all", "professional", "row", "category", "compartment", "entry", "emergency_access"))
        spared = pick(("user", "row")) if self._chance(0.15) else ""
        return {"scope": scope, "hits": not self._chance(0.3), "spared": spared, "row": row}

    def _mandate(self, row: str) -> Record:
        pick = self._random.choice
        kind = pick(_ADULT) if row != "-" else pick((*_ADULT, "parental_authority", "parental_authority"))
        domains = pick((("person", "property"), ("person",), ("property",)))
        mode = "assistance" if kind.startswith("cur") or self._chance(0.1) else "representation"
        return {**self._period(0.9), "kind": kind, "domains": domains, "mode": mode, "exercise": not self._chance(0.1)}

    def _stand_in(self) -> Record:
        """Somebody else who represents the person, and in whose words a consent may be given."""
        one = self._mandate("-")
        usual = {**one, "mode": "representation", "domains": ("person", "property"), "exercise": True}
        return self._random.choice((one, {**usual, "kind": "parental_authority"}, {**usual, "kind": "tutelle"}))

    def _entry(self) -> Record:
        pick = self._random.choice
        masks = (pick(_MASKS),) if self._chance(0.25) else ()
        return {
            "author": pick((READER, "other", "other", "other", "other", "other", "other")),
            "author_category": pick((0, 1, 1, 2, 2)), "masks": masks,
            "written": NOW - pick((0, 1, 5, 9 * DAY, 9 * DAY + 1, 15 * DAY - 1, 15 * DAY, 50 * DAY, 99 * DAY)),
            "kind": pick(_KINDS) if self._chance(0.15) else "note", "named": self._chance(0.08),
            "passages": self._chance(0.2),
        }  # fmt: skip

    def _rarely(self, *values: object) -> object:
        return self._random.choice(values) if self._chance(0.12) else None

    def _consent(self, as_: str, stand_in: bool) -> Record:  # noqa: FBT001 - whether another may have given it
        pick = self._random.choice
        given = NOW + (pick((0, 1, -1)) if self._chance(0.1) else -2 * DAY)
        mine = ("users",) if as_ == "representative" else ("categories", "rows", "professions", "users", "structures")
        names = self._random.sample(mine, 1 if self._chance(0.7) else min(2, len(mine)))
        return {
            "kind": pick(("share_outside_team", "share_outside_team", "mdph_exchange")),
            "decision": "refused" if self._chance(0.1) else "given", "given": given,
            "same_part": not self._chance(0.12), "level": pick((1, 2, 2, 2)), "entries": self._rarely("e", "f"),
            "names": {name: not self._chance(0.08) for name in names},
            "told": None if self._chance(0.05) else given + (1 if self._chance(0.05) else -pick((0, 5))),
            "start": self._rarely(NOW - 1, NOW, NOW + 1), "end": self._rarely(NOW, NOW + 1, NOW + DAY),
            "withdrawn": self._rarely(NOW - 1, NOW, NOW + 1), "in_episode": not self._chance(0.1),
            "recorded_by": READER if self._chance(0.08) else PERSON, "replaces": self._chance(0.2),
            "by": "stand_in" if stand_in and self._chance(0.6) else "person",
        }  # fmt: skip
