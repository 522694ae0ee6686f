"""A browser without a screen: follows redirections between loopback hosts, presses the button of an account.

The demonstration plays each person's login with it, and so do the tests. It keeps no cookie and runs no script, which
is all that the login pages need.
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

_MOST_STEPS = 8
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Button:
    """A submit button: what it sends and what it says."""

    name: str
    value: str
    label: str


@dataclass(frozen=True)
class Page:
    """What the browser stands on."""

    url: str
    status: int
    html: str
    action: str | None
    buttons: tuple[Button, ...]


class Browser:
    """One browser; close it or use it as a context manager."""

    def __init__(self, timeout_s: float = 10.0) -> None:
        self._http = httpx.Client(timeout=timeout_s, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, url: str) -> Page:
        """Show an address."""
        return self._follow("GET", url, None)

    def press(self, page: Page, label_or_value: str) -> Page:
        """Press the button that says or sends this; follow to where it leads."""
        chosen = next((b for b in page.buttons if label_or_value in {b.label, b.value, b.name}), None)
        if chosen is None or page.action is None:
            raise LookupError(f"no button {label_or_value!r} on {page.url} ({page.status})")
        return self._follow("POST", urljoin(page.url, page.action), {chosen.name: chosen.value})

    def log_in(self, authorize_url: str, account: str) -> Page:
        """Open the provider's page, press the account's button, and return the page where that ends."""
        return self.press(self.open(authorize_url), account)

    def answer_of(self, authorize_url: str, account: str) -> str:
        """Press the button and return the address that the provider sends the browser to, without going there."""
        page = self.open(authorize_url)
        chosen = next(b for b in page.buttons if account in {b.label, b.value, b.name})
        response = self._http.post(urljoin(page.url, page.action or ""), data={chosen.name: chosen.value})
        return response.headers["Location"]

    def _follow(self, method: str, url: str, form: dict[str, str] | None) -> Page:
        for _ in range(_MOST_STEPS):
            if urlsplit(url).hostname not in _LOOPBACK:
                raise LookupError(f"{url} is not on this machine")
            response = self._http.request(method, url, data=form)
            if not response.is_redirect:
                return _read(url, response)
            method, form, url = "GET", None, urljoin(url, response.headers["Location"])
        raise LookupError("too many redirections")


def _read(url: str, response: httpx.Response) -> Page:
    reader = _Forms()
    reader.feed(response.text)
    return Page(url, response.status_code, response.text, reader.action, tuple(reader.buttons))


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.buttons: list[Button] = []
        self._open: tuple[str, str] | None = None
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found.get("action")
        if tag == "button":
            self._open, self._label = (found.get("name", ""), found.get("value", "")), ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._open is not None:
            self.buttons.append(Button(*self._open, self._label.strip()))
            self._open = None
