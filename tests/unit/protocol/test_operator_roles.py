"""Four roles of who runs or watches a hub: who runs it never watches, and who watches sees what a scope covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from support.identities import HUB, OPERATOR, REGISTRAR, START_MS, attest, capacity, make_bundle, make_user
from volet_protocol.capacities import (
    DAY_MS,
    Attestation,
    attestation_body,
    audits_emergencies,
    check_roles_apart,
    verify_attestation,
)
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import SigningKey
from volet_protocol.operator_roles import MAX_GUEST_MS, Duty, HeldRole, LogScope, check_apart, may
from volet_protocol.statements import sign
from volet_protocol.trust_parties import Registrar

CASE = "c1" * 32
GUEST = LogScope(cases=(CASE,), guest=True)


def refused(reason: Reason, act: Any) -> None:  # noqa: ANN401 -- any call
    with pytest.raises(ProtocolError) as caught:
        act()
    assert caught.value.reason is reason


def given(role: str | None, scope: LogScope | None, key: SigningKey = REGISTRAR, days: int = 90) -> Attestation:
    user = make_user(7)
    body = attestation_body(
        hub=HUB, registrar=key.public, user=user.user, subject="5d" * 32,
        capacity=capacity("O14", "operator", role=role), from_ms=START_MS - DAY_MS,
        until_ms=START_MS - DAY_MS + days * DAY_MS, scope=scope,
    )  # fmt: skip
    return verify_attestation(sign(body, key), make_bundle(), START_MS)


class TestWhatEachRoleMayDo:
    @pytest.mark.parametrize("duty", list(Duty))
    @pytest.mark.parametrize("role", ["administrator", "host", None, "R85:340"])
    def test_who_runs_the_hub_has_no_duty_of_those_who_watch(self, role: str | None, duty: Duty) -> None:
        assert not may("O14", role, duty)

    @pytest.mark.parametrize("duty", sorted(set(Duty) - {Duty.ANSWER_REQUESTS}))
    def test_an_auditor_has_them_all_but_the_answer_to_the_person_in_row_o14_only(self, duty: Duty) -> None:
        assert may("O14", "auditor", duty)
        assert not may("H1", "auditor", duty)
        assert not may("O14", "auditor", Duty.ANSWER_REQUESTS)

    def test_the_protection_officer_reads_lifts_and_answers_but_neither_searches_nor_judges_emergencies(self) -> None:
        allowed = {duty for duty in Duty if may("O14", "dpo", duty)}
        assert allowed == {Duty.READ_LOG, Duty.LIFT, Duty.LIST_EMERGENCIES, Duty.ANSWER_REQUESTS}


class TestAttestation:
    def test_a_scope_is_signed_with_the_role_and_read_back(self) -> None:
        scope = LogScope(("Département du Val",), (CASE,), START_MS, START_MS + DAY_MS)
        assert given("auditor", scope).scope == scope
        assert given("dpo", LogScope()).scope == LogScope()

    @pytest.mark.parametrize("role", [None, "R85:340", "officer"])
    def test_row_o14_without_one_of_the_four_roles_is_refused(self, role: str | None) -> None:
        refused(Reason.MALFORMED, lambda: given(role, None))

    @pytest.mark.parametrize("role", ["auditor", "dpo"])
    def test_who_watches_without_a_scope_is_refused(self, role: str) -> None:
        refused(Reason.MALFORMED, lambda: given(role, None))

    @pytest.mark.parametrize("role", ["administrator", "host"])
    def test_who_runs_the_hub_has_no_scope(self, role: str) -> None:
        assert given(role, None, OPERATOR).scope is None
        refused(Reason.MALFORMED, lambda: given(role, LogScope(), OPERATOR))

    @pytest.mark.parametrize(
        ("role", "key"), [("auditor", OPERATOR), ("dpo", OPERATOR), ("administrator", REGISTRAR), ("host", REGISTRAR)]
    )
    def test_a_registrar_of_the_other_side_attests_no_such_role(self, role: str, key: SigningKey) -> None:
        scope = LogScope() if role in {"auditor", "dpo"} else None
        refused(Reason.NOT_ENTITLED, lambda: given(role, scope, key))

    def test_a_guest_auditor_is_bounded_in_cases_or_controllers_and_in_time(self) -> None:
        assert given("auditor", GUEST, days=92).scope == GUEST
        refused(Reason.MALFORMED, lambda: given("auditor", GUEST, days=93))
        refused(Reason.MALFORMED, lambda: given("auditor", LogScope(guest=True)))
        refused(Reason.MALFORMED, lambda: given("dpo", GUEST))

    def test_a_role_of_another_row_has_no_scope(self) -> None:
        user = make_user(7)
        assert attest(user, "H1", "clinic", role="auditor").body.get("scope") is None
        body = attestation_body(
            hub=HUB, registrar=REGISTRAR.public, user=user.user, subject="5d" * 32, capacity=capacity("H1", "clinic"),
            from_ms=START_MS - DAY_MS, until_ms=START_MS + DAY_MS, scope=LogScope(),
        )  # fmt: skip
        refused(Reason.MALFORMED, lambda: verify_attestation(sign(body, REGISTRAR), make_bundle(), START_MS))


class TestScope:
    @pytest.mark.parametrize(
        "written",
        [
            {"controllers": []}, {"cases": []}, {"controllers": ["b", "a"]}, {"cases": [CASE, CASE]}, {"guest": False},
            {"from_ms": 5, "until_ms": 5}, {"until_ms": 0}, {"cases": ["case"]}, {"controllers": [1]}, {"all": True},
        ],
    )  # fmt: skip
    def test_a_second_spelling_an_empty_period_or_an_unknown_bound_is_refused(self, written: dict[str, Any]) -> None:
        with pytest.raises(ProtocolError):
            LogScope.read(Fields(written, "scope"))

    def test_controllers_cases_and_dates_bound_together(self) -> None:
        scope = LogScope(("Val",), (CASE,), 10, 20)
        assert scope.covers(CASE, "Val")
        assert not scope.covers(CASE, "Mont")
        assert not scope.covers("c2" * 32, "Val")
        assert [scope.covers_time(at) for at in (9, 10, 19, 20)] == [False, True, True, False]
        assert LogScope.read(Fields(scope.to_json(), "scope")) == scope


class TestApart:
    """Administrator and host never hold the other two, whichever came first."""

    @pytest.mark.parametrize("runs", ["administrator", "host"])
    @pytest.mark.parametrize("watches", ["dpo", "auditor"])
    def test_both_at_once_are_refused_in_either_order(self, runs: str, watches: str) -> None:
        operating, watching = HeldRole(runs, 0, 100), HeldRole(watches, 50, 150, LogScope())
        refused(Reason.NOT_ENTITLED, lambda: check_apart([operating], watching))
        refused(Reason.NOT_ENTITLED, lambda: check_apart([watching], operating))

    def test_who_ran_the_hub_watches_later_acts_only(self) -> None:
        before = HeldRole("administrator", 0, 100)
        refused(Reason.NOT_ENTITLED, lambda: check_apart([before], HeldRole("auditor", 100, 200, LogScope())))
        refused(Reason.NOT_ENTITLED, lambda: check_apart([before], HeldRole("auditor", 100, 200, LogScope(from_ms=99))))
        check_apart([before], HeldRole("auditor", 100, 200, LogScope(from_ms=100)))

    def test_who_watched_runs_the_hub_from_the_end_on_and_one_side_holds_both_its_roles(self) -> None:
        check_apart([HeldRole("dpo", 0, 100, LogScope())], HeldRole("host", 100, 200))
        check_apart([HeldRole("dpo", 0, 100, LogScope())], HeldRole("auditor", 0, 100, LogScope()))
        check_apart([HeldRole("host", 0, 100)], HeldRole("administrator", 0, 100))

    def test_a_client_seals_to_no_auditor_who_also_runs_the_hub(self) -> None:
        auditor, host = given("auditor", LogScope()), given("host", None, OPERATOR)
        assert audits_emergencies([auditor], START_MS)
        assert not audits_emergencies([given("dpo", LogScope())], START_MS)
        assert not audits_emergencies([auditor], auditor.until_ms)
        assert not audits_emergencies([auditor, host], START_MS)
        refused(Reason.NOT_ENTITLED, lambda: check_roles_apart(host, [auditor]))


class TestBundle:
    def registrar(self, roles: Sequence[str], rows: Sequence[str] = ("O14",)) -> Registrar:
        whole = Registrar("Greffe", REGISTRAR.public, tuple(rows), (), tuple(roles))
        return Registrar.read(Fields(whole.to_json(), "registrar"))

    @pytest.mark.parametrize("roles", [["administrator", "auditor"], ["dpo", "host"], ["auditor", "dpo", "host"]])
    def test_a_registrar_for_both_sides_is_refused(self, roles: list[str]) -> None:
        refused(Reason.MALFORMED, lambda: self.registrar(roles))

    def test_a_registrar_of_another_role_or_without_the_row_is_refused(self) -> None:
        refused(Reason.MALFORMED, lambda: self.registrar(["auditor", "chief"]))
        refused(Reason.MALFORMED, lambda: self.registrar(["auditor"], rows=("H1",)))

    def test_an_empty_list_of_roles_is_a_second_spelling(self) -> None:
        value = {**self.registrar(["auditor"]).to_json(), "roles": []}
        refused(Reason.MALFORMED, lambda: Registrar.read(Fields(value, "registrar")))

    def test_a_registrar_that_ended_counts_for_what_was_before(self) -> None:
        user = make_user(3)
        ended = make_bundle(ended_ms=START_MS)
        statement = attest(user, "H1", "clinic")
        assert verify_attestation(statement, ended, START_MS - 1).until_ms == START_MS
        refused(Reason.EXPIRED, lambda: verify_attestation(statement, ended, START_MS))

    def test_a_guest_stays_three_months_at_most(self) -> None:
        assert MAX_GUEST_MS == 92 * DAY_MS
