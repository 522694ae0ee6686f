"""One scenario asked of the policy and compared with what the law expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from volet_protocol.access import decide
from volet_protocol.fact_notices import ToFunction, ToUser
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Decision, Missing
from volet_protocol.words import explain
from volet_service.entrypoints.scenarios.document import Scenario
from volet_service.entrypoints.scenarios.reading import Object
from volet_service.entrypoints.scenarios.world import World


def failures(table: PolicyTable, scenario: Scenario) -> list[str]:
    """Return what differs from the expectation, one sentence each: nothing when the scenario passes."""
    world = World(scenario)
    question = world.question()
    decision = decide(table, world.facts(), question)
    found = list(differences(decision, scenario.expect))
    if not found:
        return []
    why = f"step {decision.step}, {'/'.join(decision.rules)}, lines {','.join(decision.lines) or 'none'}"
    return [f"{difference} ({why}: {explain(decision, question, 'en')})" for difference in found]


def differences(decision: Decision, expect: Object) -> Iterator[str]:
    """Yield what differs between a decision and an expectation."""
    if decision.effect != expect["decision"]:
        yield f"expected {expect['decision']}, got {decision.effect}"
        return
    rules = cast("list[str]", expect["decided_by"])
    if not set(rules) & set(decision.rules):
        yield f"expected one of {', '.join(rules)}, got {', '.join(decision.rules)}"
    if "existence_hidden" in expect and expect["existence_hidden"] is True and not decision.hidden:
        yield "expected an answer identical to absence, got a refusal that shows"
    owed = [one for one in cast("list[str]", expect.get("obligations", [])) if one not in decision.obligations]
    if owed:
        yield f"expected obligations {', '.join(owed)}, got {', '.join(decision.obligations) or 'none'}"
    for what, wanted in cast("dict[str, Object]", expect.get("missing", {})).items():
        if not _names(decision.missing, what, wanted):
            yield f"expected missing {what} {wanted}, got {decision.missing}"


def _names(missing: Missing | None, what: str, wanted: Object) -> bool:
    """Tell whether the answer names a notice or consent with at least the wanted values."""
    if missing is None or missing.what != what or missing.kind != wanted["kind"]:
        return False
    level = "level" if what == "notice" else "max_level"
    named = [{"compartment": item.compartment, level: item.level} for item in missing.information]
    checks = (
        all(item in named for item in cast("list[Object]", wanted.get("information", []))),
        wanted.get("from_category") in {None, missing.from_category},
        "to" not in wanted or cast("Object", wanted["to"]) in list(map(_to, missing.to)),
        _recipients(missing, cast("dict[str, list[object]]", wanted.get("recipients", {}))),
        _giver(missing, cast("Object | None", wanted.get("given_by"))),
    )
    return all(checks)


def _to(to: ToUser | ToFunction) -> Object:
    if isinstance(to, ToUser):
        return {"professional": to.user, "category": to.category}
    return {"function": to.row, "structure": to.structure}


def _recipients(missing: Missing, wanted: dict[str, list[object]]) -> bool:
    names = {"professionals": "users"}
    for key, values in wanted.items():
        named: tuple[object, ...] = getattr(missing.recipients, names.get(key, key), None) or ()
        if not set(values) & set(named):
            return False
    return True


def _giver(missing: Missing, wanted: Object | None) -> bool:
    if wanted is None:
        return True
    given_by = missing.given_by
    if "mandate" in wanted:
        return given_by is not None and given_by.mandate == wanted["mandate"]
    return given_by is not None and given_by.mandate is None
