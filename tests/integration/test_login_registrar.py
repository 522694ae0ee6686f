"""The registrar as a process: it identifies for a client's nonce, and attests what its staff list says."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from support.identities import CONTROLLER, make_user
from support.loopback import (
    HUB_CLIENT,
    REGISTRAR_CLIENT,
    free_port,
    now_ms,
    process,
    provider_process,
    trust_bundle,
)
from volet_client import login as client
from volet_client.login import RegistrarRefusedError
from volet_demo.browser import Browser
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.trust_bundle import TrustBundle, sign_bundle

HUB = "http://127.0.0.1:8080"
RUN = "import sys; from volet_service.bootstrap.registrar import main; sys.exit(main(sys.argv[1:]))"
STAFF = [
    {
        "sub": "nadia",
        "until": "2099-12-31",
        "capacity": {"row": "S1", "category": 2, "structure": "ccas", "secret_basis": ["L411-3"]},
    },
    {"sub": "nadia", "until": "2020-01-01", "capacity": {"row": "S2", "structure": "ccas", "secret_basis": []}},
]


@dataclass
class Office:
    """A registrar, its provider, its place in the trust bundle."""

    origin: str
    issuer: str
    bundle: TrustBundle
    registrar: client.Registrar
    browser: Browser
    folder: Path

    def inputs(self, user: str) -> client.LoginInputs:
        return client.LoginInputs(HUB, self.issuer, REGISTRAR_CLIENT, user, "1" * 64, secrets.token_bytes(32))

    def proved(self, user: str, account: str = "nadia") -> client.ProvedSubject:
        pending = self.registrar.begin(self.inputs(user))
        self.browser.log_in(pending.authorize_url, account)
        id_token = self.registrar.wait(pending, wait_s=2)
        return client.prove_subject(pending.inputs, id_token, self.bundle, now_ms())


def registrar_line(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=False, timeout=20
    )


def write_config(folder: Path, port: int, issuer: str) -> Path:
    (folder / "staff.json").write_text(json.dumps(STAFF))
    config = {
        "name": "Greffe du Val", "origin": f"http://127.0.0.1:{port}", "port": port, "hubs": [HUB], "issuer": issuer,
        "client_id": REGISTRAR_CLIENT, "key": "registrar.key", "staff": "staff.json",
    }  # fmt: skip
    path = folder / "registrar.json"
    path.write_text(json.dumps(config))
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, port = tmp_path_factory.mktemp("registrar"), free_port()
    origin = f"http://127.0.0.1:{port}"
    callbacks = {REGISTRAR_CLIENT: f"{origin}/v1/callback", HUB_CLIENT: f"{HUB}/v1/logins/callback"}
    made = registrar_line("key", "--out", str(folder / "registrar.key"))
    assert made.returncode == 0, made.stderr
    public = from_base64url(made.stdout.strip())
    with provider_process(folder, free_port(), callbacks) as issuer:
        config = write_config(folder, port, issuer)
        with (
            process(["-c", RUN, "serve", "--config", str(config)], f"{origin}/v1/about", {}),
            httpx.Client(trust_env=False) as http,
            Browser() as browser,
        ):
            bundle = trust_bundle(HUB, issuer, public)
            yield Office(origin, issuer, bundle, client.Registrar(http, origin), browser, folder)


USER = make_user(201).user


def test_what_the_staff_list_says_is_attested(office: Office) -> None:
    proved = office.proved(USER)
    attested = office.registrar.request_attestations(proved, USER, HUB, office.bundle, now_ms())
    assert [one.attestation.capacity.row for one in attested] == ["S1"]
    assert attested[0].attestation.user == USER
    assert attested[0].attestation.until_ms <= now_ms() + 366 * 86_400_000


def test_who_a_table_adds_is_attested_by_the_registrar_that_runs_and_who_is_taken_out_is_not(office: Office) -> None:
    listed = office.folder / "staff.json"
    before = listed.read_text()
    table, trust = office.folder / "equipe.csv", office.folder / "trust.json"
    trust.write_bytes(sign_bundle(office.bundle.to_body(), [CONTROLLER]))
    table.write_text(
        "identifiant;ligne;categorie;profession;fonction;structure;secret;jusqu_au\npaul;H2;1;;;clinic;L1110-4;2099-06-30\n"
    )
    line = ("staff", str(table), "--config", str(office.folder / "registrar.json"), "--trust", str(trust), "--apply")
    try:
        done = registrar_line(*line)
        assert done.returncode == 0, done.stderr
        attested = office.registrar.request_attestations(
            office.proved(USER, "paul"), USER, HUB, office.bundle, now_ms()
        )
        assert [one.attestation.capacity.structure for one in attested] == ["clinic"]
    finally:
        listed.write_text(before)
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.request_attestations(office.proved(USER, "paul"), USER, HUB, office.bundle, now_ms())
    assert refused.value.reason == "not-on-staff-list"


@pytest.mark.parametrize(
    ("page", "ended_as"), [(HUB, (303, f"{HUB}/")), ("http://127.0.0.1:1", (200, None)), (None, (200, None))]
)
def test_a_browser_goes_back_by_itself_to_the_hub_whose_page_began_and_to_nobody_else(
    office: Office, page: str | None, ended_as: tuple[int, str | None]
) -> None:
    nonce = to_base64url(secrets.token_bytes(32))
    asked = httpx.post(
        f"{office.origin}/v1/identifications", json={"nonce": nonce}, trust_env=False,
        headers={} if page is None else {"Origin": page},
    )  # fmt: skip
    answered = office.browser.answer_of(asked.json()["authorize_url"], "nadia")
    ended = httpx.get(answered, trust_env=False)
    assert (ended.status_code, ended.headers.get("Location")) == ended_as


def test_while_the_list_does_not_read_nobody_is_attested(office: Office) -> None:
    listed = office.folder / "staff.json"
    before = listed.read_text()
    proved = office.proved(USER)
    listed.write_text("[")
    try:
        with pytest.raises(RegistrarRefusedError) as refused:
            office.registrar.request_attestations(proved, USER, HUB, office.bundle, now_ms())
        assert refused.value.status == 503
    finally:
        listed.write_text(before)
    assert office.registrar.request_attestations(office.proved(USER), USER, HUB, office.bundle, now_ms())


def test_an_attestation_holds_neither_subject_nor_name(office: Office) -> None:
    attested = office.registrar.request_attestations(office.proved(USER), USER, HUB, office.bundle, now_ms())
    assert "nadia" not in json.dumps(attested[0].statement).lower()


def test_who_is_not_on_the_staff_list_is_refused(office: Office) -> None:
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.request_attestations(office.proved(USER, "paul"), USER, HUB, office.bundle, now_ms())
    assert (refused.value.status, refused.value.reason) == (403, "not-on-staff-list")


def test_a_token_attests_no_other_user(office: Office) -> None:
    proved, other = office.proved(USER), make_user(202).user
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.request_attestations(proved, other, HUB, office.bundle, now_ms())
    assert refused.value.reason == "wrong-nonce"


def test_a_token_attests_for_no_other_hub(office: Office) -> None:
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.request_attestations(
            office.proved(USER), USER, "https://other.example", office.bundle, now_ms()
        )
    assert refused.value.reason == "wrong-audience"


def test_a_token_that_was_not_picked_up_here_attests_nothing(office: Office) -> None:
    proved = office.proved(USER)
    altered = replace(proved, binding=replace(proved.binding, id_token=proved.binding.id_token + "A"))
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.request_attestations(altered, USER, HUB, office.bundle, now_ms())
    assert refused.value.reason == "bad-token"


def test_only_who_started_picks_the_token_up(office: Office) -> None:
    pending = office.registrar.begin(office.inputs(USER))
    office.browser.log_in(pending.authorize_url, "nadia")
    with pytest.raises(RegistrarRefusedError) as refused:
        office.registrar.wait(replace(pending, secret="A" * 43), wait_s=0.4)
    assert refused.value.reason == "unknown-login"
    assert office.registrar.wait(pending, wait_s=2)


def test_a_token_is_picked_up_once(office: Office) -> None:
    pending = office.registrar.begin(office.inputs(USER))
    office.browser.log_in(pending.authorize_url, "nadia")
    office.registrar.wait(pending, wait_s=2)
    with pytest.raises(RegistrarRefusedError):
        office.registrar.wait(pending, wait_s=0.4)


def test_nobody_waits_for_ever(office: Office) -> None:
    pending = office.registrar.begin(office.inputs(USER))
    with pytest.raises(TimeoutError):
        office.registrar.wait(pending, wait_s=0.4, sleep=lambda _: None)


def test_an_answer_with_an_unknown_state_is_refused(office: Office) -> None:
    page = office.browser.open(f"{office.origin}/v1/callback?state=x&code=y")
    assert (page.status, "Identification refusée" in page.html) == (422, True)


def test_who_declines_is_not_identified(office: Office) -> None:
    pending = office.registrar.begin(office.inputs(USER))
    page = office.browser.log_in(pending.authorize_url, "Ne pas me connecter")
    assert "Identification refusée" in page.html


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"nonce":"x"}', b'{"a":1,"nonce":"' + b"A" * 43 + b'"}', b"{" * 40_000]
)
def test_a_malformed_start_is_refused(office: Office, content: bytes) -> None:
    answer = httpx.post(f"{office.origin}/v1/identifications", content=content, trust_env=False)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_an_attestation_of_another_registrar_is_not_trusted(office: Office) -> None:
    foreign = trust_bundle(HUB, office.issuer, make_user(203).signing_key.public)
    with pytest.raises(ProtocolError) as refused:
        office.registrar.request_attestations(office.proved(USER), USER, HUB, foreign, now_ms())
    assert refused.value.reason is Reason.NOT_TRUSTED


def test_a_key_that_others_can_read_stops_the_start(office: Office, tmp_path: Path) -> None:
    config = write_config(tmp_path, free_port(), office.issuer)
    key = tmp_path / "registrar.key"
    key.write_text((office.folder / "registrar.key").read_text())
    key.chmod(0o640)
    refused = registrar_line("serve", "--config", str(config))
    assert refused.returncode == 78
    assert "chmod 600" in refused.stderr


def test_a_key_is_never_overwritten(office: Office) -> None:
    before = (office.folder / "registrar.key").read_text()
    assert registrar_line("key", "--out", str(office.folder / "registrar.key")).returncode == 78
    assert (office.folder / "registrar.key").read_text() == before
