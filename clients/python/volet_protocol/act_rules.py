"""Who may do which act on a case: by standing in it and by row (F15; policies/acts.csv says the same, or none starts).

Most acts are stated by a fact; `fact_rules` says which standings may sign its type, an act narrows that and adds the
rows in which a professional may do it. Reception records what narrows and nothing that widens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from volet_protocol import fact_rules
from volet_protocol.capacities import Capacity
from volet_protocol.fact_notices import Consent
from volet_protocol.fact_people import Participation, Retention
from volet_protocol.facts import Fact

OPEN_CARE, OPEN_MDPH, EXPORT_DOCUMENT = "open_care_case", "open_mdph_case", "export_document"
ADD_MEMBER, SET_HORIZON = "add_member", "set_horizon"
ANSWER_INVITATION = "answer_invitation"
RECORD_CONSENT, RECORD_REFUSAL = "record_consent", "record_refusal"
RECORD_CONTACT, CLOSE_CASE = "record_contact", "close_case"

# A case is opened by who may coordinate it: never by reception, home help, a guardian or a party outside.
_OPENING = frozenset({"H1", "H1p", "H2", "H4", "S1", "S2", "S5", "S8", "S10", "S12", "S13", "C1"})
_MDPH = frozenset({"M1", "M2"})
_COORDINATING = _OPENING | _MDPH
_EVERY = _COORDINATING | {"H3", "H5", "S3", "S4", "S6", "S7a", "S7b", "S7c", "S9", "S11", "O9"}
_NOT_RECEPTION = _EVERY - {"S11"}
_AUDITING = frozenset({"O14"})

_OPENER, _REFERENT, _MEMBER = fact_rules.OPENER, fact_rules.REFERENT, fact_rules.MEMBER
_PERSON, _REPRESENTATIVE, _SELF = fact_rules.PERSON, fact_rules.REPRESENTATIVE, fact_rules.SELF
_NOBODY: frozenset[str] = frozenset()
_FOLLOWING = frozenset({_OPENER, _REFERENT})
_TAKING_PART = _FOLLOWING | {_MEMBER}
_WITH_PERSON = _FOLLOWING | {_PERSON, _REPRESENTATIVE}
_SAYING = _WITH_PERSON | {_MEMBER}
_ANYBODY = _SAYING | {_SELF}


@dataclass(frozen=True)
class ActRule:
    """The fact types that state an act (none: the act leaves no fact), the standings and the rows it is open to."""

    facts: frozenset[str]
    who: frozenset[str]
    rows: frozenset[str]


def _act(facts: str, who: frozenset[str], rows: frozenset[str]) -> ActRule:
    return ActRule(frozenset(facts.split()), who, rows)


ACT_RULES: Final[Mapping[str, ActRule]] = {
    OPEN_CARE: _act("", _NOBODY, _OPENING),
    OPEN_MDPH: _act("", _NOBODY, _MDPH),
    "identify_person": _act("person", _FOLLOWING, _COORDINATING),
    "open_episode": _act("episode", _FOLLOWING, _COORDINATING),
    "end_episode": _act("episode-end", _ANYBODY, _EVERY),
    ADD_MEMBER: _act("participation", _WITH_PERSON, _COORDINATING),
    SET_HORIZON: _act("participation", _WITH_PERSON, _COORDINATING),
    "invite_member": _act("invitation", _WITH_PERSON, _COORDINATING),
    ANSWER_INVITATION: _act("participation", frozenset({fact_rules.INVITED}), _EVERY),
    "end_member": _act("participation-end", _ANYBODY, _EVERY),
    "designate_referent": _act("referent", _WITH_PERSON, _COORDINATING),
    "declare_absence": _act("absence", frozenset({_SELF}), _EVERY),
    "record_notice": _act("notice", _SAYING, _NOT_RECEPTION),
    RECORD_CONSENT: _act("consent", _SAYING, _NOT_RECEPTION),
    RECORD_REFUSAL: _act("consent", _SAYING, _EVERY),
    "record_withdrawal": _act("consent-withdrawal", _ANYBODY, _EVERY),
    "record_opposition": _act("opposition", _ANYBODY, _EVERY),
    "end_opposition": _act("opposition-end", _SAYING, _NOT_RECEPTION),
    "record_mandate": _act("mandate", _FOLLOWING, _COORDINATING),
    "end_mandate": _act("mandate-end", _ANYBODY, _EVERY),
    "record_ability": _act("ability", frozenset({fact_rules.HEALTH, _REFERENT}), _NOT_RECEPTION),
    "announce": _act("mask-end", frozenset({fact_rules.HEALTH}), _NOT_RECEPTION),
    "note_minor_secret": _act("minor-secret", _ANYBODY, _EVERY),
    "lift_minor_secret": _act("minor-secret-end", frozenset({_PERSON, fact_rules.HEALTH}), _NOT_RECEPTION),
    "designate_reader": _act("designation", _FOLLOWING | {fact_rules.MDPH_DOCTOR}, _COORDINATING),
    "open_procedure": _act("procedure", _FOLLOWING, _COORDINATING),
    "end_statement": _act("fact-end", _ANYBODY, _EVERY),
    "declare_emergency": _act("emergency emergency-reason", frozenset({fact_rules.CALLER}), _NOT_RECEPTION),
    "end_emergency": _act("emergency-end", _ANYBODY, _EVERY),
    "review_emergency": _act(
        "emergency-review", _FOLLOWING | {fact_rules.AUDITOR}, _COORDINATING | _AUDITING
    ),
    "convene": _act("conference", _TAKING_PART, _NOT_RECEPTION),
    "end_conference": _act("conference-end", _ANYBODY, _EVERY),
    "link_cases": _act("case-link case-link-end", _TAKING_PART, _COORDINATING),
    "record_request": _act("request", _ANYBODY, _EVERY),
    "answer_request": _act("request-answer", _FOLLOWING | {fact_rules.OFFICER}, _COORDINATING | _AUDITING),
    RECORD_CONTACT: _act("retention", _ANYBODY, _EVERY),
    CLOSE_CASE: _act("retention", _FOLLOWING, _COORDINATING),
    "record_death": _act("death", _ANYBODY, _EVERY),
    EXPORT_DOCUMENT: _act("", _NOBODY, _NOT_RECEPTION - {"S9"}),
}  # fmt: skip
_ACT_OF_TYPE: Final[Mapping[str, str]] = {type_: act for act, rule in ACT_RULES.items() for type_ in rule.facts}


def act_of(fact: Fact) -> str:
    """Return the act that a fact states; a type may state two acts, told apart by what the fact says."""
    match fact:
        case Participation() if fact.invitation is not None:
            return ANSWER_INVITATION
        case Participation():
            earlier = fact.history_from_ms is not None and fact.history_from_ms < fact.start_ms
            return SET_HORIZON if earlier else ADD_MEMBER
        case Consent():
            return RECORD_CONSENT if fact.decision == "given" else RECORD_REFUSAL
        case Retention():
            return RECORD_CONTACT if fact.decision == "none" else CLOSE_CASE
        case _:
            return _ACT_OF_TYPE[fact.type]


def may_act(act: str, capacity: Capacity) -> bool:
    """Tell whether an act is open to the row of a capacity, whatever the standing; an unknown act is open to nobody."""
    rule = ACT_RULES.get(act)
    return rule is not None and capacity.row in rule.rows


def may_open_case(capacity: Capacity, kind: str) -> bool:
    """Tell whether somebody in that capacity may open a case of kind `care` or `mdph`."""
    return may_act(f"open_{kind}_case", capacity)
