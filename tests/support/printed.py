"""What comes out of the printer: the words of each page of the PDF file that the browser prints."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping

from playwright.sync_api import Page

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAGE = re.compile(rb"/Type\s*/Page\b")
_FONTS = re.compile(rb"/Font <<(.*?)>>", re.DOTALL)
_NAMED = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|(ET)")
_CHAR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\r?\n")
_RANGE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]{4})>")


def printed(page: Page) -> list[str]:
    """Print the page on A4 and return the words of each sheet, a line for each run of letters."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(page.pdf(format="A4"))}
    return [_words(one, objects) for one in objects.values() if _PAGE.search(one)]


def _words(sheet: bytes, objects: Mapping[int, bytes]) -> str:
    named = _FONTS.search(sheet)
    fonts = {name: _letters(objects[int(at)], objects) for name, at in _NAMED.findall(named[1] if named else b"")}
    content = _stream(objects[_reference(sheet, b"Contents")])
    letters: Mapping[int, str] = {}
    said: list[str] = []
    for font, shown, end in _SHOWN.findall(content):
        if font:
            letters = fonts[font]
        elif end:
            said.append("\n")
        else:
            said += [letters.get(int(shown[at : at + 4], 16), "") for at in range(0, len(shown), 4)]
    # Two letters that a font draws as one are two again.
    return unicodedata.normalize("NFKC", "".join(said))


def _letters(font: bytes, objects: Mapping[int, bytes]) -> Mapping[int, str]:
    """Return which letter each sign of a font stands for."""
    told = _stream(objects[_reference(font, b"ToUnicode")])
    found = {int(sign, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for sign, letter in _CHAR.findall(told)}
    for given in _RANGE.findall(told):
        first, last, letter = (int(one, 16) for one in given)
        found |= {sign: chr(letter + sign - first) for sign in range(first, last + 1)}
    return found


def _reference(where: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", where)
    assert found is not None, name
    return int(found[1])


def _stream(found: bytes) -> bytes:
    held = _STREAM.search(found)
    assert held is not None
    return zlib.decompress(held[1])
