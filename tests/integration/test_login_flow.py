"""A login from end to end, with the real provider process: what succeeds, and each way it must not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from support.identities import TestUser, make_device, make_user
from support.login_hub import LoginHub, login_hub
from support.loopback import HUB_CLIENT, free_port, now_ms, provider_process, trust_bundle
from support.provoked import provokes
from volet_client import login as client
from volet_client.refusals import RefusedError
from volet_client.transport import HttpTransport
from volet_demo.browser import Browser
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import SigningKey
from volet_protocol.login import LoginStatement
from volet_protocol.problems import Problem
from volet_protocol.statements import HeadRef, Preamble, Statement, sign
from volet_service.application.open_session import unverified_claims
from volet_service.domain.logins import SESSION_IDLE_MS, STARTS_PER_ADDRESS, token_hash

REGISTRAR_KEY = SigningKey(b"\x07" * 32)


@dataclass
class Place:
    """A provider, a hub, a browser and a client's transport."""

    issuer: str
    hub: LoginHub
    browser: Browser
    transport: HttpTransport

    def inputs(self, user: TestUser) -> client.LoginInputs:
        return client.LoginInputs(
            self.hub.origin, self.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
        )

    def user(self, number: int) -> TestUser:
        return make_user(number, now_ms(), self.hub.origin)

    def identified(self, user: TestUser, account: str = "nadia") -> tuple[client.PendingLogin, str]:
        pending = client.begin_login(self.transport, self.inputs(user))
        assert self.browser.log_in(pending.authorize_url, account).status == 200
        return pending, client.wait_for_id_token(self.transport, pending, wait_s=2)

    def session(self, user: TestUser, account: str = "nadia") -> client.OpenedSession:
        pending, _ = self.identified(user, account)
        return client.open_session(self.transport, pending, signed(pending, user), chain_of(user))

    def reason(self, path: str, body: JsonObject) -> tuple[int, object]:
        answer = httpx.post(self.hub.origin + path, json=body, trust_env=False)
        return answer.status_code, answer.json().get("reason")


def preamble(user: TestUser, *, device: str | None = None, hub: str | None = None) -> Preamble:
    return Preamble(hub or user.chain.hub, user.user, device or user.device.id, user.head, now_ms())


def signed(pending: client.PendingLogin, user: TestUser) -> Statement:
    return client.sign_login(pending, preamble(user), user.signing_key)


def chain_of(user: TestUser) -> list[JsonObject]:
    boxes = {to: to_base64url(box) for to, box in user.boxes.items()}
    return [{"statement": link.to_json(), "boxes": boxes} for link in user.chain.links]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, LoginHub]]:
    hub_port = free_port()
    callback = f"http://127.0.0.1:{hub_port}/v1/logins/callback"
    folder = tmp_path_factory.mktemp("provider")
    with provider_process(folder, free_port(), {HUB_CLIENT: callback}) as issuer, login_hub(hub_port, issuer) as hub:
        yield issuer, hub


@pytest.fixture
def place(running: tuple[str, LoginHub]) -> Iterator[Place]:
    issuer, hub = running
    hub.store.ahead_ms = 0
    transport = HttpTransport(hub.origin, sleep=lambda _: None)
    with Browser() as browser:
        yield Place(issuer, hub, browser, transport)
    transport.close()


def alive(place: Place, token: str) -> bool:
    """Ask with the token; the question itself ends the session."""
    headers = {"Authorization": f"Volet {token}"}
    answer = httpx.delete(f"{place.hub.origin}/v1/sessions/current", headers=headers, trust_env=False)
    return answer.status_code == 204


def test_a_login_opens_a_session_and_creates_the_account(place: Place) -> None:
    nadia = place.user(101)
    pending, id_token = place.identified(nadia)
    proved = client.prove_subject(
        pending.inputs, id_token, trust_bundle(place.hub.origin, place.issuer, REGISTRAR_KEY.public), now_ms()
    )
    assert (proved.subject.sub, proved.subject.iss, proved.subject.mode) == ("nadia", place.issuer, "self")
    opened = client.open_session(place.transport, pending, signed(pending, nadia), chain_of(nadia))
    assert opened.expires_ms > now_ms()
    memory = place.hub.store.memory
    assert memory.chains[nadia.user].head == nadia.head
    assert memory.bindings[-1].id_token == id_token
    assert memory.logins[pending.login].id_token is None
    assert memory.sessions[token_hash(opened.token)].device == nadia.device.id


def test_the_token_itself_is_stored_nowhere(place: Place) -> None:
    opened = place.session(place.user(102))
    assert opened.token not in repr(place.hub.store.memory)


def test_the_id_token_holds_no_name(place: Place) -> None:
    _, id_token = place.identified(place.user(103))
    assert set(unverified_claims(id_token)) == {
        "iss",
        "sub",
        "aud",
        "iat",
        "exp",
        "auth_time",
        "nonce",
        "acr",
        "at_hash",
    }


def test_the_last_page_shows_the_code_that_the_client_shows(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(104)))
    page = place.browser.log_in(pending.authorize_url, "nadia")
    assert pending.comparison_code in page.html
    assert "Vous êtes identifié" in page.html


def test_a_session_serves_no_more_after_logout(place: Place) -> None:
    opened = place.session(place.user(105))
    place.transport.token = opened.token
    client.close_session(place.transport)
    assert not alive(place, opened.token)


def test_a_session_ends_after_twelve_hours(place: Place) -> None:
    opened = place.session(place.user(106))
    headers = {"Authorization": f"Volet {opened.token}"}
    url = f"{place.hub.origin}/v1/sessions/current"
    place.hub.store.ahead_ms = 12 * 3_600_000 + 1
    assert httpx.delete(url, headers=headers, trust_env=False).status_code == 401


def test_an_idle_session_ends(place: Place) -> None:
    opened = place.session(place.user(128))
    place.hub.store.ahead_ms = SESSION_IDLE_MS
    assert not alive(place, opened.token)


def test_a_second_use_of_a_login_is_refused(place: Place) -> None:
    nadia = place.user(107)
    pending, _ = place.identified(nadia)
    client.open_session(place.transport, pending, signed(pending, nadia), chain_of(nadia))
    path = f"/v1/logins/{pending.login}/session"
    again = place.reason(path, {"statement": signed(pending, nadia).to_json()})
    assert again == (409, "already-used")


def test_a_session_needs_the_person_first(place: Place) -> None:
    nadia = place.user(108)
    pending = client.begin_login(place.transport, place.inputs(nadia))
    path = f"/v1/logins/{pending.login}/session"
    assert place.reason(path, {"statement": signed(pending, nadia).to_json()}) == (422, "not-identified")


def test_another_device_opens_no_session(place: Place) -> None:
    nadia, thief = place.user(109), make_device("thief", 1)
    pending, _ = place.identified(nadia)
    path = f"/v1/logins/{pending.login}/session"
    chain = [dict(link) for link in chain_of(nadia)]
    named = client.sign_login(pending, preamble(nadia, device=thief.id), thief.sign)
    assert place.reason(path, {"statement": named.to_json(), "chain": chain})[0] == 422
    forged = client.sign_login(pending, preamble(nadia), thief.sign)
    assert place.reason(path, {"statement": forged.to_json(), "chain": chain}) == (422, "bad-signature")
    assert nadia.user not in place.hub.store.memory.chains


def test_another_users_chain_opens_no_session(place: Place) -> None:
    nadia, other = place.user(110), place.user(111)
    pending, _ = place.identified(nadia)
    path = f"/v1/logins/{pending.login}/session"
    statement = signed(pending, nadia).to_json()
    assert place.reason(path, {"statement": statement, "chain": list(chain_of(other))}) == (422, "wrong-user")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"challenge": b"\0" * 32}, Reason.WRONG_REQUEST),
        ({"login": "another"}, Reason.WRONG_REQUEST),
    ],
)
def test_a_signature_over_another_challenge_opens_no_session(
    place: Place, change: dict[str, str | bytes], reason: Reason
) -> None:
    nadia = place.user(112)
    pending, _ = place.identified(nadia)
    given = LoginStatement(preamble(nadia), pending.login, pending.challenge, None)
    body = replace(given, **change).body()  # type: ignore[arg-type]  # fields of two types, by name
    statement = sign(body, nadia.signing_key).to_json()
    path = f"/v1/logins/{pending.login}/session"
    assert place.reason(path, {"statement": statement, "chain": list(chain_of(nadia))}) == (409, reason.value)


def test_a_statement_for_another_hub_opens_no_session(place: Place) -> None:
    nadia = place.user(113)
    pending, _ = place.identified(nadia)
    statement = client.sign_login(pending, preamble(nadia, hub="https://other.example"), nadia.signing_key)
    path = f"/v1/logins/{pending.login}/session"
    answer = place.reason(path, {"statement": statement.to_json(), "chain": list(chain_of(nadia))})
    assert answer == (422, "wrong-hub")


def test_a_head_that_the_chain_does_not_have_opens_no_session(place: Place) -> None:
    nadia = place.user(114)
    pending, _ = place.identified(nadia)
    ahead = replace(preamble(nadia), user_head=HeadRef(9, "0" * 64))
    statement = client.sign_login(pending, ahead, nadia.signing_key)
    path = f"/v1/logins/{pending.login}/session"
    assert place.reason(path, {"statement": statement.to_json(), "chain": list(chain_of(nadia))})[0] == 422


def test_an_unknown_state_ends_nowhere(place: Place) -> None:
    page = place.browser.open(f"{place.hub.origin}/v1/logins/callback?code=a&state=b&iss={place.issuer}")
    assert page.status == 422
    assert "Connexion refusée" in page.html


def test_an_answer_serves_once(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(115)))
    answer = place.browser.answer_of(pending.authorize_url, "nadia")
    assert place.browser.open(answer).status == 200
    assert place.browser.open(answer).status == 409


def _with(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode(query)).geturl()


def test_a_code_of_another_login_is_refused(place: Place) -> None:
    victim = client.begin_login(place.transport, place.inputs(place.user(116)))
    attacker = client.begin_login(place.transport, place.inputs(place.user(117)))
    stolen = parse_qs(urlsplit(place.browser.answer_of(victim.authorize_url, "paul")).query)["code"][0]
    own = place.browser.answer_of(attacker.authorize_url, "nadia")
    assert place.browser.open(_with(own, code=stolen)).status == 422
    with pytest.raises(RefusedError):
        client.wait_for_id_token(place.transport, attacker, wait_s=0.5)
    assert place.hub.store.memory.logins[attacker.login].failure == "code-refused"


def test_an_answer_that_names_another_issuer_is_refused(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(118)))
    answer = place.browser.answer_of(pending.authorize_url, "nadia")
    assert place.browser.open(_with(answer, iss="https://other.example")).status == 422
    assert place.hub.store.memory.logins[pending.login].failure == "wrong-issuer"


def test_an_answer_without_its_issuer_is_refused(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(119)))
    answer = place.browser.answer_of(pending.authorize_url, "nadia")
    assert place.browser.open(answer.split("&iss=")[0]).status == 422


def test_who_declines_is_not_logged_in(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(120)))
    page = place.browser.log_in(pending.authorize_url, "Ne pas me connecter")
    assert "Vous avez choisi de ne pas vous connecter" in page.html
    assert place.hub.store.memory.logins[pending.login].failure == "denied-by-person"


def test_a_login_of_yesterday_is_refused(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(121)))
    answer = place.browser.answer_of(pending.authorize_url, "nadia")
    place.hub.store.ahead_ms = 11 * 60 * 1000
    assert place.browser.open(answer).status == 409


def test_an_unknown_provider_or_audience_is_refused(place: Place) -> None:
    nadia = place.user(122)
    given = place.inputs(nadia)
    for inputs in (replace(given, iss="https://other.example"), replace(given, aud="another")):
        body: JsonObject = {
            "user": inputs.user, "device": inputs.device, "iss": inputs.iss, "aud": inputs.aud,
            "random": to_base64url(inputs.random),
        }  # fmt: skip
        assert place.reason("/v1/logins", body) == (422, "unknown-provider")


def test_a_second_chain_of_a_known_subject_is_told(place: Place) -> None:
    assert place.session(place.user(123), "lea").first_chain
    assert not place.session(place.user(124), "lea").first_chain


def test_a_client_refuses_an_authorization_request_for_another_nonce(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(125)))
    aud, nonce = pending.inputs.aud, pending.inputs.nonce
    client.check_authorize_url(pending.authorize_url, nonce=nonce, aud=aud)
    changes = {
        Reason.WRONG_NONCE: {"nonce": "swapped"},
        Reason.WRONG_AUDIENCE: {"client_id": "another"},
        Reason.WRONG_REQUEST: {"code_challenge_method": "plain"},
    }
    for reason, change in changes.items():
        with pytest.raises(ProtocolError) as refused:
            client.check_authorize_url(_with(pending.authorize_url, **change), nonce=nonce, aud=aud)
        assert refused.value.reason is reason
    elsewhere = pending.authorize_url.replace("127.0.0.1", "provider.example")
    with pytest.raises(ProtocolError) as refused:
        client.check_authorize_url(elsewhere, nonce=nonce, aud=aud)
    assert refused.value.reason is Reason.NOT_TRUSTED


@pytest.mark.parametrize(
    "change", [{"code_challenge": ""}, {"code_challenge_method": "plain"}, {"nonce": ""}, {"scope": "profile"}]
)
def test_the_provider_wants_pkce_and_a_nonce(place: Place, change: dict[str, str]) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(126)))
    answer = httpx.get(_with(pending.authorize_url, **change), trust_env=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["error"][0] in {"invalid_request", "invalid_scope"}
    assert query["iss"] == [place.issuer]


def test_the_provider_sends_nobody_to_an_unknown_address(place: Place) -> None:
    pending = client.begin_login(place.transport, place.inputs(place.user(127)))
    answer = httpx.get(_with(pending.authorize_url, redirect_uri="http://127.0.0.1:1/"), trust_env=False)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_login_begins_alike_for_an_account_and_for_nobody(place: Place) -> None:
    known, nobody = place.user(140), place.user(141)
    place.session(known)
    drawn = {"nonce", "state", "code_challenge"}
    begun = [httpx.URL(client.begin_login(place.transport, place.inputs(who)).authorize_url) for who in (known, nobody)]
    told = [
        (url.host, url.path, set(url.params), [url.params[name] for name in sorted(set(url.params) - drawn)])
        for url in begun
    ]
    assert told[0] == told[1]


def test_a_flood_of_starts_is_refused(place: Place) -> None:
    body = {"user": "0" * 64, "device": "1" * 64, "iss": place.issuer, "aud": HUB_CLIENT, "random": "A" * 43}
    with login_hub(free_port(), place.issuer) as hub:
        for _ in range(STARTS_PER_ADDRESS):
            hub.starts.count("127.0.0.1", now_ms())
        assert httpx.post(f"{hub.origin}/v1/logins", json=body, trust_env=False).status_code == 429
        assert hub.store.memory.logins == {}


@provokes(Problem.PROVIDER_UNAVAILABLE)
def test_a_provider_that_is_down_has_its_own_problem() -> None:
    port, nobody = free_port(), free_port()
    issuer = f"http://127.0.0.1:{nobody}"
    body = {"user": "0" * 64, "device": "1" * 64, "iss": issuer, "aud": HUB_CLIENT, "random": "A" * 43}
    with login_hub(port, issuer) as hub:
        answer = httpx.post(f"{hub.origin}/v1/logins", json=body, trust_env=False)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:volet:problem:provider-unavailable")
        assert hub.store.memory.logins == {}
