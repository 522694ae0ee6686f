"""A phone is stolen: who may act before the telephone call, after it, and after the person is back."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from support.hub import HubCase, LiveHub
from support.hub_entries import deposit_body, header, post, problem, release, seal
from support.identities import HUB, REGISTRAR, SELF_AUDIENCE, SELF_ISS, TestUser, make_user, seed32
from support.live_socket import listening
from volet_protocol.account_hold import hold_body, hold_number, hold_number_hash, spaced
from volet_protocol.canonical import JsonObject, decode
from volet_protocol.capacities import subject_chain
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import SigningKey
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.statements import Statement, sign
from volet_service.adapters.sealed import Sealer
from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.tables import log_entry
from volet_service.application.hold_account import REST_MS
from volet_service.application.hold_tries import HOUR_MS, PER_HOUR
from volet_service.entrypoints.registrar.config import RegistrarConfig
from volet_service.entrypoints.registrar.freezing import Answered
from volet_service.entrypoints.registrar.freezing import freeze as freeze_line

ENDED = 4401
NUMBER = hold_number(bytes(range(32)))


def freeze(hub: LiveHub, user: TestUser, key: SigningKey = REGISTRAR) -> httpx.Response:
    """What `volet registrar freeze` sends; the subject of a user is their id here."""
    subject = subject_chain(SELF_ISS, user.user)
    body = hold_body(hub=HUB, registrar=key.public, subject=subject, time_ms=hub.clock.now_ms())
    return send(hub, sign(body, key))


def send(hub: LiveHub, statement: Statement) -> httpx.Response:
    with hub.client() as http:
        return http.post("/v1/holds", json={"statement": statement.to_json()})


def tell(hub: LiveHub, number: str) -> httpx.Response:
    with hub.client() as http:
        return http.post("/v1/holds/by-number", json={"number": number})


def keep(client: httpx.Client, number: str = NUMBER) -> None:
    assert client.post("/v1/hold-numbers", json={"number_hash": hold_number_hash(number)}).is_success


def begun(hub: LiveHub, user: TestUser) -> tuple[httpx.Client, dict[str, str]]:
    """A sign-in whose person has answered at the provider, and which the device has not signed yet."""
    http = hub.client()
    asked = {
        "user": user.user, "device": user.device.id, "iss": SELF_ISS, "aud": SELF_AUDIENCE,
        "random": to_base64url(seed32("random", user.number)),
    }  # fmt: skip
    started: dict[str, str] = http.post("/v1/logins", json=asked).raise_for_status().json()
    state = httpx.URL(started["authorize_url"]).params["state"]
    back = http.get("/v1/logins/callback", params={"state": state, "code": "code"})
    assert back.headers.get("location") == "/", back.text
    return http, started


def finished(hub: LiveHub, user: TestUser, http: httpx.Client, started: dict[str, str]) -> httpx.Response:
    preamble = user.preamble(hub.clock.now_ms()).to_json("login")
    body = {**preamble, "login": started["login"], "challenge": started["challenge"]}
    return http.post(f"/v1/logins/{started['login']}/session", json={"statement": user.sign(body).to_json()})


def test_the_same_minute_nothing_is_read_or_written_and_the_person_takes_it_all_up_again(team: HubCase) -> None:
    entry, before = post(team, "doctor").entry.id, team.clients["doctor"]
    assert release(team, "doctor", [entry]).is_success
    with listening(before) as heard:
        answer = freeze(team.hub, team.person("doctor"))
        assert (answer.status_code, answer.json()) == (200, {"devices": 1})
        assert heard.rest() == ([], ENDED)
    refused = [
        release(team, "doctor", [entry]),
        before.post("/v1/entries", json=deposit_body(seal(team, "doctor", header(team, "doctor")))),
        before.get("/v1/cases"),
        before.post("/v1/live/tickets"),
    ]
    assert {problem(one) for one in refused} == {"unauthenticated"}
    assert release(team, "nurse", [entry]).is_success
    team.clients["doctor"] = team.hub.login(team.person("doctor"), team.capacities["doctor"])
    assert release(team, "doctor", [entry]).is_success


def test_the_person_is_told_at_the_sign_in_that_ends_it_and_once(team: HubCase) -> None:
    doctor = team.person("doctor")
    freeze(team.hub, doctor)
    since_ms = team.hub.clock.now_ms()
    team.wait()
    first = finished(team.hub, doctor, *begun(team.hub, doctor)).json()
    second = finished(team.hub, doctor, *begun(team.hub, doctor)).json()
    assert (first["held_since_ms"], first["held_by"]) == (since_ms, to_base64url(REGISTRAR.public))
    assert "held_since_ms" not in second


def test_a_sign_in_that_was_under_way_opens_nothing(team: HubCase) -> None:
    doctor = team.person("doctor")
    http, started = begun(team.hub, doctor)
    team.wait()
    freeze(team.hub, doctor)
    answer = finished(team.hub, doctor, http, started)
    assert (problem(answer), answer.json()["reason"]) == ("replayed", "expired")


def test_a_thief_who_signs_in_as_themselves_does_not_end_it(team: HubCase) -> None:
    doctor = team.person("doctor")
    freeze(team.hub, doctor)
    team.hub.door.subjects[doctor.user] = "the thief"
    answer = finished(team.hub, doctor, *begun(team.hub, doctor))
    assert (problem(answer), answer.json()["reason"]) == ("invalid", "wrong-user")
    del team.hub.door.subjects[doctor.user]
    assert finished(team.hub, doctor, *begun(team.hub, doctor)).is_success


def test_a_browser_that_was_left_signed_in_does_not_end_it(team: HubCase) -> None:
    doctor = team.person("doctor")
    freeze(team.hub, doctor)
    team.wait()
    team.hub.door.authenticated_s = team.hub.clock.now_ms() // 1000 - 3600
    http, started = begun(team.hub, doctor)
    assert httpx.URL(started["authorize_url"]).params["prompt"] == "login"
    answer = finished(team.hub, doctor, http, started)
    assert (problem(answer), answer.json()["reason"]) == ("invalid", "sign-in-again")
    team.hub.door.authenticated_s = team.hub.clock.now_ms() // 1000
    assert finished(team.hub, doctor, *begun(team.hub, doctor)).is_success


def test_who_is_not_held_is_not_asked_to_prove_again_who_they_are(team: HubCase) -> None:
    _, started = begun(team.hub, team.person("nurse"))
    assert "prompt" not in httpx.URL(started["authorize_url"]).params


def test_a_registrar_stops_nobody_whom_it_never_attested(team: HubCase) -> None:
    stranger = make_user(60)
    client = team.hub.login(stranger)
    known, unknown = freeze(team.hub, stranger), freeze(team.hub, make_user(61))
    assert (problem(known), problem(unknown)) == ("not-found", "not-found")
    assert client.get("/v1/cases").is_success


def test_nobody_but_a_registrar_holds_somebody_by_name(team: HubCase) -> None:
    doctor = team.person("doctor")
    assert not freeze(team.hub, doctor, SigningKey(b"\x09" * 32)).is_success
    forged = hold_body(
        hub=HUB, registrar=REGISTRAR.public, subject=subject_chain(SELF_ISS, doctor.user),
        time_ms=team.hub.clock.now_ms(),
    )  # fmt: skip
    assert problem(send(team.hub, doctor.sign(forged))) == "bad-signature"
    assert team.clients["doctor"].get("/v1/cases").is_success


def test_what_a_registrar_asked_yesterday_holds_nobody_today(team: HubCase) -> None:
    doctor = team.person("doctor")
    body = hold_body(
        hub=HUB, registrar=REGISTRAR.public, subject=subject_chain(SELF_ISS, doctor.user),
        time_ms=team.hub.clock.now_ms() - 86_400_000,
    )  # fmt: skip
    assert not send(team.hub, sign(body, REGISTRAR)).is_success
    assert team.clients["doctor"].get("/v1/cases").is_success


def test_the_number_of_the_sheet_told_by_telephone_holds_the_account(team: HubCase) -> None:
    keep(team.clients["doctor"])
    answer = tell(team.hub, spaced(NUMBER))
    assert (answer.status_code, answer.json()) == (200, {"devices": 1})
    assert problem(team.clients["doctor"].get("/v1/cases")) == "unauthenticated"
    assert team.clients["nurse"].get("/v1/cases").is_success
    team.wait()
    back = finished(team.hub, team.person("doctor"), *begun(team.hub, team.person("doctor"))).json()
    assert ("held_since_ms" in back, "held_by" in back) == (True, False)


def test_the_number_opens_nothing(team: HubCase) -> None:
    keep(team.clients["doctor"])
    with team.hub.client() as http:
        http.headers["Authorization"] = f"Volet {NUMBER}"
        assert problem(http.get("/v1/cases")) == "unauthenticated"
        assert set(http.post("/v1/holds/by-number", json={"number": NUMBER}).json()) == {"devices"}


def test_the_former_number_and_a_number_of_nobody_are_alike(team: HubCase) -> None:
    keep(team.clients["doctor"])
    keep(team.clients["doctor"], hold_number(b"\x01" * 32))
    former, nobody = tell(team.hub, NUMBER), tell(team.hub, hold_number(b"\x02" * 32))
    assert (former.status_code, former.content) == (nobody.status_code, nobody.content)
    assert problem(former) == "not-found"
    assert team.clients["doctor"].get("/v1/cases").is_success


def test_who_deposits_the_number_of_somebody_else_shields_nobody(team: HubCase) -> None:
    for name in ("doctor", "nurse", "coordinator"):
        keep(team.clients[name])
    assert tell(team.hub, NUMBER).json() == {"devices": 3}
    assert problem(team.clients["doctor"].get("/v1/cases")) == "unauthenticated"


def test_who_guesses_is_stopped_and_nobody_else_is(team: HubCase) -> None:
    doctor = team.clients["doctor"]
    keep(doctor)
    guesses = [tell(team.hub, hold_number(bytes([at]) * 32)) for at in range(PER_HOUR)]
    assert {problem(one) for one in guesses} == {"not-found"}
    assert problem(tell(team.hub, NUMBER)) == "too-many-requests"
    assert doctor.get("/v1/cases").is_success
    assert freeze(team.hub, team.person("doctor")).is_success
    team.hub.clock.at_ms += HOUR_MS
    team.now_ms = team.hub.clock.at_ms
    assert tell(team.hub, NUMBER).is_success


def test_a_copied_number_costs_one_sign_in_a_day_and_the_registrar_still_can(team: HubCase) -> None:
    doctor = team.person("doctor")
    keep(team.clients["doctor"])
    assert tell(team.hub, NUMBER).is_success
    client = team.hub.login(doctor)
    assert problem(tell(team.hub, NUMBER)) == "too-many-requests"
    assert client.get("/v1/cases").is_success
    assert freeze(team.hub, doctor).is_success
    assert problem(client.get("/v1/cases")) == "unauthenticated"
    team.hub.login(doctor)
    team.hub.clock.at_ms += REST_MS
    assert tell(team.hub, NUMBER).is_success


def test_held_twice_is_ended_by_one_sign_in(team: HubCase) -> None:
    doctor = team.person("doctor")
    keep(team.clients["doctor"])
    assert freeze(team.hub, doctor).is_success
    assert tell(team.hub, NUMBER).is_success
    assert team.hub.login(doctor).get("/v1/cases").is_success


@pytest.mark.parametrize("number", ["", "12", "1" * 16, "x" * 41])
def test_what_is_no_number_is_refused(team: HubCase, number: str) -> None:
    assert problem(tell(team.hub, number)) in {"invalid", "malformed"}


def test_the_log_tells_which_devices_and_by_whose_words(team: HubCase) -> None:
    doctor = team.person("doctor")
    freeze(team.hub, doctor)
    settings = team.hub.settings
    engine = open_database(settings.store).readers()
    with engine.connect() as connection:
        key = Sealer.of_file(settings.path(settings.payload_key))
        (last,) = select_records(connection, key, log_entry.c.idx >= 0, 10_000)[-1:]
    engine.dispose()
    assert last.identity is not None
    who = IdentityPayload.read(decode(last.identity))
    assert (who.user, who.device) == (doctor.user, doctor.device.id)
    assert who.request is not None


def test_the_registrar_freezes_by_the_identifier_of_its_staff_list_and_is_told(team: HubCase) -> None:
    doctor, nobody = team.person("doctor"), make_user(62)
    (held,) = freeze_line(doctor.user, registrar_of(HUB), lambda url, body: delivered(team.hub, url, body), at(team))
    assert (held.hub, held.devices) == (HUB, 1)
    (unknown,) = freeze_line(nobody.user, registrar_of(HUB), lambda url, body: delivered(team.hub, url, body), at(team))
    assert unknown.devices is None
    assert unknown.is_unknown
    assert problem(team.clients["doctor"].get("/v1/cases")) == "unauthenticated"


def test_a_hub_that_does_not_answer_keeps_the_registrar_from_no_other(team: HubCase) -> None:
    silent = "https://silent.example"
    answers = freeze_line(
        team.person("doctor").user, registrar_of(silent, HUB),
        lambda url, body: Answered(0, {}) if url.startswith(silent) else delivered(team.hub, url, body), at(team),
    )  # fmt: skip
    assert [one.devices for one in answers] == [None, 1]
    assert answers[0].problem is None


def at(team: HubCase) -> int:
    return team.hub.clock.now_ms()


def registrar_of(*hubs: str) -> RegistrarConfig:
    return RegistrarConfig(
        "Greffe", "https://r.example", "", 0, hubs, SELF_ISS, "volet-registrar", None, REGISTRAR, (), Path("staff.json")
    )


def delivered(hub: LiveHub, url: str, body: JsonObject) -> Answered:
    """What leaves for the hub's name arrives where it listens."""
    with hub.client() as http:
        answer = http.post(url.removeprefix(HUB), json=body)
    return Answered(answer.status_code, answer.json())
