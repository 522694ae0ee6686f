"""One sign-in opens a session in a capacity: what a registrar attested before comes along with it.

And who asked their provider to stay identified presses the button of their account once for both.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from support.identities import REGISTRAR, TestUser, attest, make_user
from support.login_hub import LoginHub, login_hub
from support.loopback import HUB_CLIENT, free_port, now_ms, provider_process, trust_bundle
from volet_client import login as client
from volet_client.transport import HttpTransport
from volet_demo.browser import Browser
from volet_protocol.capacities import DAY_MS
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import SigningKey
from volet_protocol.statements import HeadRef, Preamble, Statement, sign


@dataclass
class Place:
    """A provider, a hub, a browser."""

    issuer: str
    hub: LoginHub
    browser: Browser
    transport: HttpTransport

    def user(self, number: int) -> TestUser:
        return make_user(number, now_ms(), self.hub.origin)

    def attested(self, user: TestUser, *, days: int = 300) -> Statement:
        at_ms = now_ms()
        return attest(user, "S1", "ccas", from_ms=at_ms - DAY_MS, until_ms=at_ms + days * DAY_MS)

    def asks(self, number: int) -> str:
        """Return the address at which the provider is asked who is there."""
        user = self.user(number)
        inputs = client.LoginInputs(
            self.hub.origin, self.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
        )
        return client.begin_login(self.transport, inputs).authorize_url

    def opened(self, user: TestUser, capacity: str | None, *attestations: Statement) -> httpx.Response:
        """Sign in at the provider, then ask the hub for a session with all of it in one request."""
        inputs = client.LoginInputs(
            self.hub.origin, self.issuer, HUB_CLIENT, user.user, user.device.id, secrets.token_bytes(32)
        )
        pending = client.begin_login(self.transport, inputs)
        assert self.browser.log_in(pending.authorize_url, "nadia").status == 200
        client.wait_for_id_token(self.transport, pending, wait_s=2)
        preamble = Preamble(
            self.hub.origin, user.user, user.device.id, HeadRef(user.head.seq, user.head.hash), now_ms()
        )
        statement = client.sign_login(pending, preamble, user.signing_key, capacity)
        boxes = {to: to_base64url(box) for to, box in user.boxes.items()}
        asked = {
            "statement": statement.to_json(),
            "chain": [{"statement": link.to_json(), "boxes": boxes} for link in user.chain.links],
            "attestations": [one.to_json() for one in attestations],
        }
        url = f"{self.hub.origin}/v1/logins/{pending.login}/session"
        return httpx.post(url, json=asked, trust_env=False)

    def has_nothing(self) -> bool:
        """Whether the hub kept nothing of what was asked."""
        memory = self.hub.store.memory
        return not (memory.sessions or memory.chains or memory.attested or memory.bindings or memory.leaves)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    port = free_port()
    callback = f"http://127.0.0.1:{port}/v1/logins/callback"
    with provider_process(tmp_path_factory.mktemp("provider"), free_port(), {HUB_CLIENT: callback}) as issuer:
        yield issuer, port


@pytest.fixture
def place(issuer: tuple[str, int]) -> Iterator[Place]:
    of, port = issuer
    trust = trust_bundle(f"http://127.0.0.1:{port}", of, REGISTRAR.public)
    with login_hub(port, of, trust) as hub, Browser() as browser:
        transport = HttpTransport(hub.origin, sleep=lambda _: None)
        yield Place(of, hub, browser, transport)
        transport.close()


def test_somebody_new_acts_in_what_was_attested_before_from_the_first_sign_in_on(place: Place) -> None:
    nadia = place.user(301)
    attested = place.attested(nadia, days=2)
    answer = place.opened(nadia, attested.hash, attested)
    assert answer.status_code == 201, answer.text
    memory = place.hub.store.memory
    (session,) = memory.sessions.values()
    assert session.capacity == attested.hash
    assert list(memory.attested) == [attested.hash]
    # The account, what was attested, the sign-in: each is an entry of the log.
    assert [leaf.view.act for leaf in memory.leaves] == ["user-link", "attestation", "login"]


def test_the_same_attestation_again_is_logged_once(place: Place) -> None:
    nadia = place.user(302)
    attested = place.attested(nadia)
    for _ in range(2):
        assert place.opened(nadia, attested.hash, attested).status_code == 201
    actions = [leaf.view.act for leaf in place.hub.store.memory.leaves]
    assert actions.count("attestation") == 1


def test_what_was_attested_of_somebody_else_opens_nothing_and_is_not_kept(place: Place) -> None:
    nadia, other = place.user(303), place.user(304)
    attested = place.attested(other)
    place.hub.store.memory.chains[other.user] = other.chain
    answer = place.opened(nadia, attested.hash, attested)
    assert (answer.status_code, answer.json()["reason"]) == (422, "wrong-user")
    del place.hub.store.memory.chains[other.user]
    assert place.has_nothing()


def test_what_no_registrar_of_the_bundle_signed_opens_nothing(place: Place) -> None:
    nadia = place.user(305)
    stranger = SigningKey(secrets.token_bytes(32))
    body = {**place.attested(nadia).body, "registrar": to_base64url(stranger.public)}
    attested = sign(body, stranger)
    answer = place.opened(nadia, attested.hash, attested)
    assert (answer.status_code, answer.json()["reason"]) == (422, "not-trusted")
    assert place.has_nothing()


def test_what_has_ended_opens_nothing(place: Place) -> None:
    nadia = place.user(306)
    attested = place.attested(nadia, days=0)
    answer = place.opened(nadia, attested.hash, attested)
    assert answer.json()["reason"] == "expired"
    assert place.has_nothing()


def test_a_capacity_that_came_with_nothing_opens_nothing(place: Place) -> None:
    nadia = place.user(307)
    answer = place.opened(nadia, place.attested(nadia).hash)
    assert answer.json()["reason"] == "unknown-reference"
    assert place.has_nothing()


class TestStayingIdentified:
    def test_who_asked_for_it_is_not_asked_again_in_that_browser(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            first = place.asks(311)
            chosen = browser.post(first, data={"account": "nadia", "remain": "1"})
            assert "code=" in chosen.headers["Location"]
            again = browser.get(place.asks(312))
            assert again.status_code == 303
            assert again.headers["Location"].startswith(f"{place.hub.origin}/v1/logins/callback?")

    def test_who_did_not_ask_is_asked_again(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            assert browser.post(place.asks(313), data={"account": "nadia"}).status_code == 303
            assert browser.get(place.asks(314)).status_code == 200

    def test_a_request_that_wants_it_anew_and_another_browser_are_shown_the_accounts(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            browser.post(place.asks(315), data={"account": "nadia", "remain": "1"})
            assert browser.get(place.asks(316) + "&prompt=login").status_code == 200
        assert httpx.get(place.asks(317), trust_env=False).status_code == 200

    def test_a_request_that_is_refused_is_refused_to_who_is_identified_too(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            browser.post(place.asks(318), data={"account": "nadia", "remain": "1"})
            answer = browser.get(place.asks(319).replace("code_challenge_method=S256", "code_challenge_method=plain"))
            assert "error=" in answer.headers["Location"]


class TestTheWayBack:
    def test_the_browser_that_began_goes_back_to_the_page_by_itself_and_keeps_no_cookie(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            url = self.began(place, browser, 321)
            back = browser.get(browser.post(url, data={"account": "nadia"}).headers["Location"])
            assert (back.status_code, back.headers["Location"]) == (303, "/")
            assert dict(browser.cookies) == {}

    def test_another_browser_is_shown_a_code_to_compare(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as sender, httpx.Client(trust_env=False) as reader:
            url = self.began(place, sender, 322)
            shown = reader.get(reader.post(url, data={"account": "nadia"}).headers["Location"])
            assert (shown.status_code, "prévenez le responsable" in shown.text) == (200, True)

    def test_a_browser_that_began_a_login_of_its_own_is_shown_the_code_of_somebody_elses(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as sender, httpx.Client(trust_env=False) as reader:
            url = self.began(place, sender, 323)
            self.began(place, reader, 324)
            assert reader.get(reader.post(url, data={"account": "nadia"}).headers["Location"]).status_code == 200

    def test_what_is_refused_is_said_to_the_browser_that_began_too(self, place: Place) -> None:
        with httpx.Client(trust_env=False) as browser:
            url = self.began(place, browser, 325)
            answer = browser.get(browser.post(url, data={"refuse": "1"}).headers["Location"])
            assert (answer.status_code, "Connexion refusée" in answer.text) == (422, True)

    @staticmethod
    def began(place: Place, browser: httpx.Client, number: int) -> str:
        """Begin a login in a browser; return the provider's address."""
        user = place.user(number)
        asked = {"user": user.user, "device": user.device.id, "iss": place.issuer, "aud": HUB_CLIENT}
        drawn = to_base64url(secrets.token_bytes(32))
        started = browser.post(f"{place.hub.origin}/v1/logins", json={**asked, "random": drawn})
        return str(started.json()["authorize_url"])
