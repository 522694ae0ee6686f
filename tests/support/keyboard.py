"""The keyboard alone on one screen: Tab reaches all that can be acted on, and where one stands is always seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# What can be acted on here: in sight, not switched off, of a group of choices the one that Tab stops at.
_FOLLOW = """() => {
  const modal = document.querySelector("dialog:modal");
  const wanted = [...(modal ?? document).querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")].filter(
      (one) => !one.disabled && one.tabIndex >= 0 && !one.closest("[inert]") &&
        one.checkVisibility({ visibilityProperty: true }));
  const stops = wanted.filter((one) => one.type !== "radio" || one.checked ||
    !wanted.some((other) => other.type === "radio" && other.name === one.name && (other.checked ||
      other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)));
  const unseen = new Set();
  const reached = new Set();
  const follow = ({ target }) => {
    reached.add(target);
    const looks = [target, target.closest("label")].filter((one) => one !== null).map((one) => getComputedStyle(one));
    const seen = looks.some((look) => (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) ||
      look.boxShadow !== "none");
    if (!seen) unseen.add(target);
  };
  addEventListener("focusin", follow, true);
  const named = (one) => (one.isConnected ? one.outerHTML.slice(0, 120) : undefined);
  const alive = (ones) => ones.map(named).filter((one) => one !== undefined);
  const before = document.activeElement;
  before?.blur();
  scrollTo(0, 0);
  getSelection().collapse(document.body, 0);
  window.voletKeyboard = {
    left: () => alive(stops.filter((one) => !reached.has(one))),
    unseen: () => alive([...unseen]),
    end: () => {
      removeEventListener("focusin", follow, true);
      document.activeElement?.blur();
      before?.focus();
      scrollTo(0, 0);
    },
  };
  return stops.length;
}"""
# More stops than elements: a date has three, a preview its own.
_MORE = 40


def unreachable(page: Page) -> list[str]:
    """Press Tab through the screen; return what was not reached and where one would not have seen oneself stand."""
    stops = int(page.evaluate(_FOLLOW))
    left: list[Any] = []
    for pressed in range(stops + _MORE):
        page.keyboard.press("Tab")
        if pressed % 10 == 9 or pressed >= stops:
            left = page.evaluate("() => voletKeyboard.left()")
            if not left:
                break
    unseen = page.evaluate("() => voletKeyboard.unseen()")
    page.evaluate("() => voletKeyboard.end()")
    return [*(f"not reached: {one}" for one in left), *(f"focus not seen: {one}" for one in unseen)]
