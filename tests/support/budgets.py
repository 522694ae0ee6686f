"""What a moment of work costs a user: screens, taps, photos and time, counted by the browser itself and printed.

A tap is a press of finger or mouse, Enter or space on anything but a text, and two for a choice in a list that opens.
A screen is a title that is shown. Typing is no tap; a photo is counted by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from playwright.sync_api import Page

_REPORT = "voletBudget"
_FOLLOW = """() => {
  if (window.voletFollowed) return;
  window.voletFollowed = true;
  const tell = (what, text = "") => void window.voletBudget(what, text);
  const isText = (one) => one instanceof HTMLTextAreaElement ||
    (one instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit", "file"].includes(one.type));
  addEventListener("pointerdown", () => tell("tap"), true);
  addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && !isText(event.target)) tell("tap");
  }, true);
  addEventListener("change", ({ target }) => {
    if (target instanceof HTMLSelectElement) { tell("tap"); tell("tap"); }
    if (target instanceof HTMLInputElement && target.type === "file") tell("photo");
  }, true);
  let title = "";
  const look = () => {
    const shown = document.querySelector("h1")?.textContent ?? "";
    if (shown !== "" && shown !== title) { title = shown; tell("screen", shown); }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  look();
}"""


@dataclass
class Counter:
    """What is counted on one page from `count` on."""

    page: Page
    name: str
    say: Callable[[str], None]
    screens: list[str] = field(default_factory=list[str])
    taps: int = 0
    photos: int = 0
    began: float = field(default_factory=monotonic)

    def take(self, what: str, text: str) -> None:
        """Count what the page tells."""
        if what == "screen":
            # The same title again is the same screen, loaded again.
            self.screens += [text] if self.screens[-1:] != [text] else []
        elif what == "photo":
            self.photos += 1
        else:
            self.taps += 1

    def within(
        self,
        *,
        screens: int | None = None,
        taps: int | None = None,
        photos: int | None = None,
        seconds: int | None = None,
    ) -> None:
        """Print what was counted beside what is allowed, and fail above it. Seconds are printed and never judged."""
        # What the page told before this question has arrived when its answer does.
        self.page.evaluate("() => true")
        counted = {"screens": len(self.screens), "taps": self.taps, "photos": self.photos}
        allowed = {"screens": screens, "taps": taps, "photos": photos}
        kept = {what: most for what, most in allowed.items() if most is not None}
        told = [f"{counted[what]} of {most} {what}" for what, most in kept.items()]
        if seconds is not None:
            told.append(f"{monotonic() - self.began:.0f} of {seconds} s")
        line = f"budget: {self.name}: {', '.join(told)}"
        self.say(line)
        assert all(counted[what] <= most for what, most in kept.items()), f"{line} ({' > '.join(self.screens)})"


# What is counted now on each page: a page keeps its binding as long as it lives.
_COUNTING: dict[Page, Counter] = {}


def count(page: Page, name: str, say: Callable[[str], None]) -> Counter:
    """Count on this page from now on, the screen it shows included, in the place of what was counted on it before."""
    counter = Counter(page, name, say)
    if page not in _COUNTING:
        page.expose_binding(_REPORT, lambda _source, what, text: _COUNTING[page].take(what, text))
        page.add_init_script(f"({_FOLLOW})()")
    _COUNTING[page] = counter
    page.evaluate(_FOLLOW)
    counter.screens = page.locator("h1").all_text_contents()[:1]
    return counter
