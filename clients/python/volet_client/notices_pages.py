"""A filled text as it is printed: plain text for a terminal, or one page of HTML that needs nothing from outside.

The page holds its own style, no script, no image, no address to fetch: it can be opened off line, and opening it tells
nobody. What people typed is escaped.
"""

from __future__ import annotations

import textwrap
from html import escape

from volet_client.notices_words import spoken
from volet_client.texts import Filled, Paragraph

WIDTH = 88
EASY = "falc"
_STYLE = (
    "@page{size:A4;margin:14mm 18mm}"
    "body{font:10.5pt/1.3 sans-serif;color:#000;background:#fff;max-width:174mm;margin:0 auto}"
    "h1{font-size:15pt;margin:0 0 4mm}h2{font-size:11pt;margin:3mm 0 .5mm}p,ul{margin:0 0 1mm}ul{padding-left:6mm}"
    "footer{margin-top:5mm;border-top:1px solid #000;padding-top:1mm;font-size:8.5pt}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_text(filled: Filled, footer: str = "") -> str:
    """Return plain text of at most 88 columns; easy French keeps one sentence a line."""
    parts = [filled.text.title.upper()]
    for paragraph in filled.paragraphs:
        parts += [f"{paragraph.title}\n{'-' * len(paragraph.title)}"] if paragraph.title else []
        parts.append("\n\n".join(_wrapped(block, easy=_easy(filled)) for block in _blocks(paragraph)))
    parts += [textwrap.fill(footer, WIDTH)] if footer else []
    return "\n\n".join(part for part in parts if part) + "\n"


def as_html(filled: Filled, footer: str = "") -> str:
    """Return one page of HTML, whole in itself."""
    lang = spoken(filled.text.lang)
    title = escape(filled.text.title)
    body = "".join(_html(paragraph, easy=_easy(filled)) for paragraph in filled.paragraphs)
    foot = f"<footer>{escape(footer)}</footer>" if footer else ""
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}{foot}</body></html>\n"
    )


def _easy(filled: Filled) -> bool:
    return filled.text.lang == EASY


def _blocks(paragraph: Paragraph) -> list[str]:
    return [block for block in paragraph.words.split("\n\n") if block.strip()]


def _wrapped(block: str, *, easy: bool) -> str:
    lines = block.split("\n")
    if easy or all(line.startswith("- ") for line in lines):
        return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines)
    return textwrap.fill(" ".join(lines), WIDTH)


def _html(paragraph: Paragraph, *, easy: bool) -> str:
    heading = f"<h2>{escape(paragraph.title)}</h2>\n" if paragraph.title else ""
    return heading + "".join(_html_block(block, easy=easy) for block in _blocks(paragraph))


def _html_block(block: str, *, easy: bool) -> str:
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>\n"
    return f"<p>{('<br>' if easy else ' ').join(escape(line) for line in lines)}</p>\n"
