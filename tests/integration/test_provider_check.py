"""`volet admin provider`: what is wrong with a provider is said in words, before anybody tries to log in."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from support.loopback import free_port, served
from volet_service.adapters.identity_provider import RelyingParty
from volet_service.bootstrap import admin
from volet_service.bootstrap.admin_provider import wrong_with
from volet_service.entrypoints.demo_provider.keys import new_key, public_jwks

KEYS = [new_key()]


class Shown:
    """What the provider answers at its metadata."""

    def __init__(self) -> None:
        self.issuer = f"http://127.0.0.1:{free_port()}"
        self.change: dict[str, Any] = {}
        self.html = False

    def metadata(self, _request: Request) -> Response:
        if self.html:
            return HTMLResponse("<h1>Maintenance</h1>")
        given = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/a", "token_endpoint": f"{self.issuer}/t",
            "jwks_uri": f"{self.issuer}/keys", "id_token_signing_alg_values_supported": ["ES256"], **self.change,
        }  # fmt: skip
        return JSONResponse(given)


@pytest.fixture(scope="module")
def running() -> Iterator[Shown]:
    shown = Shown()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", shown.metadata),
            Route("/keys", lambda _: JSONResponse(public_jwks(KEYS))),
        ]
    )
    with served(app, int(shown.issuer.rsplit(":", 1)[1])):
        yield shown


@pytest.fixture
def shown(running: Shown) -> Shown:
    running.change, running.html = {}, False
    return running


def said(shown: Shown, **more: Any) -> str:  # noqa: ANN401  # fields of the party
    with httpx.Client(trust_env=False) as http:
        return "\n".join(wrong_with(RelyingParty(shown.issuer, "volet-hub", "x", **more), None, http))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"issuer": "https://other.example"}, "se nomme autrement"),
        ({"authorization_endpoint": "https://login.example/a"}, "« hosts »"),
        ({"token_endpoint": "http://login.example/t"}, "token_endpoint : ne répond pas"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "ne signe avec aucun"),
        ({"code_challenge_methods_supported": ["plain"]}, "S256"),
        ({"acr_values_supported": ["eidas1"]}, "« eidas2 »"),
        ({}, "trust.json"),
    ],
)
def test_what_is_wrong_is_said(shown: Shown, change: dict[str, Any], word: str) -> None:
    shown.change = change
    assert word in said(shown, acr="eidas2")


def test_a_host_that_is_allowed_is_not_wrong(shown: Shown) -> None:
    shown.change = {"authorization_endpoint": "https://login.example/a"}
    assert "hosts" not in said(shown, hosts=("login.example",))


def test_a_page_of_maintenance_is_said_to_be_no_answer(shown: Shown) -> None:
    shown.html = True
    assert said(shown).startswith("ne répond pas")


def test_the_command_fails_with_the_words_and_names_the_provider(
    shown: Shown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "issuers.json").write_text(json.dumps({"issuers": [{"issuer": shown.issuer, "client_id": "c"}]}))
    assert admin.run(["provider", "check", str(tmp_path)]) == 2  # the exit status
    assert f"{shown.issuer} : trust.json n’est pas là" in capsys.readouterr().err


def test_the_key_of_hints_is_private_and_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "psc.jwk"
    assert admin.run(["provider", "key", str(path)]) == 0
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])
    private = json.loads(path.read_text("utf-8"))
    assert "d" not in shown
    assert (shown["x"], "d" in private) == (private["x"], True)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116  # the mode of the file itself
    assert admin.run(["provider", "key", str(path)]) == 2  # the exit status
    assert json.loads(path.read_text("utf-8")) == private
