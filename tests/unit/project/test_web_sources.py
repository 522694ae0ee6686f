"""What the sources of the web client must not hold: a colour outside the tokens, a text outside the languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.screens import ROOT

WEB = ROOT / "clients" / "web"
TOKENS = WEB / "src" / "styles" / "tokens.css"
_COLOUR = r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\("
_NAMED = (
    r":[^;{]*\b(?:white|black|gr[ae]y|silver|red|green|blue|yellow|orange|purple|navy|teal|olive|maroon|aqua|lime)\b"
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Between two tags, or in an attribute that is read out: letters that no language chose.
_TEXT = re.compile(r">\s*([A-Za-zÀ-ÿ][^<>{}=;()]*?)\s*</|\b(?:aria-label|title|alt|placeholder|label)=\"([^\"]+)\"")


def sources(*endings: str) -> list[Path]:
    """Return the sources of the web client with these endings, its tests left out."""
    found = [path for path in sorted((WEB / "src").rglob("*")) if path.suffix in endings]
    return [path for path in found if ".test." not in path.name]


def _named(path: Path) -> str:
    return str(path.relative_to(WEB))


def test_no_style_sheet_has_a_colour_of_its_own() -> None:
    found = {
        _named(path): hits
        for path in sources(".css")
        if path != TOKENS
        and (hits := re.findall(f"{_COLOUR}|{_NAMED}", _COMMENT.sub("", path.read_text("utf-8")), re.MULTILINE))
    }
    assert found == {}


def test_no_screen_has_a_colour_of_its_own() -> None:
    found = {
        _named(path): hits
        for path in sources(".ts", ".tsx")
        if (
            hits := re.findall(
                r"[\"'`](?:#[0-9a-fA-F]{3,8}|(?:rgba?|hsla?|oklch)\([^\"'`]*)[\"'`]", path.read_text("utf-8")
            )
        )
    }
    assert found == {}


def test_what_the_browser_paints_around_the_page_is_a_token() -> None:
    tokens = TOKENS.read_text("utf-8")
    page = re.findall(r'name="theme-color" content="([^"]+)"', (WEB / "index.html").read_text("utf-8"))
    manifest = json.loads((WEB / "public" / "app.webmanifest").read_text("utf-8"))
    painted = [*page, manifest["theme_color"], manifest["background_color"]]
    assert [colour for colour in painted if f"({colour}," not in tokens] == []


def test_every_token_that_a_style_names_exists() -> None:
    styles = "".join(path.read_text("utf-8") for path in sources(".css"))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", styles)) - set(re.findall(r"(--[a-z0-9-]+):", styles)) == set()


def test_no_text_stands_in_a_screen_outside_the_languages() -> None:
    found = {
        _named(path): hits
        for path in sources(".tsx")
        if (hits := ["".join(hit) for hit in _TEXT.findall(_COMMENT.sub("", path.read_text("utf-8")))])
    }
    assert found == {}
