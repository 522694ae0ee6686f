"""A page that is watched: what it must never do is collected, and what everybody does on it is a method."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Dialog, Page, Request, Response, TimeoutError, ViewportSize  # noqa: A004

from support.keyboard import unreachable
from support.screens import AXE as JUDGED_BY_AXE
from support.screens import KEYBOARD, judged
from support.small_png import small
from volet_demo.world import World

AXE = Path(__file__).parents[2] / "clients" / "web" / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
NARROW: ViewportSize = {"width": 360, "height": 740}
ZOOMED: ViewportSize = {"width": 640, "height": 400}
THEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
# Not `finished`: the browser keeps that promise at a frame that it may never draw, and a run once waited half an hour.
STILL = """async () => {
  const moving = () => document.getAnimations().some((one) => one.playState === "running");
  for (let drawn = 0; drawn < 2 || (drawn < 300 && moving()); drawn += 1)
    await new Promise((next) => requestAnimationFrame(next));
}"""
PROFESSIONAL_HOME = "À lire"
# The browser's own viewer of PDF files, and what it brings along for it: no page of the web may ask for either.
VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")
# What a screen needs on a machine that does much else; nothing here is timed.
PATIENCE_MS = 90_000
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"
# Words of the places that stand on more than one line.
BROKEN = """() => [...document.querySelectorAll(".places span")].flatMap((label) => {
  const text = label.firstChild;
  return [...text.data.matchAll(/\\S+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((one) => one.top)).size > 1;
  }).map((word) => word[0]);
})"""


@dataclass
class Watch:
    """One page of one device. `found` is what went wrong without anybody asking."""

    page: Page
    world: World
    found: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        addresses = self.world.addresses
        self._known = {urlsplit(one).netloc for one in (addresses.hub, addresses.provider, addresses.registrar)}
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("dialog", self._spoke)
        self.page.on("popup", lambda popup: self.found.append(f"window: {popup.url}"))
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective, e.blockedURI))"
        )

    def _console(self, message: ConsoleMessage) -> None:
        # The browser's own remark on an answer of the hub: that somebody is served nothing is no failure of the page.
        refused = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if refused and urlsplit(message.location["url"]).path.startswith("/v1/"):
            return
        # The remark of the tool that drives the browser, where a test wants no worker.
        if message.text == "Service Worker registration blocked by Playwright":
            return
        if message.type in {"error", "warning"}:
            self.found.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # The browser drops what is under way when somebody leaves the page: nothing failed.
        if request.failure == "net::ERR_ABORTED":
            return
        self.found.append(f"failed: {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith(VIEWER):
            return
        # A blob of the page's own: a preview. Another origin's does not load.
        if urlsplit(request.url.removeprefix("blob:")).netloc not in self._known:
            self.found.append(f"elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        server_error = 500
        if response.status >= server_error:
            self.found.append(f"{response.status}: {response.url}")

    def _spoke(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def check(self) -> None:
        """Fail when the page did what it must never do."""
        assert not self.found, "\n".join(self.found)

    def contact_card(self) -> str:
        """Return the text of the contact card on the screen, as « Copier ma carte » copies it."""
        return str(self.page.locator(".card-text").text_content())

    def title(self, text: str) -> None:
        """Wait for the screen of that title; fail with what stands there instead, and what went wrong before."""
        try:
            self.page.get_by_role("heading", name=text, level=1).wait_for()
        except TimeoutError as error:
            shown = self.page.locator("body").inner_text()
            raise AssertionError("\n".join([f"no « {text} » at {self.page.url}", shown, *self.found])) from error

    def press(self, name: str) -> None:
        """Press a button by what it says."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def accept(self) -> None:
        """Go through the first visit."""
        self.press("Continuer")
        self.title("Se connecter")

    def log_in(self, account: str) -> None:
        """Log in at the provider with a demonstration account, and come back."""
        self.press("Me connecter")
        self.page.get_by_role("button", name=account).click()

    def act_as(self, account: str, home: str = "Bonjour") -> None:
        """Log in as a professional on a new device: have the function attested, then sign in with it; `home` is shown.

        Who follows cases reads first what is traced of them.
        """
        self.press("Je suis professionnel : ma fonction, puis me connecter")
        for asks in ("volet-registrar", "volet-hub"):
            self.page.get_by_text(asks).wait_for()
            self.page.get_by_role("button", name=account).click()
        if home == PROFESSIONAL_HOME:
            self.title("Ce que Volet garde de vous")
            self.press("J’ai lu, continuer")
        self.title(home)

    def picture(self, name: str) -> None:
        """Write the whole screen to docs/screens/NAME.png, in the light theme, when VOLET_SCREENS is set."""
        if not os.environ.get("VOLET_SCREENS"):
            return
        SCREENS.mkdir(parents=True, exist_ok=True)
        # What was just done is told over the screen for a moment, and a theme changes through colours of neither.
        self.page.locator(".toast").wait_for(state="detached")
        self.page.wait_for_function("() => document.querySelector('[aria-busy=true]') === null")
        self.page.evaluate(STILL)
        before = self.page.viewport_size or NARROW
        # A window as high as the screen: what is fixed at its foot would stand in the middle otherwise.
        height = int(self.page.evaluate("() => document.documentElement.scrollHeight"))
        self.page.set_viewport_size({"width": before["width"], "height": max(height, before["height"])})
        (SCREENS / f"{name}.png").write_bytes(small(self.page.context, self.page.screenshot()))
        self.page.set_viewport_size(before)

    def violations(self, *, colours_only: bool = False) -> list[dict[str, Any]]:
        """Return what axe finds on the screen: rule and places."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        # Colours half-way from one theme to the other are nobody's: what is moving ends first.
        self.page.evaluate(STILL)
        # Every rule is asked; what passes is not described too, which would take longer than to ask.
        asked: dict[str, Any] = {"resultTypes": ["violations"]}
        if colours_only:
            asked["runOnly"] = {"type": "tag", "values": ["cat.color"]}
        result: dict[str, Any] = self.page.evaluate("async (asked) => await axe.run(document, asked)", asked)
        return [{"rule": one["id"], "where": [node["target"] for node in one["nodes"]]} for one in result["violations"]]

    def axe(self) -> None:
        """Fail when axe finds something on the screen, in either theme, here, at 360 px wide and at 200 % zoom.

        The browser zooms by giving the page half the room: 1280 pixels at 200 % are 640. And fail as `keyboard` does.
        """
        before = self.page.viewport_size
        self.keyboard()
        for size in (None, NARROW, ZOOMED):
            if size is not None:
                self.page.set_viewport_size(size)
            # One column wider than the window: somebody would have to scroll in two directions.
            assert self.page.evaluate(OVERFLOW) <= 0, f"wider than {size or before}"
            assert self.page.evaluate(BROKEN) == [], f"a place whose name breaks inside a word at {size or before}"
            for scheme in THEMES:
                self.page.emulate_media(color_scheme=scheme)
                # A theme changes colours and nothing else.
                found = self.violations(colours_only=scheme == "dark")
                assert found == [], f"{scheme}, {size or before}: {found}"
        self.page.emulate_media(color_scheme="light")
        if before is not None:
            self.page.set_viewport_size(before)
        # After so many sizes a browser without a screen once drew nothing more: what is not drawn cannot be pressed.
        self.page.bring_to_front()
        judged(self.page.url, JUDGED_BY_AXE)

    def keyboard(self) -> None:
        """Fail when the keyboard alone does not reach what is on the screen, or does not show where one stands."""
        # What was drawn anew meanwhile, because something came, is no longer what was asked for.
        found = unreachable(self.page) and unreachable(self.page)
        assert found == [], "\n".join(found)
        judged(self.page.url, KEYBOARD)
