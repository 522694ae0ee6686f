"""Which identity providers this hub or registrar trusts, read from one JSON file.

```json
{"issuers": [{"issuer": "https://idp.example", "client_id": "volet-hub", "kind": "psc", "secret_file": "psc.secret",
              "acr": "eidas1", "hosts": ["login.example"], "hints": "encrypted", "hint_key": "psc.jwk",
              "after_logout": "https://hub.example/"}]}
```

Whoever writes this file decides who can log in, not who can read. What is secret has to be readable by its owner only.
docs/operations.md says of each setting what an attacker who holds it could do.
"""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_service.adapters.identity_provider import OpenIdProvider, RelyingParty
from volet_service.adapters.provider_userinfo import EncryptionKey
from volet_service.domain.providers import DEFAULT_ACR, HINT_SCOPE, Kind, UserinfoForm, opens_files

_HOST = re.compile(r"[a-z0-9.-]+(:[0-9]{1,5})?|\[[0-9a-f:]+\](:[0-9]{1,5})?")


class PartiesError(ValueError):
    """The file does not say what it must; the message is for the operator."""


def read_parties(path: Path, redirect_uri: str) -> list[RelyingParty]:
    """Read the file; raise `PartiesError` when it does not read, or holds a secret that others can read too."""
    try:
        value: object = json.loads(path.read_text(encoding="utf-8"))
        fields = _object(value)
        parties = [_party(item, path, redirect_uri) for item in fields.objects("issuers", 64)]
        fields.done()
    except PartiesError as error:
        raise PartiesError(f"{path}: {error}") from error
    except (OSError, ValueError) as error:
        reason = str(error) if not isinstance(error, ProtocolError) else error.what
        raise PartiesError(f"{path}: {reason}") from error
    if len({party.issuer for party in parties}) != len(parties):
        raise PartiesError(f"{path}: an issuer appears twice")
    return parties


def _object(value: object) -> Fields:
    if not isinstance(value, dict):
        raise PartiesError("not an object")
    return Fields(cast("dict[str, JsonValue]", value), "identity providers")


def _party(fields: Fields, path: Path, redirect_uri: str) -> RelyingParty:
    kind = Kind(fields.optional("kind", lambda name: fields.choice(name, frozenset(Kind))) or Kind.OIDC)
    form = fields.optional("hints", lambda name: fields.choice(name, frozenset(UserinfoForm)))
    key_file = fields.optional("hint_key", fields.label)
    party = RelyingParty(
        issuer=fields.label("issuer"),
        client_id=fields.label("client_id"),
        redirect_uri=redirect_uri,
        secret=_secret(fields, path),
        kind=kind,
        acr=fields.optional("acr", fields.label) or DEFAULT_ACR[kind],
        hosts=tuple(_host(item) for item in fields.optional("hosts", lambda name: fields.items(name, 16)) or []),
        hints=None if form is None else UserinfoForm(form),
        key=None if key_file is None else read_hint_key(path.parent / key_file),
        after_logout=fields.optional("after_logout", fields.label),
    )
    fields.done()
    _check(party)
    return party


def _check(party: RelyingParty) -> None:
    where = f"issuer {party.issuer}"
    if party.hints is not None and party.kind not in HINT_SCOPE:
        raise PartiesError(f"{where}: hints are read of kind {' and '.join(HINT_SCOPE)} only, not of {party.kind}")
    if (party.hints is UserinfoForm.ENCRYPTED) != (party.key is not None):
        raise PartiesError(f"{where}: hint_key goes with hints encrypted, and only with it")
    if party.after_logout is not None and urlsplit(party.after_logout)[:2] != urlsplit(party.redirect_uri)[:2]:
        raise PartiesError(f"{where}: after_logout leads elsewhere than to {party.redirect_uri}")
    if not opens_files(party.kind, party.acr):
        raise PartiesError(f"{where}: acr {party.acr} opens no file with franceconnect, demand eidas2 or eidas3")


def _secret(fields: Fields, path: Path) -> str | None:
    inline, file = fields.optional("secret", fields.label), fields.optional("secret_file", fields.label)
    if inline is not None and file is not None:
        raise PartiesError("secret and secret_file: one of them, not both")
    if file is None:
        if inline is not None:
            _check_owner_only(path)
        return inline
    _check_owner_only(path.parent / file)
    secret = (path.parent / file).read_text(encoding="utf-8").strip()
    if not secret or not secret.isprintable():
        raise PartiesError(f"{file} does not hold a secret on one line")
    return secret


def read_hint_key(path: Path) -> EncryptionKey:
    """Read the private JWK that opens encrypted userinfo; raise `PartiesError`."""
    _check_owner_only(path)
    try:
        key = import_key(json.loads(path.read_text(encoding="utf-8")))
    except (JoseError, ValueError) as error:
        raise PartiesError(f"{path} does not hold a private JWK") from error
    if not isinstance(key, ECKey | RSAKey) or not key.is_private:
        raise PartiesError(f"{path} does not hold a private EC or RSA key: volet admin provider key FILE makes one")
    return key


def _check_owner_only(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PartiesError(f"{path} holds a secret and must be readable by its owner only: chmod 600 {path}")


def _host(value: object) -> str:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise PartiesError(f"hosts: {value!r} is not a host in lower case, with its port if it has one")
    return value


def open_providers(parties: list[RelyingParty], http: httpx.Client) -> dict[str, OpenIdProvider]:
    """Return a provider for each party, by issuer. Nothing is fetched yet: a provider that is down stops no start."""
    return {party.issuer: OpenIdProvider(party, http) for party in parties}
