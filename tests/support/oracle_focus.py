"""Turns a drawn situation toward a branch of the law that chance alone seldom meets; the rest of it stays as drawn."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final

from support.oracle_draw import DAY, NOW, Raw, Record

_LIVE: Final[Record] = {"start": NOW - 9 * DAY}
_PART: Final[Record] = {
    **_LIVE, "regime": "care", "limb": 0, "capacity": True, "history": NOW - 99 * DAY, "granted": True,
}  # fmt: skip
_MANDATE: Final[Record] = {**_LIVE, "domains": ("person", "property"), "mode": "representation", "exercise": True}
_CONSENT: Final[Record] = {
    "kind": "share_outside_team", "decision": "given", "given": NOW - 2 * DAY, "same_part": True, "level": 2,
    "entries": None, "names": {"users": True}, "told": NOW - 3 * DAY, "start": None, "end": None, "withdrawn": None,
    "in_episode": False, "recorded_by": "person", "replaces": False, "by": "person",
}  # fmt: skip
_CROSSING: Final[Record] = {"given": NOW - DAY, "same_part": True, "level": 2}
_CARERS: Final = ("H1", "H2", "H4", "S1", "S5", "S13")


def focused(raw: Raw, draw: random.Random) -> Raw:
    """Return the situation moved to one branch: outside the team, unable, curator, parent, MDPH, emergency."""
    calm = replace(
        raw, account="active", archived=False, bound=True, via="any", purpose="care", instants={}, consents=()
    )
    move = draw.choice((_outside, _outside, _curator, _parent, _evaluated, _urgent, _disagreed, _listed, _stranger))
    return move(calm, draw)


def _outside(raw: Raw, draw: random.Random) -> Raw:
    """Somebody of the care with a consent that counts, before notices of every kind; the person perhaps unable."""
    row = draw.choice(_CARERS)
    category = 1 if row.startswith("H") else 2
    crossing = {
        **_CROSSING, "from": 3 - category, "to_user": draw.random() < 0.5, "whom": draw.random() < 0.6,
        "category": True, "same_part": draw.random() < 0.7,
    }  # fmt: skip
    part = {**_PART, "limb": draw.choice((0, 0, 1))}
    spoiled: Record = {draw.choice(("withdrawn", "end")): NOW}
    over: Record = spoiled if draw.random() < 0.3 else {}
    instants = {"unable": NOW - DAY} if draw.random() < 0.3 else {}
    records: dict[str, Record] = {**_kept(raw, "stand_in", "told"), "part": part, "crossing": crossing}
    return replace(
        raw, as_="professional", row=row, category=category, case="care", compartment=draw.choice(("plan", "autonomy")),
        records=records, consents=({**_CONSENT, **over},), instants=instants,
    )  # fmt: skip


def _curator(raw: Raw, draw: random.Random) -> Raw:
    mandate = {**_MANDATE, "kind": "curatelle_simple", "mode": "assistance"}
    consent = {**_CONSENT, "decision": draw.choice(("given", "refused")), "given": NOW - 2 * DAY}
    return replace(
        raw, as_="representative", row="-", category=0, compartment=draw.choice(("identity", "budget", "protection")),
        records={"mandate": mandate}, consents=(consent,),
    )  # fmt: skip


def _parent(raw: Raw, draw: random.Random) -> Raw:
    mandate = {
        **_MANDATE, "kind": "parental_authority", "exercise": draw.random() < 0.8,
        "domains": draw.choice((("person", "property"), ("property",))),
    }  # fmt: skip
    part = draw.choice((raw.compartment, "medical", "child_protection"))
    return replace(
        raw, as_="representative", row="-", category=0, compartment=part, records={"mandate": mandate},
        instants={"majority": NOW + DAY}, secret=draw.random() < 0.3,
    )  # fmt: skip


def _evaluated(raw: Raw, draw: random.Random) -> Raw:
    """An evaluator of the MDPH whom a team doctor designated, in the evaluation or toward the team of the care."""
    consent = {**_CONSENT, "kind": "mdph_exchange", "decision": draw.choice(("given", "given", "refused"))}
    records: dict[str, Record] = {
        "part": {**_PART, "regime": "mdph"}, "designation": {**_LIVE, "mine": draw.random() < 0.9},
    }  # fmt: skip
    return replace(
        raw, as_="professional", row="M1", category=0, case=draw.choice(("mdph", "care")),
        compartment=draw.choice(("medical", "medication", "autonomy")), consents=(consent,),
        records=records,
    )  # fmt: skip


def _urgent(raw: Raw, draw: random.Random) -> Raw:
    records: dict[str, Record] = {
        **_kept(raw, "against"),
        "emergency": {"start": NOW - DAY // 2, "end": NOW + DAY // 2, "mine": True},
    }
    return replace(
        raw, as_="emergency", row="H1", category=1, via="emergency", purpose="emergency_care", records=records,
        compartment=draw.choice(("identity", "medical", "medication", "protection", "social")),
    )  # fmt: skip


def _disagreed(raw: Raw, draw: random.Random) -> Raw:
    """Words of the person and of somebody who stands in for them, of every power, that may contradict each other."""
    kind = draw.choice(("parental_authority", "tutelle", "curatelle_simple"))
    stand_in: Record = {**_MANDATE, "kind": kind, "exercise": draw.random() < 0.5}
    if draw.random() < 0.3:
        stand_in["end"] = NOW - DAY
    spoken = {**_CONSENT, "by": "stand_in", "kind": draw.choice(("share_outside_team", "mdph_exchange"))}
    refused = {**spoken, "decision": "refused", "by": draw.choice(("person", "stand_in"))}
    instants = draw.choice(({}, {"unable": NOW - 5 * DAY}, {"majority": NOW + DAY}))
    if kind == "parental_authority" and draw.random() < 0.7:
        instants = {"majority": NOW + DAY}
    part = {**_PART, "regime": "mdph" if spoken["kind"] == "mdph_exchange" else "care"}
    return replace(
        raw, as_="professional", row="S1", category=2, case="care", compartment="social", instants=instants,
        records={"part": part, "stand_in": stand_in, "told": {"given": NOW - DAY}},
        consents=draw.choice(((spoken,), (spoken, refused), ({**_CONSENT, "kind": spoken["kind"]}, refused))),
    )  # fmt: skip


def _listed(raw: Raw, draw: random.Random) -> Raw:
    """A worker of child protection, or a doctor of its list."""
    row = draw.choice(("C1", "C1", "H1"))
    part = draw.choice(("child_protection", "medical", "social"))
    return replace(
        raw, as_="professional", row=row, category=1 if row == "H1" else 0, case="care", compartment=part,
        records={"part": {**_PART, "regime": "child_protection"}},
    )  # fmt: skip


def _stranger(raw: Raw, draw: random.Random) -> Raw:
    """Somebody without capacity nor mandate."""
    return replace(
        raw, as_="stranger", row="-", category=0, records=_kept(raw, "told"), via=draw.choice(("any", "share"))
    )


def _kept(raw: Raw, *names: str) -> dict[str, Record]:
    return {name: raw.records[name] for name in names if name in raw.records}
