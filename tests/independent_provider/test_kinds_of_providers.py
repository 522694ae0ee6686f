"""The relying party against a certified provider by other people, with the claims of each kind of provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from support.independent_provider import IndependentProvider, independent_provider
from support.loopback import now_ms
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.application.login_ports import Expected, Identified
from volet_service.domain.errors import Refusal
from volet_service.domain.logins import token_hash
from volet_service.domain.providers import Kind, Situation, UserinfoForm
from volet_service.entrypoints.demo_provider.keys import new_key

CALLBACK = "http://127.0.0.1:1/v1/logins/callback"
STATE, VERIFIER = "s" * 43, "v" * 43
OURS = ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, private=True, auto_kid=True)
ACTIVITY = {
    "codeModeExercice": "S", "codeSecteurDactivite": "SA07", "codeRole": "FON-25", "codeGenreActivite": "GENR01",
    "numeroSiretSite": "00000000000018", "numeroFinessSite": "000000018", "raisonSocialeSite": "Maison de santé",
}  # fmt: skip
PAUL: dict[str, Any] = {
    "sub": "f:0b3a:899700000001", "given_name": "Paul", "family_name": "Roche",
    "SubjectRefPro": {
        "exercices": [
            {"codeProfession": "60", "codeCategorieProfessionnelle": "C", "activities": [ACTIVITY]},
            {"codeProfession": "10", "codeCategorieProfessionnelle": "C", "activities": []},
        ]
    },
}  # fmt: skip
SANS: dict[str, Any] = {"sub": "f:0b3a:899700000002", "given_name": "Sans", "family_name": "Exercice"}
NADIA = {"sub": "agent-7", "given_name": "Nadia", "usual_name": "Lefèvre", "siret": "00000000000026"}
LEA = {"sub": "lea-fc", "given_name": "Léa", "family_name": "Moreau", "birthdate": "1984-02-03"}
SCOPES = {
    "openid": ["sub"], "scope_all": ["given_name", "family_name", "SubjectRefPro"], "given_name": ["given_name"],
    "usual_name": ["usual_name"], "siret": ["siret"],
}  # fmt: skip
SIGNED = {"userinfo_signed_response_alg": "ES256"}
ENCRYPTED = {
    **SIGNED, "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A256GCM",
    "jwks": {"keys": [OURS.as_dict(private=False)]},
}  # fmt: skip
CLIENTS: list[dict[str, Any]] = [
    {"client_id": "plain"},
    {"client_id": "signed", **SIGNED},
    {"client_id": "encrypted", **ENCRYPTED},
    {"client_id": "secretive", "client_secret": "k" * 40, "token_endpoint_auth_method": "client_secret_basic"},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401  # a path
    return tmp_path_factory.mktemp("independent")


@pytest.fixture(scope="module")
def running(folder: Any) -> Iterator[IndependentProvider]:  # noqa: ANN401  # a path
    with independent_provider(
        folder, clients=CLIENTS, accounts=[PAUL, SANS, NADIA, LEA], scopes=SCOPES, callback=CALLBACK
    ) as provider:
        yield provider


@pytest.fixture(scope="module")
def naming(folder: Any) -> Iterator[IndependentProvider]:  # noqa: ANN401  # a path
    """One that puts what it knows into the ID token."""
    with independent_provider(
        folder, clients=CLIENTS, accounts=[PAUL], scopes=SCOPES, callback=CALLBACK, naming=True
    ) as provider:
        yield provider


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def party(running: IndependentProvider, http: httpx.Client, client_id: str = "plain", **more: Any) -> OpenIdProvider:  # noqa: ANN401  # fields of the party
    return OpenIdProvider(RelyingParty(running.issuer, client_id, CALLBACK, **more), http)


def expected(nonce: str) -> Expected:
    return Expected(token_hash(STATE), VERIFIER, nonce, now_ms())


def log_in(
    provider: OpenIdProvider, running: IndependentProvider, account: str, acr: str = "eidas1", nonce: str = "n" * 43
) -> Identified:
    url = provider.authorize_url(nonce=nonce, state=STATE, verifier=VERIFIER)
    return provider.identify(running.answer(url, account, acr), expected(nonce), now_ms())


def refusal_of(
    provider: OpenIdProvider, running: IndependentProvider, account: str = str(PAUL["sub"]), acr: str = "eidas1"
) -> str:
    with pytest.raises(Refusal) as caught:
        log_in(provider, running, account, acr)
    return str(caught.value.members["reason"])


def test_any_standard_server_logs_people_in(running: IndependentProvider, http: httpx.Client) -> None:
    who = log_in(party(running, http), running, "agent-7")
    assert (who.iss, who.sub, who.hint) == (running.issuer, "agent-7", None)


def test_a_relying_party_with_a_secret_logs_people_in(running: IndependentProvider, http: httpx.Client) -> None:
    assert log_in(party(running, http, "secretive", secret="k" * 40), running, "agent-7").sub == "agent-7"
    assert refusal_of(party(running, http, "secretive", secret="j" * 40), running) == "code-refused"


@pytest.mark.parametrize(
    ("client_id", "form", "key"),
    [
        ("plain", UserinfoForm.JSON, None),
        ("signed", UserinfoForm.SIGNED, None),
        ("encrypted", UserinfoForm.ENCRYPTED, OURS),
    ],
)
def test_each_form_of_userinfo_tells_the_situations(
    running: IndependentProvider, http: httpx.Client, client_id: str, form: UserinfoForm, key: ECKey | None
) -> None:
    psc = party(running, http, client_id, kind=Kind.PSC, acr="eidas1", hints=form, key=key)
    hint = log_in(psc, running, PAUL["sub"]).hint
    assert hint is not None
    assert hint.name == "Paul Roche"
    assert hint.situations == (
        Situation(
            profession="60", category="C", role="FON-25", sector="SA07", siret="00000000000018", finess="000000018",
            structure="Maison de santé",
        ),
        Situation(profession="10", category="C"),
    )  # fmt: skip


def test_userinfo_without_a_reference_is_somebody_without_capacity(
    running: IndependentProvider, http: httpx.Client
) -> None:
    hint = log_in(party(running, http, kind=Kind.PSC, hints=UserinfoForm.JSON), running, SANS["sub"]).hint
    assert hint is not None
    assert hint.situations == ()


def test_proconnect_tells_name_and_siret_and_no_situation(running: IndependentProvider, http: httpx.Client) -> None:
    hint = log_in(party(running, http, kind=Kind.PROCONNECT, hints=UserinfoForm.JSON), running, "agent-7").hint
    assert hint is not None
    assert (hint.name, hint.siret, hint.situations) == ("Nadia Lefèvre", "00000000000026", ())


@pytest.mark.parametrize(
    ("client_id", "form", "key"),
    [
        ("plain", UserinfoForm.SIGNED, None),
        ("plain", UserinfoForm.ENCRYPTED, OURS),
        ("signed", UserinfoForm.JSON, None),
        ("signed", UserinfoForm.ENCRYPTED, OURS),
        ("encrypted", UserinfoForm.SIGNED, None),
        ("encrypted", UserinfoForm.ENCRYPTED, ECKey.generate_key("P-256", private=True)),
    ],
)
def test_userinfo_in_another_form_or_to_another_key_is_refused(
    running: IndependentProvider, http: httpx.Client, client_id: str, form: UserinfoForm, key: ECKey | None
) -> None:
    provider = party(running, http, client_id, kind=Kind.PSC, hints=form, key=key)
    assert refusal_of(provider, running) == "bad-userinfo"


def test_an_id_token_that_names_the_person_is_no_binding(naming: IndependentProvider, http: httpx.Client) -> None:
    assert refusal_of(party(naming, http, kind=Kind.PSC, hints=UserinfoForm.JSON), naming) == "naming-token"


def test_without_hints_only_openid_is_asked_and_the_token_names_nobody(
    naming: IndependentProvider, http: httpx.Client
) -> None:
    provider = party(naming, http, kind=Kind.PSC)
    assert "scope=openid&" in provider.authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER) + "&"
    assert log_in(provider, naming, PAUL["sub"]).hint is None


@pytest.mark.parametrize("acr", ["eidas2", "eidas3"])
def test_a_person_comes_in_with_a_substantial_identity(
    running: IndependentProvider, http: httpx.Client, acr: str
) -> None:
    who = log_in(party(running, http, kind=Kind.FRANCECONNECT, acr="eidas2"), running, "lea-fc", acr)
    assert (who.sub, who.acr, who.hint) == ("lea-fc", acr, None)


def test_a_person_with_a_low_identity_is_refused(running: IndependentProvider, http: httpx.Client) -> None:
    provider = party(running, http, kind=Kind.FRANCECONNECT, acr="eidas2")
    assert refusal_of(provider, running, "lea-fc", "eidas1") == "assurance-too-low"


def test_the_assurance_demanded_is_asked_for(running: IndependentProvider, http: httpx.Client) -> None:
    url = party(running, http, acr="eidas2").authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER)
    assert "acr_values=eidas2" in url


def test_a_code_serves_once(running: IndependentProvider, http: httpx.Client) -> None:
    provider = party(running, http)
    url = provider.authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER)
    answer = running.answer(url, "agent-7")
    assert provider.identify(answer, expected("n" * 43), now_ms()).sub == "agent-7"
    with pytest.raises(Refusal) as caught:
        provider.identify(answer, expected("n" * 43), now_ms())
    assert caught.value.members["reason"] == "code-refused"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"iss": None}, "wrong-issuer"),
        ({"iss": "https://other.example"}, "wrong-issuer"),
        ({"state": "t" * 43}, "wrong-state"),
        ({"state": None}, "wrong-state"),
        ({"code": "c" * 43}, "code-refused"),
        ({"code": None}, "code-refused"),
        ({"error": "access_denied"}, "denied-by-person"),
    ],
)
def test_a_changed_answer_is_refused(
    running: IndependentProvider, http: httpx.Client, change: dict[str, str | None], reason: str
) -> None:
    provider = party(running, http)
    answer = running.answer(provider.authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER), "agent-7")
    changed = {name: value for name, value in {**answer, **change}.items() if value is not None}
    with pytest.raises(Refusal) as caught:
        provider.identify(changed, expected("n" * 43), now_ms())
    assert caught.value.members["reason"] == reason


def test_the_token_of_another_login_is_refused(running: IndependentProvider, http: httpx.Client) -> None:
    provider = party(running, http)
    answer = running.answer(provider.authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER), "agent-7")
    with pytest.raises(Refusal) as caught:
        provider.identify(answer, expected("m" * 43), now_ms())
    assert caught.value.members["reason"] == "wrong-nonce"


@pytest.mark.parametrize(("hours", "reason"), [(-1, "bad-token"), (2, "expired")])
def test_a_token_beyond_the_skew_of_clocks_is_refused(
    running: IndependentProvider, http: httpx.Client, hours: int, reason: str
) -> None:
    provider = party(running, http)
    answer = running.answer(provider.authorize_url(nonce="n" * 43, state=STATE, verifier=VERIFIER), "agent-7")
    with pytest.raises(Refusal) as caught:
        provider.identify(answer, expected("n" * 43), now_ms() + hours * 3_600_000)
    assert caught.value.members["reason"] == reason


def test_keys_rotate_between_two_logins(running: IndependentProvider, http: httpx.Client) -> None:
    provider = party(running, http, kind=Kind.PSC, hints=UserinfoForm.JSON)
    log_in(provider, running, PAUL["sub"])
    running.rotate([new_key()])
    assert log_in(provider, running, PAUL["sub"]).sub == PAUL["sub"]
