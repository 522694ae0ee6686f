"""The network to witnesses: bounded in time and in what is read."""

from __future__ import annotations

import httpx

_LIMIT = 256 * 1024


class HttpLine:
    """Questions over one HTTP client, whose time limits are its own."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def post(self, url: str, data: bytes) -> tuple[int, str]:
        """Send a body; return status and text, raise `OSError` when nobody answers."""
        return self._ask("POST", url, data)

    def get(self, url: str) -> tuple[int, str]:
        """Fetch a text; return status and text, raise `OSError` when nobody answers."""
        return self._ask("GET", url, None)

    def _ask(self, method: str, url: str, data: bytes | None) -> tuple[int, str]:
        try:
            with self._http.stream(method, url, content=data) as answer:
                read = b""
                for piece in answer.iter_bytes():
                    read += piece
                    if len(read) > _LIMIT:
                        raise OSError(f"{url} answers too much")
                return answer.status_code, read.decode("utf-8", "replace")
        except httpx.HTTPError as error:
            raise OSError(f"{url}: {type(error).__name__}") from None
