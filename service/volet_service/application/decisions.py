"""Ask the policy, and turn anything but a permit into the refusal that says what would help.

A denial that hides existence is `NotFound`, whose answer carries nothing.
"""

from __future__ import annotations

from volet_protocol.access import decide
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_facts import CaseFacts
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.policy_table import AFTER_CONSENT, PERMIT, WITH_NOTICE, PolicyTable
from volet_protocol.questions import Decision, Missing, Question
from volet_protocol.words import explain
from volet_service.application.ports import Policy
from volet_service.domain.errors import ConsentMissing, Denied, NotFound, NoticeMissing, Refusal

_KINDS: dict[str, type[Denied]] = {WITH_NOTICE: NoticeMissing, AFTER_CONSENT: ConsentMissing}


def check_named(policy: Policy, named: str) -> None:
    """Refuse what was made under another table than the one in force: its author fetches that one and decides again.

    Chains keep what was made under earlier tables; nothing new is taken by them, from the instant of an activation.
    """
    if named != policy.active.hash:
        raise ProtocolError(Reason.WRONG_POLICY, "policy table named, which is not the one in force")


def require(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Return a permit, or raise the refusal."""
    decision = decide(table, facts, question)
    if decision.effect != PERMIT:
        raise refusal_of(decision, question)
    return decision


def refusal_of(decision: Decision, question: Question) -> Refusal:
    """Return the refusal that answers a decision."""
    if decision.hidden:
        return NotFound()
    members: dict[str, JsonValue] = {
        "decision": {
            "effect": decision.effect, "rules": list(decision.rules), "policy": decision.policy,
            "explanation": explain(decision, question, "fr"), "explanation_en": explain(decision, question, "en"),
            **({"missing": _missing(decision.missing)} if decision.missing else {}),
            **({"narrowed_by": decision.narrowed_by} if decision.narrowed_by else {}),
        }
    }  # fmt: skip
    return _KINDS.get(decision.effect, Denied)("", members)


def _missing(missing: Missing) -> JsonObject:
    answer: dict[str, JsonValue] = {
        "what": missing.what, "kind": missing.kind,
        "information": [{"compartment": i.compartment, "level": i.level} for i in missing.information],
    }  # fmt: skip
    if missing.from_category is not None:
        answer["from_category"] = missing.from_category
    return answer
