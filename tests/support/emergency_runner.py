"""What runs the vectors of emergencies: a case as in `case_runner`, the receipt of a declaration, quotas."""

from __future__ import annotations

from collections.abc import Mapping

from support.case_runner import OPERATIONS as CASE_OPERATIONS
from support.case_runner import played
from support.vectors import Operation
from volet_protocol.canonical import JsonObject
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.emergencies import Quota, check_emergency_receipt, check_quota
from volet_protocol.fact_powers import Emergency
from volet_protocol.facts import read_fact
from volet_protocol.fields import Fields
from volet_protocol.receipt import Receipt


def run_emergency_receipt(fields: Fields) -> JsonObject:
    """Judge the receipt of a declaration; say what an answer names of it."""
    world, _ = played(fields)
    log = LogVerifier.configured(fields.text("log_origin"), fields.text("log_vkey"), fields.text("log_policy"))
    record = world.main.facts.find(Emergency, fields.hash("emergency"))
    started = check_emergency_receipt(
        Receipt.read(fields.raw("receipt")), record, case=world.main.case, log=log, at_ms=fields.integer("at_ms"),
        agent=fields.boolean("agent"),
    )  # fmt: skip
    return {"started": started.to_json()}


def run_emergency_quota(fields: Fields) -> None:
    """Judge one emergency more, beside those of the case."""
    world, _ = played(fields)
    new = read_fact(fields.raw("fact"))
    assert isinstance(new, Emergency)
    quota = Quota(fields.integer("caller"), fields.integer("structure"), fields.integer("window_ms"))
    check_quota(world.main.facts.of(Emergency), new, fields.integer("at_ms"), quota)


_CASE = frozenset({"world", "links"})
OPERATIONS: Mapping[str, Operation] = {
    **{name: CASE_OPERATIONS[name] for name in ("entitled", "made", "release", "open_shares")},
    "receipt": Operation(
        run_emergency_receipt,
        _CASE | {"emergency", "receipt", "log_origin", "log_vkey", "log_policy", "at_ms", "agent"},
    ),
    "quota": Operation(run_emergency_quota, _CASE | {"fact", "at_ms", "caller", "structure", "window_ms"}),
}
