"""Every kind of act asks a recent identification or never does; and when somebody was seen is never ahead."""

from __future__ import annotations

import pytest

from volet_protocol.facts import FACT_TYPES
from volet_protocol.user_links import LINK_TYPES
from volet_service.application.callers import Caller, check_recent
from volet_service.domain.errors import StepUpRequired
from volet_service.domain.logins import identified_ms
from volet_service.domain.step_up import FACTS, USER_LINKS, fact_asks
from volet_service.entrypoints.http.problems import answer

# What protects somebody, what is said of oneself, and what a day of work is made of.
NEVER = {
    "absence", "emergency", "emergency-reason", "emergency-end", "emergency-review", "mask-end", "conference",
    "conference-end", "case-link", "case-link-end", "notice", "consent", "consent-withdrawal", "opposition",
    "opposition-end", "episode", "episode-end", "participation-end", "retention", "death", "mandate-end",
    "ability", "minor-secret", "minor-secret-end", "procedure", "fact-end", "request", "request-answer",
}  # fmt: skip
NEVER_OF_ONES_KEYS = {"user-create", "device-revoke", "user-key", "recovery-veto", "recover", "chain-close"}


def test_each_kind_of_fact_asks_or_never_does() -> None:
    assert set(FACT_TYPES) == FACTS | NEVER
    assert not FACTS & NEVER


def test_each_link_of_ones_own_chain_asks_or_never_does() -> None:
    assert USER_LINKS | NEVER_OF_ONES_KEYS == LINK_TYPES
    assert not USER_LINKS & NEVER_OF_ONES_KEYS


@pytest.mark.parametrize(
    ("fact", "asks"),
    [
        ({"type": "participation", "user": "other"}, True),
        ({"type": "participation", "user": "me"}, False),
        ({"type": "participation", "user": "me", "invitation": "x"}, False),
        ({"type": "person", "user": "other"}, True),
        ({"type": "person", "identity_status": "seen"}, False),
        ({"type": "invitation"}, True),
        ({"type": "mandate"}, True),
        ({"type": "mandate-end"}, False),
        ({"type": "opposition"}, False),
        ({"type": "emergency"}, False),
        ({}, False),
    ],
)
def test_what_gives_rights_to_somebody_else_asks(fact: dict[str, str], asks: bool) -> None:  # noqa: FBT001  # a table
    assert fact_asks(dict(fact), "me") is asks


@pytest.mark.parametrize(
    ("claims", "at_ms"),
    [
        ({"auth_time": 900, "iat": 1000}, 900_000),
        ({"auth_time": 5000, "iat": 1000}, 2_000_000),
        ({"auth_time": "1000"}, None),
        ({"auth_time": -1}, None),
        ({}, None),
    ],
)
def test_somebody_was_seen_when_the_provider_says_and_never_later_than_now(
    claims: dict[str, object], at_ms: int | None
) -> None:
    assert identified_ms(claims, 2_000_000, fresh=False) == at_ms


def test_a_provider_that_does_not_say_when_is_believed_only_where_it_was_asked_anew() -> None:
    assert identified_ms({"iat": 1000}, 2_000_000, fresh=True) == 1_000_000
    assert identified_ms({"iat": 1000}, 2_000_000, fresh=False) is None
    assert identified_ms({"iat": 1000, "auth_time": 900}, 2_000_000, fresh=True) == 900_000


def test_an_identification_is_recent_until_its_last_millisecond() -> None:
    caller = Caller("user", "device", None, "token", recent_until_ms=1000)
    check_recent(caller, 999)
    with pytest.raises(StepUpRequired):
        check_recent(caller, 1000)
    with pytest.raises(StepUpRequired):
        check_recent(Caller("user", "device", None, "token"), 0)


def test_the_answer_says_in_the_fields_own_words_that_the_identification_is_too_old() -> None:
    told = answer(StepUpRequired("identification too long ago"))
    assert told.status_code == 403
    assert told.headers["www-authenticate"] == 'Volet error="insufficient_user_authentication"'
