"""The client layer of the web client in a browser, at a hub of a `client_world`, driven from tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, Route

from support.client_world import World
from support.loopback import NO_TLS
from volet_client.client import Client

WEB = Path(__file__).parents[2] / "clients" / "web"
_TYPES = {".html": "text/html", ".js": "text/javascript"}

Lie = Callable[[Any], None]


def build_live_page(into: Path) -> Path:
    """Build the page that `clients/web/tests/live` describes; never part of what a hub serves."""
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    config = WEB / "tests" / "live" / "vite.config.ts"
    command = ["node", str(vite), "build", "--config", str(config), "--outDir", str(into), "--emptyOutDir"]
    subprocess.run(command, cwd=WEB, env=dict(os.environ), check=True, capture_output=True)
    return into


@dataclass
class Live:
    """One device with the page open. `user` is who it drew itself."""

    page: Page
    world: World
    user: str = ""

    @classmethod
    def open(cls, context: BrowserContext, world: World, built: Path) -> Live:
        """Open the page on a new device."""

        def answer(route: Route) -> None:
            file = built / route.request.url.rsplit("/live/", 1)[1]
            route.fulfill(body=file.read_bytes(), content_type=_TYPES[file.suffix])

        context.route("**/live/**", answer)
        live = cls(context.new_page(), world)
        live.load()
        return live

    def load(self, ahead_ms: int = 0) -> None:
        """Load the page, some time later: what it knew is what the browser kept."""
        self.page.goto(f"{self.world.url}/live/index.html")
        given = [self.world.trust.decode("utf-8"), ahead_ms]
        self.user = self.page.evaluate("([trust, ahead]) => live.open(trust, ahead)", given)

    def log_in(self, subject: str) -> None:
        """Log in as the browser would, as that subject of the identity provider."""
        self.world.door.subjects[self.user] = subject
        state = httpx.URL(self.page.evaluate("() => live.start()")).params["state"]
        with httpx.Client(trust_env=False, verify=NO_TLS) as browser:
            query = {"state": state, "code": "code"}
            browser.get(f"{self.world.url}/v1/logins/callback", params=query).raise_for_status()
        step = self.page.evaluate("() => live.finish()")
        assert step["kind"] == "signed-in", step

    def act_as(self, subject: str, row: str, structure: str, through: Client) -> None:
        """Log in, have a capacity attested, and log in again to act in it."""
        self.log_in(subject)
        attested = self.world.attest_user(self.user, through, row, structure)
        self.page.evaluate("([id, statement]) => live.actAs(id, statement)", [attested.hash, attested.to_json()])
        self.log_in(subject)

    def ask(self, verb: str, *arguments: object) -> Any:  # noqa: ANN401 -- plain data of any shape
        """Return what a verb of the page gives: `value`, or the name of what refused it in `error`."""
        return self.page.evaluate(f"(given) => live.{verb}(...given)", list(arguments))

    def value(self, verb: str, *arguments: object) -> Any:  # noqa: ANN401 -- plain data of any shape
        """Return the value of a verb that nothing refuses."""
        answer = self.ask(verb, *arguments)
        assert "value" in answer, answer
        return answer["value"]

    def lie(self, part: str, change: Lie) -> None:
        """Change the hub's answers whose address holds that part, on their way."""

        def swap(route: Route) -> None:
            answer = route.fetch()
            body = answer.json()
            change(body)
            route.fulfill(response=answer, json=body)

        self.page.route(lambda url: part in url, swap)

    def tell_the_truth(self) -> None:
        """Let the hub's answers through as they are."""
        self.page.unroute_all(behavior="wait")
