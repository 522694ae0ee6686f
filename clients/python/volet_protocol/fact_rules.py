"""Who may make which fact, and whether it widens or narrows access (protocol 6.3; policies/facts.csv says the same).

Widening is accepted from a listed signer only; narrowing from any member, because a withdrawal that waits for the
right signature is a withdrawal that does not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from volet_protocol.fact_notices import Consent
from volet_protocol.fact_powers import Ability
from volet_protocol.facts import Fact

WIDENS, NARROWS = "widens", "narrows"
PERSON, REPRESENTATIVE = "person", "representative"
OPENER, REFERENT, MEMBER, HEALTH = "opener", "referent", "member", "health"
SELF, MDPH_DOCTOR, CALLER = "self", "mdph_doctor", "caller"
# Who has no standing yet but is named by an invitation, and takes part by answering it.
INVITED = "invited"
# Who watches over the log and takes part in no case: each signs the one fact of their duty.
AUDITOR, OFFICER = "auditor", "officer"
SIGNERS: Final = frozenset(
    {PERSON, REPRESENTATIVE, OPENER, REFERENT, MEMBER, HEALTH, SELF, MDPH_DOCTOR, CALLER, INVITED, AUDITOR, OFFICER}
)


@dataclass(frozen=True)
class FactRule:
    """The effect of a fact type, and the standings one of which its signer needs."""

    effect: str
    signers: frozenset[str]


_COORDINATION = frozenset({OPENER, REFERENT})
_MEMBERS = frozenset({OPENER, REFERENT, MEMBER})
_WITH_PERSON = frozenset({OPENER, REFERENT, PERSON, REPRESENTATIVE})
_ANY = frozenset({OPENER, REFERENT, MEMBER, PERSON, REPRESENTATIVE, SELF})

FACT_RULES: Final[Mapping[str, FactRule]] = {
    "person": FactRule(WIDENS, frozenset({OPENER, REFERENT})),
    "episode": FactRule(WIDENS, _COORDINATION),
    "episode-end": FactRule(NARROWS, _ANY),
    "participation": FactRule(WIDENS, _WITH_PERSON | {INVITED}),
    "invitation": FactRule(WIDENS, _WITH_PERSON),
    "participation-end": FactRule(NARROWS, _ANY),
    "referent": FactRule(WIDENS, _WITH_PERSON),
    "notice": FactRule(WIDENS, _ANY - {SELF}),
    "case-link": FactRule(WIDENS, _MEMBERS),
    "case-link-end": FactRule(WIDENS, _MEMBERS),
    "conference": FactRule(WIDENS, _MEMBERS),
    "conference-end": FactRule(NARROWS, _ANY),
    "consent": FactRule(WIDENS, _ANY - {SELF}),
    "consent-withdrawal": FactRule(NARROWS, _ANY),
    "opposition": FactRule(NARROWS, _ANY),
    "opposition-end": FactRule(WIDENS, _ANY - {SELF}),
    "mandate": FactRule(WIDENS, _COORDINATION),
    "mandate-end": FactRule(NARROWS, _ANY),
    "ability": FactRule(WIDENS, frozenset({HEALTH, REFERENT})),
    # Nobody says of a colleague that they are away: what comes for them would go to a relay of another's choice.
    "absence": FactRule(WIDENS, frozenset({SELF})),
    "mask-end": FactRule(WIDENS, frozenset({HEALTH})),
    "minor-secret": FactRule(NARROWS, _ANY),
    "minor-secret-end": FactRule(WIDENS, frozenset({PERSON, HEALTH})),
    "designation": FactRule(WIDENS, frozenset({MDPH_DOCTOR, OPENER, REFERENT})),
    "procedure": FactRule(WIDENS, _COORDINATION),
    "fact-end": FactRule(NARROWS, _ANY),
    "emergency": FactRule(WIDENS, frozenset({CALLER})),
    "emergency-reason": FactRule(WIDENS, frozenset({CALLER})),
    "emergency-end": FactRule(NARROWS, _ANY),
    "emergency-review": FactRule(WIDENS, frozenset({OPENER, REFERENT, AUDITOR})),
    # Asking never waits for the right signature; who follows the case answers for it, or the protection officer.
    "request": FactRule(NARROWS, _ANY),
    "request-answer": FactRule(WIDENS, frozenset({OPENER, REFERENT, OFFICER})),
    "retention": FactRule(NARROWS, _ANY),
    "death": FactRule(NARROWS, _ANY),
}


def is_widening(fact: Fact) -> bool:
    """Tell whether a fact may open something: a refusal and a regained ability never do."""
    if isinstance(fact, Consent):
        return fact.decision == "given"
    if isinstance(fact, Ability):
        return fact.state != "able"
    return FACT_RULES[fact.type].effect == WIDENS
