"""The accounts and the relying parties that a demonstration provider knows, read from one JSON file.

Whoever can write this file can log in as anybody: which is why the provider runs for demos and tests only.

```json
{"clients": [{"client_id": "volet-hub", "redirect_uris": ["http://127.0.0.1:8080/v1/logins/callback"]}],
 "accounts": [{"sub": "nadia", "label": "Nadia Lefèvre, assistante sociale", "kind": "professional", "acr": "eidas2"}]}
```

`kind` is professional, person or auditor and only sorts the page; `acr` is the assurance level that the ID token
states; `secret` makes a relying party confidential (client_secret_basic), without it PKCE alone protects it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

KINDS = ("professional", "person", "auditor")


class AccountsError(ValueError):
    """The accounts file does not say what it must; the message names the place, for the operator."""


@dataclass(frozen=True)
class Account:
    """Somebody who can press a button: `sub` goes into the ID token, `label` stays on the page."""

    sub: str
    label: str
    kind: str
    acr: str


@dataclass(frozen=True)
class RelyingParty:
    """A hub or a registrar that may ask for logins."""

    client_id: str
    redirect_uris: tuple[str, ...]
    secret: str | None


@dataclass(frozen=True)
class Registry:
    """What the file holds."""

    accounts: tuple[Account, ...]
    clients: tuple[RelyingParty, ...]

    def account(self, sub: str) -> Account | None:
        """Return the account with this subject, if there is one."""
        return next((account for account in self.accounts if account.sub == sub), None)

    def client(self, client_id: str) -> RelyingParty | None:
        """Return the relying party with this client id, if there is one."""
        return next((client for client in self.clients if client.client_id == client_id), None)


def read_registry(path: Path) -> Registry:
    """Read the file; raise `AccountsError` on a missing, doubled or unknown field."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AccountsError(f"{path}: {error}") from error
    top = _object(value, "file", {"accounts", "clients"}, set())
    accounts = tuple(_account(item, n) for n, item in enumerate(_list(top["accounts"], "accounts")))
    clients = tuple(_client(item, n) for n, item in enumerate(_list(top["clients"], "clients")))
    for what, ids in (("sub", [a.sub for a in accounts]), ("client_id", [c.client_id for c in clients])):
        if len(set(ids)) != len(ids):
            raise AccountsError(f"{what} appears twice")
    return Registry(accounts, clients)


def _account(value: object, place: int) -> Account:
    where = f"accounts[{place}]"
    item = _object(value, where, {"sub", "label", "kind", "acr"}, set())
    account = Account(*(_text(item[name], f"{where}.{name}") for name in ("sub", "label", "kind", "acr")))
    if account.kind not in KINDS:
        raise AccountsError(f"{where}.kind is not one of {', '.join(KINDS)}")
    return account


def _client(value: object, place: int) -> RelyingParty:
    where = f"clients[{place}]"
    item = _object(value, where, {"client_id", "redirect_uris"}, {"secret"})
    uris = tuple(_text(uri, f"{where}.redirect_uris") for uri in _list(item["redirect_uris"], f"{where}.redirect_uris"))
    secret = _text(item["secret"], f"{where}.secret") if "secret" in item else None
    return RelyingParty(_text(item["client_id"], f"{where}.client_id"), uris, secret)


def _object(value: object, where: str, required: set[str], optional: set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise AccountsError(f"{where} is not an object")
    item = cast("dict[str, object]", value)
    wrong = (required - set(item)) | (set(item) - required - optional)
    if wrong:
        raise AccountsError(f"{where}: missing or unknown field {min(wrong)}")
    return item


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list) or not value:
        raise AccountsError(f"{where} is not a list with something in it")
    return cast("list[object]", value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise AccountsError(f"{where} is not a text")
    return value
