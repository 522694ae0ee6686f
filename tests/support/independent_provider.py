"""The certified OpenID provider as a process, with the claims of one kind of provider; and a browser that logs in.

Installed by `make test` into tests/independent_provider/node_modules; nothing is fetched while tests run.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from joserfc.jwk import ECKey

from support.loopback import free_port
from volet_service.entrypoints.demo_provider.keys import new_key

FOLDER = Path(__file__).parents[1] / "independent_provider"
_MOST_STEPS = 8


@dataclass
class IndependentProvider:
    """A running provider: its name, the keys it signs with now, and the redirection address that is registered."""

    issuer: str
    callback: str
    keys: list[ECKey] = field(default_factory=list)

    def rotate(self, keys: Sequence[ECKey]) -> None:
        """Sign with the first of these from now on, and publish no other."""
        self.keys = list(keys)
        answer = httpx.put(f"{self.issuer}/control/jwks", json=_private(keys), trust_env=False)
        assert answer.status_code == 204, answer.text

    def answer(self, authorize_url: str, account: str, acr: str = "eidas1") -> dict[str, str]:
        """Log in as an account with a browser of one's own; return the parameters that come back."""
        with httpx.Client(trust_env=False, follow_redirects=False) as browser:
            return self.answer_in(browser, authorize_url, account, acr)

    def answer_in(self, browser: httpx.Client, authorize_url: str, account: str, acr: str = "eidas1") -> dict[str, str]:
        """Log in with a browser that keeps the provider's session."""
        url = authorize_url
        for _ in range(_MOST_STEPS):
            shown = browser.get(url)
            assert shown.status_code in {302, 303}, shown.text
            url = urljoin(url, shown.headers["location"])
            if urlsplit(url).path.startswith("/press/"):
                url = f"{url}?account={account}&acr={acr}"
            if url.startswith(self.callback):
                return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("the provider sends nobody back")


@contextmanager
def independent_provider(
    folder: Path, *, clients: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]],
    scopes: Mapping[str, Sequence[str]], callback: str, naming: bool = False, port: int | None = None,
) -> Iterator[IndependentProvider]:  # fmt: skip
    """Run a provider until the block ends; `naming` puts the claims of the scopes into the ID token too."""
    port = port or free_port()
    provider = IndependentProvider(f"http://127.0.0.1:{port}", callback, [new_key()])
    common = {
        "redirect_uris": [callback], "response_types": ["code"], "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "none", "id_token_signed_response_alg": "ES256",
    }  # fmt: skip
    settings = {
        "port": port, "clients": [{**common, **client} for client in clients], "accounts": list(accounts),
        "claims": scopes, "jwks": _private(provider.keys), "naming": naming,
    }  # fmt: skip
    path = folder / f"provider-{port}.json"
    path.write_text(json.dumps(settings), "utf-8")
    log = folder / f"provider-{port}.log"
    with (
        log.open("wb") as said,
        subprocess.Popen(["node", str(FOLDER / "server.mjs"), str(path)], stdout=said, stderr=said) as running,
    ):
        try:
            _wait(provider.issuer, running, log)
            yield provider
        finally:
            running.terminate()


def _private(keys: Sequence[ECKey]) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=True) for key in keys]}


def _wait(issuer: str, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"the independent provider does not answer: {log.read_text('utf-8')}")
