"""Rules of logins and sessions that need no provider."""

from __future__ import annotations

import pytest

from volet_service.application.login_starts import LoginStarts
from volet_service.domain.errors import Refusal, Replayed, TooManyRequests
from volet_service.domain.logins import (
    LOGIN_LIFETIME_MS,
    SESSION_IDLE_MS,
    STARTS_IN_ALL,
    STARTS_PER_ADDRESS,
    LoginRefusal,
    check_running,
    comparison_code,
    login_refused,
    session_alive,
    token_hash,
)

NOW = 1_767_600_000_000


def test_a_session_ends_when_it_is_idle_for_half_an_hour() -> None:
    assert SESSION_IDLE_MS == 30 * 60 * 1000
    assert session_alive(NOW, NOW + 2 * SESSION_IDLE_MS, NOW + SESSION_IDLE_MS - 1)
    assert not session_alive(NOW, NOW + 2 * SESSION_IDLE_MS, NOW + SESSION_IDLE_MS)


def test_a_busy_session_still_ends() -> None:
    assert not session_alive(NOW, NOW, NOW)


def test_a_login_lasts_ten_minutes_and_serves_once() -> None:
    check_running(NOW, None, NOW + LOGIN_LIFETIME_MS - 1)
    with pytest.raises(Replayed):
        check_running(NOW, None, NOW + LOGIN_LIFETIME_MS)
    with pytest.raises(Replayed):
        check_running(NOW, NOW, NOW)


def test_one_address_cannot_start_without_end_and_leaves_the_others_alone() -> None:
    starts = LoginStarts()
    for _ in range(STARTS_PER_ADDRESS):
        starts.count("192.0.2.1", NOW)
    with pytest.raises(TooManyRequests):
        starts.count("192.0.2.1", NOW)
    starts.count("192.0.2.2", NOW)
    starts.count("192.0.2.1", NOW + LOGIN_LIFETIME_MS)


def test_many_addresses_together_are_bounded_too() -> None:
    starts = LoginStarts()
    for number in range(STARTS_IN_ALL):
        starts.count(f"192.0.2.{number}", NOW)
    with pytest.raises(TooManyRequests):
        starts.count("198.51.100.1", NOW)


@pytest.mark.parametrize("reason", list(LoginRefusal))
def test_each_refusal_says_its_reason(reason: LoginRefusal) -> None:
    refusal = login_refused(reason, "login")
    assert isinstance(refusal, Refusal)
    assert refusal.members == {"reason": reason.value}
    assert 400 <= refusal.problem.status < 600


def test_a_stored_token_does_not_give_the_token_back() -> None:
    assert token_hash("secret") != "secret"
    assert len(token_hash("secret")) == 64


def test_the_code_to_compare_is_short() -> None:
    assert comparison_code("0123456789abcdef" * 4) == "0123-4567"
