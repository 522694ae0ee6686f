"""Somebody who has a keyboard and no mouse, and somebody who listens: what they do, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

Role = Literal["button", "link", "textbox", "radio", "checkbox", "combobox", "heading"]
# More stops than a screen has.
MOST = 150
_FOCUSED = "(one) => one === document.activeElement"
# What a screen reader tells: words that change in a region that was there before, and alerts whenever they come.
_LISTEN = """() => {
  window.voletHeard = [];
  const region = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("[role=status], [role=alert]");
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const before = region(target);
      if (before) voletHeard.push(before.textContent);
      for (const added of addedNodes) {
        if (added.nodeType !== 1) continue;
        for (const alert of [added, ...added.querySelectorAll("*")])
          if (alert.matches("[role=alert]")) voletHeard.push(alert.textContent);
      }
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
# Each wording that a line went through: what stands between an answer and its proof is gone in milliseconds.
_FOLLOW = """(words) => {
  window.voletStates = [];
  const note = () => {
    for (const { textContent: said } of document.querySelectorAll("li"))
      if (said.includes(words) && voletStates.at(-1) !== said) voletStates.push(said);
  };
  note();
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@dataclass
class Hands:
    """A page that nobody points at."""

    page: Page

    def to(self, role: Role, name: str) -> None:
        """Go to what bears that name by Tab alone, from where one stands."""
        wanted = self.page.get_by_role(role, name=name).first
        wanted.wait_for()
        for _ in range(MOST):
            if wanted.evaluate(_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {role} {name}")

    def press(self, role: Role, name: str, key: str = "Enter") -> None:
        """Go there and press a key."""
        self.to(role, name)
        self.page.keyboard.press(key)

    def write(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.to("textbox", name)
        self.page.keyboard.type(text)

    def listen(self) -> None:
        """Hear from now on, for as long as the page is not loaded anew."""
        self.page.evaluate(_LISTEN)

    def hears(self, words: str) -> None:
        """Wait until it was told."""
        self.page.wait_for_function("(words) => voletHeard.some((one) => one.includes(words))", arg=words)

    def follow(self, words: str) -> None:
        """Note from now on how the line that holds these words reads, each time that it changes."""
        self.page.evaluate(_FOLLOW, words)

    def followed(self, *wordings: str) -> None:
        """Fail unless the line said each of these, one after the other."""
        states = iter(self.page.evaluate("() => voletStates"))
        for wording in wordings:
            assert any(wording in one for one in states), wording
