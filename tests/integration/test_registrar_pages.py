"""A manager keeps the team of a structure in a browser: their own only, identified anew, each act shown first."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from support.identities import CONTROLLER, REGISTRAR
from support.loopback import REGISTRAR_CLIENT, free_port, now_ms, process, served, trust_bundle
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.trust_bundle import sign_bundle
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.application.login_ports import Expected, Identified
from volet_service.entrypoints.registrar.app import Tools, create_app
from volet_service.entrypoints.registrar.attested_list import AttestedUser, remember
from volet_service.entrypoints.registrar.config import RegistrarConfigError, read_config
from volet_service.entrypoints.registrar.freezing import Answered
from volet_service.entrypoints.registrar.pages.routes import PageTools
from volet_service.entrypoints.registrar.row_names import read_row_names
from volet_service.resources import policies

HUB = "http://127.0.0.1:8080"
HEAD = "identifiant;ligne;categorie;profession;fonction;structure;secret;jusqu_au"
MANAGER, ELSEWHERE, NOBODY = "mireille", "edmond", "nadia"
ACCOUNTS = [{"sub": sub, "label": sub, "kind": "professional", "acr": "eidas2"} for sub in (MANAGER, ELSEWHERE, NOBODY)]


def line(sub: str, structure: str, row: str = "S1") -> JsonObject:
    held: JsonObject = {"row": row, "structure": structure, "secret_basis": []}
    if row == "O14":
        return {"sub": sub, "until": "2099-06-30", "capacity": {**held, "role": "auditor"}, "scope": {}}
    return {"sub": sub, "until": "2099-06-30", "capacity": held}


BEFORE = [line("nadia", "ccas"), line("nadia", "dac"), line("odile", "ccas", "O14"), line("paul", "practice")]


@dataclass
class Office:
    """A registrar whose hub answers what a test says, and the identity provider of its managers."""

    folder: Path
    origin: str
    issuer: str
    ahead_ms: int = 0
    seen_s: int | None = None
    sent: list[str] = field(default_factory=list[str])
    answers: dict[str, Answered] = field(default_factory=dict[str, Answered])

    @property
    def staff(self) -> Path:
        return self.folder / "staff.json"

    def listed(self) -> list[tuple[str, str]]:
        return [(one["sub"], one["capacity"]["structure"]) for one in json.loads(self.staff.read_text("utf-8"))]

    def send(self, url: str, body: JsonObject) -> Answered:
        del body
        self.sent.append(url.removeprefix(HUB))
        return self.answers.get(url.removeprefix(HUB), Answered(0, {}))

    def acts(self) -> list[str]:
        traced = self.folder / "acts.jsonl"
        return [json.loads(one)["act"] for one in traced.read_text("utf-8").splitlines()] if traced.exists() else []


@dataclass
class Remembering:
    """A provider that answers with whom it saw at an instant of the test, though it was asked to see them anew."""

    real: OpenIdProvider
    office: Office

    @property
    def issuer(self) -> str:
        return self.real.issuer

    @property
    def client_id(self) -> str:
        return self.real.client_id

    def authorize_url(self, *, nonce: str, state: str, verifier: str, fresh: bool = False) -> str:
        return self.real.authorize_url(nonce=nonce, state=state, verifier=verifier, fresh=fresh)

    def identify(self, answer: Mapping[str, str], expected: Expected, at_ms: int) -> Identified:
        found = self.real.identify(answer, expected, at_ms)
        if self.office.seen_s is None:
            return found
        claims = to_base64url(json.dumps({"auth_time": self.office.seen_s, "iat": at_ms // 1000}).encode())
        return replace(found, id_token=f"e30.{claims}.")


class Page:
    """What a browser shows: status, text, forms."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self.status, self.html = answer, answer.status_code, answer.text

    @property
    def text(self) -> str:
        return unescape(re.sub(r"<[^>]+>", " ", self.html))

    def hidden(self, action: str) -> dict[str, str]:
        """Return the hidden fields of the last form to an address."""
        form = self.html.rsplit(f'action="{action}"', 1)[1].split("</form>", 1)[0]
        return {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
        }


class Window:
    """A browser with cookies: whatever is in them it sends to every port of the machine, as browsers do."""

    def __init__(self, office: Office, lang: str = "fr") -> None:
        self.office = office
        self.http = httpx.Client(trust_env=False, follow_redirects=True, headers={"Accept-Language": lang})

    def get(self, path: str) -> Page:
        return Page(self.http.get(self.office.origin + path))

    def post(self, path: str, fields: dict[str, str | list[str]], origin: str | None = "own") -> Page:
        headers = {} if origin is None else {"Origin": self.office.origin if origin == "own" else origin}
        return Page(self.http.post(self.office.origin + path, data=fields, headers=headers))

    def begin(self) -> str:
        """Press « S'identifier »; return where the browser is sent, without going there."""
        asked = self.http.post(
            f"{self.office.origin}/equipe/identification",
            headers={"Origin": self.office.origin},
            follow_redirects=False,
        )
        return asked.headers["location"]

    def answer_of(self, address: str, account: str) -> str:
        """Press an account's button at the provider; return where it sends the browser."""
        shown = self.http.get(address)
        action = re.search(r'action="([^"]*)"', shown.text)
        button = re.search(rf'<button[^>]*name="([^"]*)"[^>]*value="({account})"', shown.text)
        assert action is not None
        assert button is not None
        there = shown.url.join(unescape(action[1]))
        sent = self.http.post(there, data={button[1]: button[2]}, follow_redirects=False)
        return sent.headers["location"]

    def sign_in(self, account: str = MANAGER) -> Page:
        return Page(self.http.get(self.answer_of(self.begin(), account)))

    def word(self) -> str:
        return self.get("/equipe").hidden("/equipe/fin")["word"]

    def shown(self, table: str) -> Page:
        return self.post("/equipe/inscription", {"word": self.word(), "table": f"{HEAD}\r\n{table}\r\n"})


@pytest.fixture(scope="module")
def served_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, port, provider_port = tmp_path_factory.mktemp("registrar"), free_port(), free_port()
    origin, issuer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    key, accounts = folder / "registrar.key", folder / "accounts.json"
    key.write_text(to_base64url(REGISTRAR.seed))
    key.chmod(0o600)
    client = {"client_id": REGISTRAR_CLIENT, "redirect_uris": [f"{origin}/v1/callback"]}
    accounts.write_text(json.dumps({"clients": [client], "accounts": ACCOUNTS}), "utf-8")
    (folder / "staff.json").write_text("[]")
    managers = [
        {"sub": MANAGER, "structures": ["ccas", "dac", "unknown-to-the-bundle"]},
        {"sub": ELSEWHERE, "structures": ["pharmacy"]},
    ]
    config = {
        "name": "Greffe du <Val>", "origin": origin, "hubs": [HUB], "issuer": issuer, "client_id": REGISTRAR_CLIENT,
        "key": key.name, "staff": "staff.json", "pages": {"trust": "trust.json", "managers": managers},
    }  # fmt: skip
    (folder / "registrar.json").write_text(json.dumps(config))
    provider = [
        "-m", "volet_service.entrypoints.demo_provider", "--accounts", str(accounts), "--port", str(provider_port)
    ]  # fmt: skip
    office = Office(folder, origin, issuer)
    with (
        process(provider, f"{issuer}/.well-known/openid-configuration", {"VOLET_DEMO": "1"}),
        httpx.Client(trust_env=False) as http,
    ):
        bundle = trust_bundle(HUB, issuer, REGISTRAR.public)
        (folder / "trust.json").write_bytes(sign_bundle(bundle.to_body(), [CONTROLLER]))
        app = create_app(
            Tools(
                read_config(folder / "registrar.json"),
                Remembering(
                    OpenIdProvider(RelyingParty(issuer, REGISTRAR_CLIENT, f"{origin}/v1/callback"), http), office
                ),
                lambda: now_ms() + office.ahead_ms,
                secrets.token_bytes,
                PageTools(office.send, read_row_names(policies() / "matrix.csv")),
            )
        )
        with served(app, port):
            yield office


@pytest.fixture
def office(served_office: Office) -> Iterator[Office]:
    trust = served_office.folder / "trust.json"
    kept = trust.read_bytes()
    served_office.staff.write_text(json.dumps(BEFORE), "utf-8")
    for name in ("acts.jsonl", "attested.jsonl"):
        (served_office.folder / name).unlink(missing_ok=True)
    served_office.sent.clear()
    served_office.answers.clear()
    yield served_office
    served_office.ahead_ms, served_office.seen_s = 0, None
    trust.write_bytes(kept)


@pytest.fixture
def manager(office: Office) -> Iterator[Window]:
    window = Window(office)
    assert window.sign_in().status == 200
    yield window
    window.http.close()


@pytest.fixture
def stranger(office: Office) -> Iterator[Window]:
    window = Window(office)
    yield window
    window.http.close()


def test_who_is_not_signed_in_sees_a_button_and_nobody(stranger: Window) -> None:
    page = stranger.get("/equipe")
    assert page.status == 200
    assert "S’identifier" in page.text
    assert "nadia" not in page.html


def test_the_provider_is_asked_who_is_there_whoever_it_remembers(stranger: Window) -> None:
    asked = dict(parse_qsl(urlsplit(stranger.begin()).query))
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert asked["code_challenge_method"] == "S256"


def test_a_manager_sees_the_lines_of_their_structures_by_name_and_no_other(manager: Window) -> None:
    page = manager.get("/equipe")
    assert "Équipe (2)" in page.text
    assert "CCAS de Villeneuve" in page.text
    assert "Assistant de service social" in page.text
    # Another structure's colleague, and who watches over the platform.
    assert "paul" not in page.html
    assert "odile" not in page.html


def test_a_search_takes_no_account_of_accents_or_case(manager: Window) -> None:
    assert "Équipe (1)" in manager.get("/equipe?q=NADIA%20dac").text
    assert "Personne ne correspond" in manager.get("/equipe?q=ccàs%20paul").text


def test_who_is_no_manager_is_told_their_identifier_and_sees_nobody(stranger: Window) -> None:
    page = stranger.sign_in(NOBODY)
    assert page.status == 403
    assert "Votre identifiant est « nadia »" in page.text
    assert "S’identifier" in stranger.get("/equipe").text


def test_a_sign_in_counts_only_in_the_browser_that_began_it(office: Office, stranger: Window) -> None:
    other = Window(office)
    address = other.answer_of(other.begin(), MANAGER)
    other.http.close()
    assert Page(stranger.http.get(address)).status == 422
    assert "S’identifier" in stranger.get("/equipe").text


@pytest.mark.parametrize("seen_s", [0, -1, 3_600])
def test_whom_the_provider_only_remembers_is_not_signed_in(office: Office, stranger: Window, seen_s: int) -> None:
    office.seen_s = now_ms() // 1000 - seen_s if seen_s > 0 else seen_s
    page = stranger.sign_in()
    assert page.status == 401
    assert "L’identification n’a pas abouti" in page.text
    assert "S’identifier" in stranger.get("/equipe").text


def test_a_sign_in_serves_once(manager: Window, office: Office) -> None:
    window = Window(office)
    address = window.answer_of(window.begin(), MANAGER)
    assert Page(window.http.get(address)).status == 200
    kept = dict(window.http.cookies)
    assert Page(window.http.get(address)).status != 200
    assert dict(window.http.cookies) == kept
    window.http.close()
    assert manager.get("/equipe").status == 200


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:1", "null"])
def test_a_page_of_elsewhere_begins_no_sign_in(stranger: Window, origin: str | None) -> None:
    assert stranger.post("/equipe/identification", {}, origin).status == 403


def test_a_session_lasts_half_an_hour_and_no_longer(manager: Window, office: Office) -> None:
    word = manager.word()
    office.ahead_ms = 30 * 60_000 - 5_000
    assert "Équipe (2)" in manager.get("/equipe").text
    office.ahead_ms = 30 * 60_000 + 5_000
    assert "S’identifier" in manager.get("/equipe").text
    late = manager.post("/equipe/blocage", {"word": word, "sub": "nadia"})
    assert late.status == 401
    assert "Votre session est terminée" in late.text
    assert office.sent == []


def test_who_leaves_the_page_is_signed_out_for_good(manager: Window) -> None:
    kept = dict(manager.http.cookies)
    manager.post("/equipe/fin", {"word": manager.word()})
    manager.http.cookies.update(kept)
    assert "S’identifier" in manager.get("/equipe").text


def test_another_site_signs_nobody_out(manager: Window) -> None:
    manager.post("/equipe/fin", {"word": manager.word()}, "http://127.0.0.1:1")
    manager.post("/equipe/fin", {"word": "guess"})
    assert "Équipe (2)" in manager.get("/equipe").text


def test_a_colleague_by_the_form_is_shown_then_entered_with_the_category_of_their_row(
    manager: Window, office: Office
) -> None:
    fields: dict[str, str | list[str]] = {
        "word": manager.word(), "sub": " dora ", "ligne": "H2", "structure": "ccas", "until": "2099-01-31",
        "profession": "G15:60", "fonction": "", "secret": ["L1110-4", "L411-3"],
    }  # fmt: skip
    page = manager.post("/equipe/inscription", fields)
    assert "À ajouter (1)" in page.text
    assert "dora, Infirmier, sage-femme, ccas" in page.text
    assert ("dora", "ccas") not in office.listed()
    done = manager.post("/equipe/inscription", dict(page.hidden("/equipe/inscription")))
    assert "C’est écrit" in done.text
    (added,) = [one for one in json.loads(office.staff.read_text("utf-8")) if one["sub"] == "dora"]
    assert added == {
        "sub": "dora", "until": "2099-01-31",
        "capacity": {
            "row": "H2", "category": 1, "profession": "G15:60", "structure": "ccas",
            "secret_basis": ["L1110-4", "L411-3"],
        },
    }  # fmt: skip
    assert office.acts() == ["inscribe"]
    assert "inscrit dora" in manager.get("/equipe").text


def test_a_pasted_table_is_entered_whole(manager: Window, office: Office) -> None:
    page = manager.shown("ana;S1;2;;;ccas;;2099-06-30\r\nbruno;S2;2;;;dac;;2099-06-30")
    assert "À ajouter (2)" in page.text
    manager.post("/equipe/inscription", dict(page.hidden("/equipe/inscription")))
    assert office.listed()[-2:] == [("ana", "ccas"), ("bruno", "dac")]
    assert office.listed()[:4] == [("nadia", "ccas"), ("nadia", "dac"), ("odile", "ccas"), ("paul", "practice")]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("ana;S1;2;;;practice;;2099-06-30", "structure « practice » : ici, seulement dac, ccas"),
        ("ana;S1;2;;;unknown-to-the-bundle;;2099-06-30", "structure « unknown-to-the-bundle »"),
        ("ana;O14;;;auditor;ccas;;2099-06-30", "liste JSON"),
        ("ana;Z9;2;;;ccas;;2099-06-30", "ligne « Z9 »"),
        ("ana;S1;2;;;ccas;;2020-06-30", "est passé"),
        ("ana;S1;2;;;ccas", "6 cases au lieu de 8"),
        ("<b>;S1;2;;;elsewhere;;2099-06-30", "structure « elsewhere »"),
    ],
)
def test_a_line_beyond_the_manager_is_refused_with_its_number_and_nothing_is_offered(
    manager: Window, office: Office, table: str, why: str
) -> None:
    page = manager.shown(f"bruno;S2;2;;;dac;;2099-06-30\r\n{table}")
    assert "Ligne 3 : " in page.text
    assert why in page.text
    assert "Rien n’a été écrit" in page.text
    assert "version" not in page.hidden("/equipe/inscription")
    assert "<b>" not in page.html
    assert office.listed() == [(one["sub"], one["capacity"]["structure"]) for one in BEFORE]  # type: ignore[index, call-overload]


def test_a_list_that_changed_while_it_was_looked_at_is_not_written_over(manager: Window, office: Office) -> None:
    page = manager.shown("ana;S1;2;;;ccas;;2099-06-30")
    office.staff.write_text(json.dumps([*BEFORE, line("eve", "dac")]), "utf-8")
    done = manager.post("/equipe/inscription", dict(page.hidden("/equipe/inscription")))
    assert done.status == 409
    assert "La liste a changé entre-temps" in done.text
    assert ("eve", "dac") in office.listed()
    assert ("ana", "ccas") not in office.listed()
    assert office.acts() == []


def test_nobody_is_entered_by_a_version_that_was_never_shown(manager: Window, office: Office) -> None:
    fields: dict[str, str | list[str]] = {
        "word": manager.word(), "table": f"{HEAD}\nana;S1;2;;;practice;;2099-06-30\n", "version": "0" * 64,
    }  # fmt: skip
    assert manager.post("/equipe/inscription", fields).status == 409
    assert ("ana", "practice") not in office.listed()


@pytest.mark.parametrize("path", ["/equipe/inscription", "/equipe/depart", "/equipe/blocage"])
@pytest.mark.parametrize(
    ("word", "origin"), [("own", "http://127.0.0.1:1"), ("own", None), ("guess", "own"), ("", "own")]
)
def test_a_form_of_elsewhere_does_nothing(
    manager: Window, office: Office, path: str, word: str, origin: str | None
) -> None:
    said = manager.word() if word == "own" else word
    fields: dict[str, str | list[str]] = {
        "word": said, "sub": "nadia", "structure": "ccas", "table": f"{HEAD}\nana;S1;2;;;ccas;;2099-06-30\n",
        "version": "0" * 64,
    }  # fmt: skip
    page = manager.post(path, fields, origin)
    assert page.status == 403
    assert "Cette page a expiré" in page.text
    assert office.sent == []
    assert office.acts() == []


def test_a_form_too_large_does_nothing(manager: Window) -> None:
    assert manager.post("/equipe/inscription", {"word": manager.word(), "table": "a" * 3_000_000}).status == 403


def test_leaving_is_shown_with_its_accounts_then_done_at_the_hub(manager: Window, office: Office) -> None:
    remember(office.folder / "attested.jsonl", [AttestedUser("nadia", HUB, "1" * 64, "ccas")])
    office.answers["/v1/attestation-ends"] = Answered(201, {})
    page = manager.get("/equipe/depart?sub=nadia&structure=ccas")
    assert "nadia quitte ccas" in page.text
    assert "Comptes arrêtés : 1" in page.text
    assert office.sent == []
    done = manager.post("/equipe/depart", dict(page.hidden("/equipe/depart")))
    assert f"{HUB} : arrêté" in done.text
    assert office.sent == ["/v1/attestation-ends"]
    assert office.listed() == [("nadia", "dac"), ("odile", "ccas"), ("paul", "practice")]
    assert "fait quitter nadia" in manager.get("/equipe").text


def test_a_hub_that_is_silent_is_said_and_asked_again_by_the_same_act(manager: Window, office: Office) -> None:
    remember(office.folder / "attested.jsonl", [AttestedUser("nadia", HUB, "1" * 64, "ccas")])
    page = manager.get("/equipe/depart?sub=nadia&structure=ccas")
    assert (
        "refusé, pas de réponse. Recommencez"
        in manager.post("/equipe/depart", dict(page.hidden("/equipe/depart"))).text
    )
    office.answers["/v1/attestation-ends"] = Answered(201, {})
    again = manager.get("/equipe/depart?sub=nadia&structure=ccas")
    assert "arrêté" in manager.post("/equipe/depart", dict(again.hidden("/equipe/depart"))).text


@pytest.mark.parametrize(
    ("sub", "structure"), [("paul", "practice"), ("nadia", "practice"), ("odile", "ccas"), ("nobody", "ccas"), ("", "")]
)
def test_who_is_not_theirs_leaves_by_no_manager_and_all_are_refused_alike(
    manager: Window, office: Office, sub: str, structure: str
) -> None:
    shown = manager.get(f"/equipe/depart?sub={sub}&structure={structure}")
    fields: dict[str, str | list[str]] = {
        "word": manager.word(), "sub": sub, "structure": structure, "version": "0" * 64,
    }  # fmt: skip
    done = manager.post("/equipe/depart", fields)
    assert (shown.status, done.status) == (404, 404)
    assert "n’est pas dans votre équipe" in done.text
    assert len(office.listed()) == len(BEFORE)
    assert office.acts() == []


def test_a_departure_shown_before_the_list_changed_is_asked_again(manager: Window, office: Office) -> None:
    page = manager.get("/equipe/depart?sub=nadia&structure=ccas")
    office.staff.write_text(json.dumps([*BEFORE, line("nadia", "ccas", "S2")]), "utf-8")
    assert manager.post("/equipe/depart", dict(page.hidden("/equipe/depart"))).status == 409
    assert office.listed().count(("nadia", "ccas")) == 2


def test_devices_are_held_everywhere_by_one_act(manager: Window, office: Office) -> None:
    office.answers["/v1/holds"] = Answered(200, {"devices": 2})
    page = manager.get("/equipe/blocage?sub=nadia")
    assert "jusqu’à ce que la personne s’identifie à nouveau" in page.text
    done = manager.post("/equipe/blocage", dict(page.hidden("/equipe/blocage")))
    assert "2 appareil(s) bloqué(s)" in done.text
    assert office.acts() == ["hold", "hold"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answered(404, {}), "aucune personne attestée"),
        (Answered(0, {}), "pas de réponse"),
        (Answered(503, {"title": "Saturé."}), "Saturé."),
    ],
)
def test_a_hold_that_did_not_come_about_is_said(manager: Window, office: Office, answer: Answered, said: str) -> None:
    office.answers["/v1/holds"] = answer
    page = manager.get("/equipe/blocage?sub=nadia")
    assert said in manager.post("/equipe/blocage", dict(page.hidden("/equipe/blocage"))).text


@pytest.mark.parametrize("sub", ["paul", "odile", "nobody"])
def test_devices_of_who_is_not_theirs_are_held_by_no_manager(manager: Window, office: Office, sub: str) -> None:
    assert manager.get(f"/equipe/blocage?sub={sub}").status == 404
    assert manager.post("/equipe/blocage", {"word": manager.word(), "sub": sub}).status == 404
    assert office.sent == []


def test_a_manager_of_elsewhere_sees_their_own_team_only(office: Office) -> None:
    window = Window(office)
    window.sign_in(ELSEWHERE)
    page = window.get("/equipe")
    window.http.close()
    assert "Personne n’est inscrit" in page.text
    assert "nadia" not in page.html


def test_a_list_that_does_not_read_stops_the_pages_with_what_to_do(manager: Window, office: Office) -> None:
    word = manager.word()
    office.staff.write_text("[{]", "utf-8")
    for page in (
        manager.get("/equipe"),
        manager.get("/equipe/depart?sub=nadia&structure=ccas"),
        manager.post("/equipe/blocage", {"word": word, "sub": "nadia"}),
    ):
        assert page.status == 503
        assert "Appelez le greffe" in page.text
        assert str(office.folder) not in page.html
    assert office.sent == []


def test_a_bundle_that_no_longer_names_the_registrar_stops_the_pages(manager: Window, office: Office) -> None:
    (office.folder / "trust.json").write_bytes(b"{}")
    assert manager.get("/equipe").status == 503


def test_an_english_browser_reads_english(office: Office) -> None:
    window = Window(office, "en-GB,en;q=0.9,fr;q=0.5")
    window.sign_in()
    page = window.get("/equipe")
    refused = window.shown("ana;Z9;2;;;ccas;;2099-06-30")
    window.http.close()
    assert "Team (2)" in page.text
    assert "Social worker (ASS)" in page.text
    assert "Line 2: row “Z9”: the trust bundle lets this registrar attest" in refused.text


def test_no_page_runs_a_script_is_framed_or_is_kept(manager: Window) -> None:
    for path in ("/equipe", "/equipe/depart?sub=nadia&structure=ccas", "/equipe/blocage?sub=nobody"):
        page = manager.get(path)
        policy = page.answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.answer.headers["cache-control"] == "no-store"
        assert "<script" not in page.html
        assert "Greffe du &lt;Val&gt;" in page.html


def test_the_cookies_are_for_no_script(stranger: Window) -> None:
    asked = stranger.http.post(
        f"{stranger.office.origin}/equipe/identification",
        headers={"Origin": stranger.office.origin},
        follow_redirects=False,
    )
    said = asked.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said


@pytest.mark.parametrize(
    "managers",
    [
        [{"sub": "a", "structures": []}],
        [{"sub": "a", "structures": ["ccas"]}, {"sub": "a", "structures": ["dac"]}],
        [{"sub": "a"}],
        [{"sub": "a", "structures": ["ccas"], "role": "chief"}],
    ],
)
def test_a_configuration_that_does_not_say_who_manages_what_is_refused(office: Office, managers: list[object]) -> None:
    config = json.loads((office.folder / "registrar.json").read_text("utf-8"))
    config["pages"]["managers"] = managers
    path = office.folder / "other.json"
    path.write_text(json.dumps(config))
    with pytest.raises(RegistrarConfigError):
        read_config(path)
