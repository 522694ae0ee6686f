"""The demonstration provider refuses whatever is not a demonstration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from volet_service.entrypoints.demo_provider.accounts import AccountsError, read_registry
from volet_service.entrypoints.demo_provider.command import main
from volet_service.entrypoints.demo_provider.keys import load_keys, new_key, public_jwks
from volet_service.entrypoints.demo_provider.pages import choice_page
from volet_service.entrypoints.demo_provider.server import Provider

ACCOUNT = {"sub": "nadia", "label": "Nadia Lefèvre", "kind": "professional", "acr": "eidas2"}
CLIENT = {"client_id": "volet-hub", "redirect_uris": ["http://127.0.0.1:8080/v1/logins/callback"]}


def written(folder: Path, value: object) -> Path:
    path = folder / "accounts.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize("flag", [None, "", "0", "yes"])
def test_it_does_not_start_outside_a_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], flag: str | None
) -> None:
    monkeypatch.delenv("VOLET_DEMO", raising=False)
    if flag is not None:
        monkeypatch.setenv("VOLET_DEMO", flag)
    accounts = written(tmp_path, {"accounts": [ACCOUNT], "clients": [CLIENT]})
    assert main(["--accounts", str(accounts)]) == 78
    assert "VOLET_DEMO=1" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", ""])  # noqa: S104  # what must be refused
def test_it_listens_on_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    monkeypatch.setenv("VOLET_DEMO", "1")
    accounts = written(tmp_path, {"accounts": [ACCOUNT], "clients": [CLIENT]})
    assert main(["--accounts", str(accounts), "--host", host]) == 78
    assert "127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"accounts": [ACCOUNT]},
        {"accounts": [], "clients": [CLIENT]},
        {"accounts": [ACCOUNT, ACCOUNT], "clients": [CLIENT]},
        {"accounts": [{**ACCOUNT, "kind": "robot"}], "clients": [CLIENT]},
        {"accounts": [{**ACCOUNT, "password": "x"}], "clients": [CLIENT]},
        {"accounts": [{**ACCOUNT, "sub": ""}], "clients": [CLIENT]},
        {"accounts": [ACCOUNT], "clients": [{"client_id": "volet-hub"}]},
        {"accounts": [ACCOUNT], "clients": [{**CLIENT, "redirect_uris": "x"}]},
    ],
)
def test_accounts_that_do_not_read_are_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(AccountsError):
        read_registry(written(tmp_path, value))


def test_a_name_on_the_page_is_text_and_nothing_else(tmp_path: Path) -> None:
    label = "<script>alert(1)</script>"
    registry = read_registry(written(tmp_path, {"accounts": [{**ACCOUNT, "label": label}], "clients": [CLIENT]}))
    assert "<script>" not in choice_page(registry.accounts, "<b>", '"><script>')


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"client_id": "volet-hub"},
        {"client_id": "other", "post_logout_redirect_uri": "http://127.0.0.1:8080/"},
        {"post_logout_redirect_uri": "http://127.0.0.1:8080/"},
        {"client_id": "volet-hub", "post_logout_redirect_uri": "http://elsewhere.example/"},
        {"client_id": "volet-hub", "post_logout_redirect_uri": "http://127.0.0.1:8080/v1/logins/callback"},
        {"client_id": "volet-hub", "post_logout_redirect_uri": "http://127.0.0.1:8080.elsewhere.example/"},
    ],
)
def test_who_logs_out_is_sent_to_no_address_but_the_service_they_came_from(
    tmp_path: Path, asked: dict[str, str]
) -> None:
    registry = read_registry(written(tmp_path, {"accounts": [ACCOUNT], "clients": [CLIENT]}))
    provider = Provider("http://127.0.0.1:8081", registry, [new_key()])
    assert provider.way_back(asked) is None
    back = {"client_id": "volet-hub", "post_logout_redirect_uri": "http://127.0.0.1:8080/"}
    assert provider.way_back(back) == "http://127.0.0.1:8080/"


def test_keys_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    first = load_keys(path)
    assert path.stat().st_mode & 0o077 == 0
    assert [key.kid for key in load_keys(path)] == [key.kid for key in first]
    assert str(first[0].as_dict(private=True)["d"]) not in json.dumps(public_jwks(first))
    path.chmod(0o644)
    with pytest.raises(AccountsError, match="chmod 600"):
        load_keys(path)
