"""HTTP to the hub: one origin, JSON in and out, problems as exceptions.

Every write of the interface is keyed by ids inside the signed statement (same bytes, same answer), so that repeating
one after a lost answer is safe; only those calls, and reads, are repeated. Redirects are not followed: the origin is
pinned in the trust bundle. An answer is read up to a limit, then refused.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Protocol, cast

import httpx

from volet_client.errors import BadAnswerError, UnreachableError
from volet_client.refusals import refusal_for
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.problems import CONTENT_TYPE, Problem

JSON_LIMIT = 64 * 1024 * 1024
TRIES = 3
_AGAIN = frozenset({502, 503, 504})
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 5.0
_PROBLEM_LIMIT = 256 * 1024


class Transport(Protocol):
    """What the client needs of a hub: real over HTTP, or a simulator."""

    token: str | None
    tree_size: int | None
    # The table in force, as the hub's last answer named it: a hint that there is something to fetch.
    policy: str | None

    def get(self, path: str, **params: str | int) -> JsonObject:
        """Read an object."""
        ...

    def get_list(self, path: str, **params: str | int) -> list[JsonObject]:
        """Read a list of objects."""
        ...

    def get_text(self, path: str, **params: str | int) -> str:
        """Read a text."""
        ...

    def post(self, path: str, body: JsonObject) -> JsonObject:
        """Write; repeated when no answer came."""
        ...

    def put(self, path: str, data: bytes) -> JsonObject:
        """Upload one chunk; repeated when no answer came."""
        ...

    def delete(self, path: str) -> None:
        """Delete."""
        ...

    def stream(self, path: str, **params: str | int) -> Iterator[bytes]:
        """Read raw bytes as they come."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class HttpTransport:
    """The hub over HTTP. `token` is the session's; `sleep` is replaced in tests."""

    def __init__(self, origin: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.origin = origin
        self.token: str | None = None
        self._sleep = sleep
        # What was verified of the log: told with each write, so that its receipt proves that it extends that.
        self.tree_size: int | None = None
        self.policy: str | None = None
        self._http = open_http(origin)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **params: str | int) -> JsonObject:
        """Return the object at `path`."""
        return _object(self._send("GET", path, params=params), path)

    def get_list(self, path: str, **params: str | int) -> list[JsonObject]:
        """Return the list of objects at `path`."""
        value = _json(self._send("GET", path, params=params), path)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in cast("list[object]", value)):
            raise BadAnswerError(f"{path}: not a list of objects")
        return cast("list[JsonObject]", value)

    def get_text(self, path: str, **params: str | int) -> str:
        """Return the text at `path`."""
        return self._send("GET", path, params=params).decode("utf-8", "replace")

    def post(self, path: str, body: JsonObject) -> JsonObject:
        """Send a signed object; return the answer."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        return _object(self._send("POST", path, content=content), path)

    def put(self, path: str, data: bytes) -> JsonObject:
        """Send one chunk of an upload."""
        return _object(self._send("PUT", path, content=data, kind="application/octet-stream"), path)

    def delete(self, path: str) -> None:
        """Delete what `path` names."""
        self._send("DELETE", path)

    def stream(self, path: str, **params: str | int) -> Iterator[bytes]:
        """Yield the raw bytes at `path` as they come; not repeated, the caller resumes by position."""
        with self._open("GET", path, params, b"", "application/json") as answer:
            if not answer.is_success:
                raise self._refusal(answer, answer.read(), path)
            try:
                yield from answer.iter_bytes(64 * 1024)
            except httpx.HTTPError:
                raise UnreachableError(self.origin) from None

    @contextmanager
    def _open(
        self, method: str, path: str, params: Mapping[str, str | int], content: bytes, kind: str
    ) -> Generator[httpx.Response]:
        headers = {"Content-Type": kind} if content else {}
        if method == "POST" and self.tree_size is not None:
            headers["Volet-Tree-Size"] = str(self.tree_size)
        if self.token is not None:
            headers["Authorization"] = f"Volet {self.token}"
        try:
            with self._http.stream(method, path, params=dict(params), content=content, headers=headers) as answer:
                self.policy = answer.headers.get("volet-policy", self.policy)
                yield answer
        except httpx.HTTPError:
            raise UnreachableError(self.origin) from None

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        content: bytes = b"",
        kind: str = "application/json",
    ) -> bytes:
        for again in range(TRIES):
            last = again == TRIES - 1
            wait = _FIRST_WAIT * 2**again
            try:
                with self._open(method, path, params or {}, content, kind) as answer:
                    data = _capped(answer, path)
                    if answer.is_success:
                        return data
                    if last or answer.status_code not in _AGAIN:
                        raise self._refusal(answer, data, path)
                    wait = max(wait, _retry_after(answer))
            except UnreachableError:
                if last:
                    raise
            self._sleep(min(wait, _LONGEST_WAIT))
        raise UnreachableError(self.origin)

    def _refusal(self, answer: httpx.Response, data: bytes, path: str) -> Exception:
        if answer.headers.get("content-type", "").partition(";")[0] != CONTENT_TYPE or len(data) > _PROBLEM_LIMIT:
            return BadAnswerError(f"{answer.status_code} {path}")
        detail = _object(data, path)
        problem = Problem.from_uri(str(detail.get("type", "")))
        return BadAnswerError(f"{answer.status_code} {path}") if problem is None else refusal_for(problem, detail)


def open_http(origin: str) -> httpx.Client:
    """Return an HTTP client of one origin: no redirects, no proxies from the environment."""
    timeout = httpx.Timeout(30.0, connect=5.0)
    context = _tls(secure=origin.startswith("https:"))
    return httpx.Client(base_url=origin, timeout=timeout, follow_redirects=False, trust_env=False, verify=context)


@cache
def _tls(*, secure: bool) -> ssl.SSLContext:
    # Reading the certificates of the machine takes longer than most commands: once a process, and not at all without
    # TLS, where nobody is trusted.
    return ssl.create_default_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _capped(answer: httpx.Response, path: str) -> bytes:
    data = bytearray()
    for chunk in answer.iter_bytes():
        data += chunk
        if len(data) > JSON_LIMIT:
            raise BadAnswerError(f"{path}: more than {JSON_LIMIT} bytes")
    return bytes(data)


def _object(data: bytes, path: str) -> JsonObject:
    if not data:
        return {}
    value = _json(data, path)
    if not isinstance(value, dict):
        raise BadAnswerError(f"{path}: not an object")
    return cast("dict[str, JsonValue]", value)


def _json(data: bytes, path: str) -> object:
    try:
        return cast("object", json.loads(data))
    except (ValueError, RecursionError):
        raise BadAnswerError(f"{path}: not JSON") from None


def _retry_after(answer: httpx.Response) -> float:
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0
