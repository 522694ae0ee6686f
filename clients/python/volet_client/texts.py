"""The texts that the law wants the person to be given: by kind, version and language, each with its blanks.

A text is a Markdown file of `policies/notices`: front matter, a title, paragraphs under headings. `{#oppose}` after a
heading says which elements of `elements.csv` its paragraph answers (CSP D1110-3-1, R1110-3; GDPR 13). What a fact
names is the SHA-256 of the file: blanks are filled afterwards, and nobody's name goes into a hash that the hub sees.
`falc` is French that is easy to read and understand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from volet_client.errors import UsageError
from volet_client.resources import policies
from volet_client.words import Said
from volet_protocol.hashing import sha256

LANGS = ("fr", "falc", "en")
NOTICES = ("general", "cross-category", "consent", "mdph", "request", "emergency")
RECEIPTS = ("receipt", "refusal", "withdrawal")
KINDS = (*NOTICES, *RECEIPTS)
# Which text precedes which consent (D1110-3-1; CASF L241-10; R43).
OF_CONSENT: Mapping[str, str] = {
    "share_outside_team": "consent",
    "mdph_exchange": "mdph",
    "person_request_to_third_party": "request",
}
BLANK = "…" * 12

_FILE = re.compile(r"(?P<kind>[a-z-]+)-v(?P<version>[1-9][0-9]*)\.(?P<lang>fr|falc|en)\.md")
_HEADING = re.compile(r"## (?P<title>[^{}\n]+?) \{(?P<anchors>#[a-z-]+(?: #[a-z-]+)*)\}")
_BLANK = re.compile(r"\{([a-z_]+)\}")
BLANKS = frozenset(
    {
        "code", "contact", "controller", "done_on", "dpo", "given_on", "information", "means", "person", "reason",
        "recipients", "structure", "support", "text", "until",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Paragraph:
    """A heading, the elements it answers, and its words, blanks unfilled. The first has neither of the former."""

    title: str
    answers: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Text:
    """One version of one text; `hash` is the SHA-256 of its file, which a notice or a consent names."""

    kind: str
    version: int
    lang: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    hash: str

    @property
    def name(self) -> str:
        """What a paper says of it: kind, version, language, and the start of the hash."""
        return f"{self.kind} v{self.version} {self.lang} ({self.hash[:16]})"

    @property
    def blanks(self) -> frozenset[str]:
        """What the client fills in."""
        return frozenset(name for paragraph in self.paragraphs for name in _BLANK.findall(paragraph.words))

    @property
    def answered(self) -> frozenset[str]:
        """The elements that some paragraph answers."""
        return frozenset(answer for paragraph in self.paragraphs for answer in paragraph.answers)


@dataclass(frozen=True)
class Element:
    """Something the law wants said: where it says so, in which kinds of text, and words that show it is said."""

    id: str
    article: str
    kinds: frozenset[str]
    says: Mapping[str, str]
    sentence: str


@dataclass(frozen=True)
class Filled:
    """A text with its blanks filled; `missing` names those that were not, each left as a dotted line."""

    text: Text
    paragraphs: tuple[Paragraph, ...]
    missing: tuple[str, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of the words as handed over: for the annex, never for a fact."""
        return sha256(self.plain().encode()).hex()

    def plain(self) -> str:
        """Return the words as plain text."""
        parts = [self.text.title]
        for paragraph in self.paragraphs:
            parts += [paragraph.title] if paragraph.title else []
            parts.append(paragraph.words)
        return "\n\n".join(part for part in parts if part) + "\n"


def folder() -> Path:
    """Return where the texts are."""
    return policies() / "notices"


@cache
def elements() -> tuple[Element, ...]:
    """Return everything the law wants said, as `elements.csv` lists it."""
    with (folder() / "elements.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Element(
                line["id"],
                line["article"],
                frozenset(line["kinds"].split("|")),
                {lang: line[f"says_{lang}"] for lang in LANGS},
                line["sentence"],
            )
            for line in csv.DictReader(file)
        )


@cache
def every_text() -> tuple[Text, ...]:
    """Return all texts of all versions, oldest version first; raise `ValueError` for a file that is no text."""
    texts = [read_text(path.name, path.read_bytes()) for path in sorted(folder().glob("*.md"))]
    return tuple(sorted(texts, key=lambda text: (text.kind, text.lang, text.version)))


def newest(kind: str, lang: str) -> Text:
    """Return the version of a text that is handed over now."""
    found = [text for text in every_text() if (text.kind, text.lang) == (kind, lang)]
    if not found:
        raise UsageError(
            Said(f"Aucun texte « {kind} » en « {lang} ».", f"No text `{kind}` in `{lang}`."),
            Said(f"{', '.join(KINDS)} ; {', '.join(LANGS)}", f"{', '.join(KINDS)}; {', '.join(LANGS)}"),
        )
    return found[-1]


def by_hash(hash_: str) -> Text | None:
    """Return the text that a fact names, None for one that this version does not know."""
    return next((text for text in every_text() if text.hash == hash_), None)


def read_text(name: str, data: bytes) -> Text:
    """Read a file strictly; raise `ValueError` naming what is wrong with it."""
    found = _FILE.fullmatch(name)
    if found is None:
        raise ValueError(f"{name}: not the name of a text")
    head, _, rest = data.decode("utf-8").partition("\n---\n\n# ")
    stated = f"---\nkind: {found['kind']}\nversion: {found['version']}\nlang: {found['lang']}"
    if head != stated or found["kind"] not in KINDS:
        raise ValueError(f"{name}: front matter")
    title, _, body = rest.partition("\n")
    paragraphs = tuple(_paragraphs(name, body))
    return Text(found["kind"], int(found["version"]), found["lang"], title, paragraphs, sha256(data).hex())


def _paragraphs(name: str, body: str) -> list[Paragraph]:
    first, *others = re.split(r"^(?=## )", body, flags=re.MULTILINE)
    paragraphs = [Paragraph("", (), first.strip())]
    known = {element.id for element in elements()}
    for part in others:
        line, _, words = part.partition("\n")
        found = _HEADING.fullmatch(line)
        answers = () if found is None else tuple(anchor.removeprefix("#") for anchor in found["anchors"].split())
        if found is None or not words.strip() or not known.issuperset(answers):
            raise ValueError(f"{name}: {line}")
        paragraphs.append(Paragraph(found["title"], answers, words.strip()))
    for paragraph in paragraphs:
        unknown = set(_BLANK.findall(paragraph.words)) - BLANKS
        if unknown:
            raise ValueError(f"{name}: blank {min(unknown)}")
    return paragraphs


def fill(text: Text, values: Mapping[str, str | Sequence[str]]) -> Filled:
    """Fill the blanks: a list alone on its line becomes one line an item; what is not given becomes a dotted line."""
    given = {name: value for name, value in values.items() if value or name == "support"}
    paragraphs = tuple(
        Paragraph(paragraph.title, paragraph.answers, _filled(paragraph.words, given)) for paragraph in text.paragraphs
    )
    return Filled(text, paragraphs, tuple(sorted(text.blanks - given.keys())))


def _filled(words: str, given: Mapping[str, str | Sequence[str]]) -> str:
    return "\n".join(_filled_line(line, given) for line in words.split("\n"))


def _filled_line(line: str, given: Mapping[str, str | Sequence[str]]) -> str:
    separator, lead = ("\n", "- ") if _BLANK.fullmatch(line) else (" ; ", "")

    def value(found: re.Match[str]) -> str:
        what = given.get(found[1], BLANK)
        return what if isinstance(what, str) else separator.join(lead + item for item in what)

    return _BLANK.sub(value, line).rstrip()
