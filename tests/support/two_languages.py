"""What a screen says, in each language that it speaks: what is the same in both was translated by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import Page

# Whatever is read or heard: texts, and the names that only who listens meets. Not what people or machines wrote, nor a
# text whose words are signed as they stand: it says of itself which language it is in.
_SAID = """() => {
  const unsaid = "script, style, code, bdi, textarea, .code, .card-text, .words, body [lang]";
  const said = new Set([document.title]);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode())
    if (node.parentElement.closest(unsaid) === null) said.add(node.data);
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    for (const name of ["aria-label", "placeholder", "title", "alt"]) said.add(one.getAttribute(name) ?? "");
  return [...said].map((one) => one.trim()).filter((one) => one !== "");
}"""
# A word: three letters or more, not beside the digits of a key, an address or a reference.
_WORD = re.compile(r"(?<!\S)[^\s\d]*[^\W\d_]{3,}[^\s\d]*(?!\S)")


def said(page: Page) -> frozenset[str]:
    """Return the texts of the screen, with the names of what has no text."""
    return frozenset(page.evaluate(_SAID))


def speak(page: Page, language: str) -> None:
    """Let the browser prefer a language from the next load on, as its settings do."""
    agent = str(page.evaluate("() => navigator.userAgent"))
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})


def untranslated(one: Iterable[str], other: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return what both say alike, but for what is `known` to be nobody's to translate."""
    alike = set(one) & set(other)
    found: list[str] = []
    for text in sorted(alike):
        left = text
        for name in known:
            left = left.replace(name, "")
        if _WORD.search(left):
            found.append(text)
    return found
