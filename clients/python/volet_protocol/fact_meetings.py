"""Case conferences and linked cases as signed facts (docs/spec/facts.md, docs/spec/conferences.md).

Conference: a collective examination first fixes purpose, participants, prior information and a restricted list of
entries (R78). Linked cases: one case is continued by another and closes to writing; nothing is merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.fact_codec import HASH, HASHES, MS, Shape, choice, integer, refuse

PURPOSES = frozenset({"care", "coordination", "mdph_evaluation", "eviction_prevention", "protection_measure"})
# How the person has a part in it; whatever is neither of the first two has its reason in the words of the announcement.
TAKES_PART, REPRESENTED = "takes_part", "represented"
PERSON_PARTS = frozenset({TAKES_PART, REPRESENTED, "declined", "unable", "other"})
CONTINUES, CLOSED = "continues", "closed"
MEANS = frozenset({"oral", "paper", "electronic", "falc"})
LONGEST_MS = 24 * 3_600_000
MOST_OUTSIDE = 64


@dataclass(frozen=True)
class Conference:
    """The conditions of a case conference, fixed before it starts.

    `announcement` is the entry that holds the words: place, purpose, agenda, who comes without an account. `outside`
    counts those. `participants` are participations, `entries` the only ones that may be opened for it, `notice` the
    fact that says what the person was told.
    """

    type: ClassVar[str] = "conference"
    announcement: str
    purpose: str
    from_ms: int
    until_ms: int
    participants: tuple[str, ...]
    person: str
    notice: str
    entries: tuple[str, ...] = ()
    outside: int | None = None


@dataclass(frozen=True)
class ConferenceEnd:
    """A conference that does not take place, or ends early: what was opened for it closes."""

    type: ClassVar[str] = "conference-end"
    conference: str
    at_ms: int


@dataclass(frozen=True)
class CaseLink:
    """One side of two cases brought together: this case `continues` the other, or is `closed` and continued by it.

    The closing side names the hash of the other side's fact; the person was told at `told_ms` by `means`.
    """

    type: ClassVar[str] = "case-link"
    other: str
    role: str
    told_ms: int
    means: str
    counterpart: str | None = None


@dataclass(frozen=True)
class CaseLinkEnd:
    """The link was a mistake: the case opens to writing again."""

    type: ClassVar[str] = "case-link-end"
    link: str
    at_ms: int


def _check_conference(fact: Conference) -> None:
    if not 0 < fact.until_ms - fact.from_ms <= LONGEST_MS:
        raise refuse("conference: lasts at most a day")
    for name, values in (("participants", fact.participants), ("entries", fact.entries)):
        if list(values) != sorted(set(values)):
            raise refuse(f"conference: {name} out of order or twice")


def _check_link(fact: CaseLink) -> None:
    if (fact.counterpart is not None) != (fact.role == CLOSED):
        raise refuse("case-link: the side that closes names the other side's fact, and no other does")


CONFERENCE = Shape(
    Conference,
    {
        "announcement": HASH, "purpose": choice(PURPOSES), "from_ms": MS, "until_ms": MS, "participants": HASHES,
        "person": choice(PERSON_PARTS), "notice": HASH, "entries": HASHES, "outside": integer(1, MOST_OUTSIDE),
    },
    optional=frozenset({"entries", "outside"}),
    check=_check_conference,
)  # fmt: skip
CONFERENCE_END = Shape(ConferenceEnd, {"conference": HASH, "at_ms": MS})
CASE_LINK = Shape(
    CaseLink,
    {
        "other": HASH, "role": choice(frozenset({CONTINUES, CLOSED})), "told_ms": MS, "means": choice(MEANS),
        "counterpart": HASH,
    },
    optional=frozenset({"counterpart"}),
    check=_check_link,
)  # fmt: skip
CASE_LINK_END = Shape(CaseLinkEnd, {"link": HASH, "at_ms": MS})
