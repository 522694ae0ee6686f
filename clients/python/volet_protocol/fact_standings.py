"""What an author is to a case at an instant, and by it which acts are theirs (protocol 6.3; policies/acts.csv)."""

from __future__ import annotations

from volet_protocol import fact_rules, powers
from volet_protocol.act_rules import ACT_RULES, may_act
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.facts import Fact


def standings_of(facts: CaseFacts, author: FactAuthor, at_ms: int) -> frozenset[str]:
    """Return the standings of an author at an instant: what they are to this case."""
    standings: set[str] = set()
    if author.capacity is None:
        if author.user in facts.person_users:
            standings.add(fact_rules.PERSON)
        if any(
            powers.mandate_state(facts, record, at_ms) == powers.IN_FORCE and powers.represents_person(record.fact)
            for record in powers.mandates_of(facts, author.user)
        ):
            standings.add(fact_rules.REPRESENTATIVE)
        return frozenset(standings)
    capacity = author.capacity
    mine = [r for r in facts.participations_of(author.user, at_ms) if r.fact.capacity == capacity]
    if mine:
        standings.add(fact_rules.MEMBER)
        if capacity.category == 1:
            standings.add(fact_rules.HEALTH)
        if capacity.row == "M2" and any(record.fact.regime == "mdph" for record in mine):
            standings.add(fact_rules.MDPH_DOCTOR)
        if author.user in facts.referents(at_ms):
            standings.add(fact_rules.REFERENT)
    # The opener acts before taking part, never after having left.
    ever = facts.participations_of(author.user)
    if author == facts.opener and (mine or not ever):
        standings.add(fact_rules.OPENER)
    return frozenset(standings)


def same_capacity(left: Capacity, right: Capacity) -> bool:
    """Compare what is acted in: row, category, codes and structure; not the legal bases of the secret."""
    return (left.row, left.category, left.profession, left.role, left.structure) == (
        right.row, right.category, right.profession, right.role, right.structure,
    )  # fmt: skip


def allowed_by(fact: Fact, act: str, standings: frozenset[str]) -> frozenset[str]:
    """Return the standings that make this very act, none when it is not theirs."""
    signers, who = FACT_RULES[fact.type].signers, ACT_RULES[act].who
    allowed = standings & signers & who
    # Narrowing is any member's, save the acts that acts.csv leaves to fewer than sign the type.
    left_to_fewer = fact_rules.MEMBER in signers - who
    if not fact_rules.is_widening(fact) and not left_to_fewer and standings & {fact_rules.MEMBER, fact_rules.OPENER}:
        allowed |= {fact_rules.MEMBER}
    return allowed


def open_to_row(act: str, author: FactAuthor, allowed: frozenset[str]) -> bool:
    """Tell whether the act is open to the row acted in; leaving oneself always is."""
    if author.capacity is None or fact_rules.SELF in allowed:
        return True
    return may_act(act, author.capacity)
