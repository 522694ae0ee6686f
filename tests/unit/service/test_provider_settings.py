"""The file of identity providers: what it may not say, and what each kind demands when it says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from volet_service.adapters.identity_provider import RelyingParty
from volet_service.adapters.relying_parties import PartiesError, read_parties
from volet_service.domain.providers import Hint, Kind, UserinfoForm, assurance_reached, extra_claims, read_hint

ONE = {"issuer": "https://idp.example", "client_id": "volet-hub"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("a.secret", "s3cret\n"), ("two.secret", "one\ntwo\n"), ("empty.secret", "\n")):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o600)
    key = ECKey.generate_key("P-256", private=True)
    for name, private in (("a.jwk", True), ("public.jwk", False)):
        (tmp_path / name).write_text(json.dumps(key.as_dict(private=private)), "utf-8")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "open.secret").write_text("s3cret", "utf-8")
    (tmp_path / "open.secret").chmod(0o644)
    return tmp_path


def read(folder: Path, *issuers: Any) -> list[RelyingParty]:  # noqa: ANN401  # what an operator could write
    path = folder / "issuers.json"
    path.write_text(json.dumps({"issuers": issuers}), "utf-8")
    path.chmod(0o644)
    return read_parties(path, "https://hub.example/v1/logins/callback")


@pytest.mark.parametrize(
    ("kind", "acr"), [("psc", "eidas1"), ("proconnect", None), ("franceconnect", "eidas2"), ("oidc", None)]
)
def test_each_kind_has_its_own_assurance(folder: Path, kind: str, acr: str | None) -> None:
    [party] = read(folder, {**ONE, "kind": kind})
    assert (party.kind, party.acr, party.scope) == (kind, acr, "openid")


def test_a_provider_with_everything_is_read(folder: Path) -> None:
    [party] = read(
        folder,
        {
            **ONE, "kind": "psc", "secret_file": "a.secret", "acr": "eidas2", "hosts": ["wallet.example:8443"],
            "hints": "encrypted", "hint_key": "a.jwk", "after_logout": "https://hub.example/",
        },
    )  # fmt: skip
    assert (party.secret, party.acr, party.hosts) == ("s3cret", "eidas2", ("wallet.example:8443",))
    assert (party.hints, party.scope) == (UserinfoForm.ENCRYPTED, "openid scope_all")
    assert party.key is not None
    assert party.after_logout == "https://hub.example/"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "other"}, "kind"),
        ({"unknown": "x"}, "unknown"),
        ({"secret": "x"}, "chmod 600"),
        ({"secret_file": "open.secret"}, "chmod 600"),
        ({"secret_file": "none.secret"}, "none.secret"),
        ({"secret_file": "two.secret"}, "one line"),
        ({"secret_file": "empty.secret"}, "one line"),
        ({"secret": "x", "secret_file": "a.secret"}, "not both"),
        ({"kind": "franceconnect", "acr": "eidas1"}, "eidas2"),
        ({"kind": "franceconnect", "acr": "other"}, "eidas2"),
        ({"kind": "franceconnect", "hints": "json"}, "hints"),
        ({"kind": "oidc", "hints": "json"}, "hints"),
        ({"kind": "psc", "hints": "xml"}, "hints"),
        ({"kind": "psc", "hints": "encrypted"}, "hint_key"),
        ({"kind": "psc", "hints": "signed", "hint_key": "a.jwk"}, "hint_key"),
        ({"kind": "psc", "hint_key": "a.jwk"}, "hint_key"),
        ({"kind": "psc", "hints": "encrypted", "hint_key": "public.jwk"}, "private"),
        ({"kind": "psc", "hints": "encrypted", "hint_key": "a.secret"}, "JWK"),
        ({"hosts": ["https://login.example"]}, "hosts"),
        ({"hosts": ["*.example"]}, "hosts"),
        ({"hosts": ["LOGIN.example"]}, "hosts"),
        ({"hosts": [7]}, "hosts"),
        ({"after_logout": "https://elsewhere.example/"}, "after_logout"),
        ({"after_logout": "http://hub.example/"}, "after_logout"),
    ],
)
def test_a_provider_that_is_said_wrong_is_refused(folder: Path, more: dict[str, Any], said: str) -> None:
    with pytest.raises(PartiesError, match=said):
        read(folder, {**ONE, **more})


def test_an_issuer_twice_is_refused(folder: Path) -> None:
    with pytest.raises(PartiesError, match="twice"):
        read(folder, ONE, {**ONE, "client_id": "another"})


@pytest.mark.parametrize(
    ("demanded", "stated", "reached"),
    [
        (None, None, True), ("eidas1", "eidas1", True), ("eidas1", "eidas3", True), ("eidas2", "eidas3", True),
        ("eidas2", "eidas1", False), ("eidas2", None, False), ("eidas2", "eidas9", False), ("eidas2", "EIDAS2", False),
        ("mfa", "mfa", True), ("mfa", "eidas3", False), ("eidas1", "mfa", False),
    ],
)  # fmt: skip
def test_an_assurance_is_enough_or_not(demanded: str | None, stated: str | None, reached: bool) -> None:  # noqa: FBT001  # a table
    assert assurance_reached(demanded, stated) is reached


def test_a_token_that_names_somebody_is_noticed() -> None:
    assert extra_claims({"iss": 1, "sub": 2, "nonce": 3, "acr": 4, "at_hash": 5}) == []
    assert extra_claims({"sub": 1, "preferred_username": 2, "family_name": 3}) == ["family_name", "preferred_username"]


@pytest.mark.parametrize(
    "reference",
    [None, 7, [], {}, {"exercices": 7}, {"exercices": [7, None, {}]}, {"exercices": [{"activities": "x"}]},
     {"exercices": [{"codeProfession": 60}]}, {"exercices": [{"codeProfession": "6\u001b[2J0"}]},
     {"exercices": [{"codeProfession": "6" * 201}]}],
)  # fmt: skip
def test_a_malformed_reference_is_no_capacity_and_no_error(reference: object) -> None:
    assert read_hint(Kind.PSC, {"SubjectRefPro": reference}) == Hint()


def test_a_reference_without_end_is_cut() -> None:
    practice = {"codeProfession": "60", "activities": [{"codeRole": str(n)} for n in range(100)]}
    assert len(read_hint(Kind.PSC, {"SubjectRefPro": {"exercices": [practice] * 100}}).situations) == 32  # the bound


def test_userinfo_of_a_person_or_of_any_server_tells_nothing() -> None:
    claims = {"given_name": "Léa", "family_name": "Moreau", "siret": "1"}
    assert read_hint(Kind.FRANCECONNECT, claims) == read_hint(Kind.OIDC, claims) == Hint()
