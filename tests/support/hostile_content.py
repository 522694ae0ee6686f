"""What somebody who may write in a case could write to harm whoever reads it, and what a page must then still be."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from playwright.sync_api import Page

from support.browser_watch import STILL

# Runs only if something of it became markup or script: the page is watched, and says it on its console.
MARKUP: Final = "\"'><img src=x onerror=hostile()><x-hostile onclick=hostile()></x-hostile><script>hostile()</script>"
SCHEMES: Final = "javascript:hostile() data:text/html,<script>hostile()</script> {{hostile()}} ${hostile()} %00"
OVERRIDE: Final = "\u202etxt.emmargorp \u2066\u2067 fermé nulle part"
ARABIC: Final = "\u0648\u0635\u0641\u0629 \u0637\u0628\u064a\u0629 123 (\u05e9\u05dc\u05d5\u05dd)"
ZERO_WIDTH: Final = "Or\u200bdon\u200dnan\u2060ce\ufeff \u00ad\u034f" + "\u200b" * 60
STACKED: Final = "Q" + "\u0489" * 150
LONG_WORD: Final = "W" * 200
EMOJI: Final = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 28
# Every other control character is refused by the format (tests/unit/protocol).
CONTROLS: Final = "a\u2028b\u2029c\nd\n\n\n\n\n\n\n\ne\ufffcf\ufffdg\ue000h\ufff9i"
WORDS: Final = (MARKUP, SCHEMES, OVERRIDE, ARABIC, ZERO_WIDTH, STACKED, LONG_WORD, EMOJI, CONTROLS)
# A label holds no line end and no mark that reorders text: the protocol refuses those (tests/unit/protocol).
LABEL: Final = "<img src=x onerror=hostile()>&amp;" + "L" * 150

_SCRIPT: Final = b"<script>hostile()</script>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="hostile()">' + _SCRIPT + b"</svg>"
HTML: Final = b"<!doctype html><meta http-equiv=refresh content='0;url=http://example.invalid/'>" + _SCRIPT
PDF: Final = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O<</S/URI/URI(http://example.invalid/)>>>>>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


# A few bytes that ask for fourteen gigabytes of pixels.
BOMB: Final = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0" * 4096))
    + _chunk(b"IEND", b"")
)
TEXT: Final = f"{MARKUP}\n{OVERRIDE}\n".encode()
# Name, media type as its author says it, bytes: a name may be as long as a label.
FILES: Final = (
    ("facture.pdf\u200b.html", "image/png", HTML),
    ("<svg onload=hostile()>.svg", "image/svg+xml", SVG),
    ("L" * 240 + ".pdf", "text/html", PDF),
    ("bombe.png", "text/html", BOMB),
    ("\"onmouseover='hostile()' .txt", "text/plain", TEXT),
)

HOSTILE = "window.hostile = () => console.error('hostile content ran')"
_FOUND = """() => {
  const found = [];
  const never = "x-hostile, [onerror], [onload], [onclick], [onmouseover], main script, object, embed";
  const made = document.querySelectorAll(never);
  if (made.length > 0) found.push(`markup: ${[...made].map((one) => one.outerHTML.slice(0, 80))}`);
  for (const one of document.querySelectorAll("main img, iframe")) {
    if (!one.src.startsWith("blob:")) found.push(`address: ${one.src}`);
  }
  for (const one of document.querySelectorAll("a[href]")) {
    if (!/^(https?|blob):/.test(one.href)) found.push(`link: ${one.href}`);
  }
  const turns = /[\\u0590-\\u08ff\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    if (!turns.test(text.data) || text.parentElement.closest("textarea, option, title")) continue;
    let held = text.parentElement;
    while (held !== null && !/isolate|plaintext/.test(getComputedStyle(held).unicodeBidi)) held = held.parentElement;
    if (held?.matches("main *") !== true) found.push(`direction: ${text.data.slice(0, 40)}`);
  }
  if (turns.test(document.title) || document.title.length > 80) found.push(`title: ${document.title}`);
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) {
    const isOut = (one) => one.getBoundingClientRect().right > innerWidth;
    const wide = [...document.querySelectorAll("body *")].filter(isOut);
    found.push(`wider than the window by ${over}: ${wide.map((one) => `${one.tagName}.${one.className}`)}`);
  }
  return found;
}"""


def check_inert(page: Page) -> None:
    """Fail when a text became markup, a link or an address, turns what stands around it, or widens the page."""
    # Lines break once their letters are there: a script of the world may come a moment after its words.
    page.evaluate("() => document.fonts.ready.then(() => undefined)")
    page.evaluate(STILL)
    found: list[str] = page.evaluate(_FOUND)
    assert not found, f"{page.url}: {found}"
