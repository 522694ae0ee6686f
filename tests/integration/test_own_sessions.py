"""One's own sessions: seen with device and hour, ended from another at once, and nobody else's."""

from __future__ import annotations

import pytest

from support.hub import LiveHub
from support.identities import make_user
from support.live_socket import listening
from volet_service.domain.logins import SESSION_IDLE_MS

ENDED = 4401


def test_somebody_sees_each_session_of_theirs_and_ends_another_at_once(hub: LiveHub) -> None:
    user = make_user(80)
    first, second = hub.login(user), hub.login(user)
    listed = first.get("/v1/sessions").json()
    assert {one["device"] for one in listed} == {user.device.id}
    (here,), (there,) = ([one for one in listed if one["current"] is current] for current in (True, False))
    with listening(second) as heard:
        assert first.delete(f"/v1/sessions/{there['session']}").status_code == 204
        assert heard.rest() == ([], ENDED)
    assert second.get("/v1/cases").status_code == 401
    assert [one["session"] for one in first.get("/v1/sessions").json()] == [here["session"]]


def test_a_session_of_somebody_else_is_as_none(hub: LiveHub) -> None:
    mine, theirs = hub.login(make_user(81)), hub.login(make_user(82))
    (other,) = theirs.get("/v1/sessions").json()
    answers = [mine.delete(f"/v1/sessions/{id_}") for id_ in (other["session"], "0" * 64)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert theirs.get("/v1/sessions").is_success


@pytest.mark.parametrize("id_", ["x", "A" * 64, "0" * 63])
def test_what_is_no_session_is_refused(hub: LiveHub, id_: str) -> None:
    assert hub.login(make_user(83)).delete(f"/v1/sessions/{id_}").status_code in {400, 404, 422}


def test_a_session_that_nobody_used_for_half_an_hour_is_not_listed(hub: LiveHub) -> None:
    user = make_user(84)
    hub.login(user)
    hub.clock.at_ms += SESSION_IDLE_MS
    assert len(hub.login(user).get("/v1/sessions").json()) == 1


def test_a_session_in_use_all_day_ends_at_its_hour_and_not_before(hub: LiveHub) -> None:
    at_work = hub.login(make_user(85))
    (session,) = at_work.get("/v1/sessions").json()
    while session["expires_ms"] - hub.clock.at_ms > SESSION_IDLE_MS:
        hub.clock.at_ms += SESSION_IDLE_MS - 1
        assert at_work.get("/v1/sessions").is_success
    hub.clock.at_ms = session["expires_ms"] - 1
    assert at_work.get("/v1/sessions").is_success
    hub.clock.at_ms += 1
    assert at_work.get("/v1/sessions").status_code == 401
