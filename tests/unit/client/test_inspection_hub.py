"""What an inspection says of the hub itself: rules in force, retention, erasures, what the operator overrode."""

from __future__ import annotations

from volet_client.log_inspection import Day
from volet_client.log_inspection_hub import inspect_hub
from volet_client.log_replay import Logged
from volet_protocol.canonical import JsonObject
from volet_protocol.erasures import ErasureAuthority, ErasureReason, retention
from volet_protocol.leaf import ZERO, Erasure, Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload

DAY = Day(1_772_492_400_000, 1_772_578_800_000)
NOON = DAY.start_ms + 12 * 3_600_000


def act(index: int, name: str, at_ms: int, *, body: bytes = b"", stated: JsonObject | None = None) -> Logged:
    type_ = LeafType.ERASE if body else LeafType.ACT
    view = ViewPayload(name, at_ms, policy="ab" * 32 if name == "policy" else None)
    who = IdentityPayload(request=stated, request_hash=None if stated is None else "cd" * 32)
    return Logged(index, Leaf(type_, at_ms, ZERO, bytes(31) + b"1", body), view, who)


ACTS = [
    act(1, "policy", NOON - 86_400_000),
    act(2, "erase", NOON - 86_400_000, body=retention(LeafType.ACT, 1).to_bytes()),
    act(3, "erase", NOON, body=Erasure(7, ErasureReason.PERSON_ASKED, ErasureAuthority.COURT).to_bytes()),
    act(4, "admin", NOON, stated={"type": "start-without-witnesses", "reason": "outage", "time_ms": NOON}),
    act(5, "admin", DAY.end_ms, stated={"type": "log-key", "time_ms": NOON}),
]


def test_each_run_of_retention_each_erasure_and_each_override_is_said() -> None:
    said = "\n".join(inspect_hub(ACTS, DAY, whole=True))
    assert "abababababababab, depuis le 02/03/2026 12:00 (journal n° 1)" in said
    assert "actes de classe « act » sous le n° 1 : fin de la durée de conservation (journal n° 2)" in said
    assert "acte n° 7 : à la demande de la personne, décidé par un tribunal (journal n° 3)" in said
    assert "démarrage sans attendre les témoins (dérogation), motif « outage » (journal n° 4)" in said


def test_what_came_after_the_day_is_not_in_it() -> None:
    assert "n° 5" not in "\n".join(inspect_hub(ACTS, DAY, whole=True))


def test_a_scope_of_some_cases_says_that_the_rest_is_not_shown() -> None:
    said = "\n".join(inspect_hub(ACTS, DAY, whole=False))
    assert "hors du périmètre" in said
    assert "outage" not in said
