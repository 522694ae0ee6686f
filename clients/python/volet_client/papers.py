"""Papers for somebody without account: the document itself, and the slip that goes with a sealed one (F21, F25).

Plain HTML to print, no script, nothing fetched from anywhere: whatever somebody wrote is escaped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from volet_protocol.case_reference import reference_of

_STYLE = (
    "body{font:11pt/1.45 serif;max-width:42em;margin:2em auto;padding:0 1em}h1{font-size:15pt}h2{font-size:12pt}"
    "pre{font:inherit;white-space:pre-wrap}footer{border-top:1px solid;margin-top:2em;font-size:9pt}"
    "td{padding:.2em 1em .2em 0;vertical-align:top}"
)


@dataclass(frozen=True)
class Written:
    """One entry as it is printed: title, author as this client names them, when, which part of the case, the text."""

    title: str
    author: str
    time_ms: int
    part: str
    text: str


@dataclass(frozen=True)
class Slip:
    """What a transmission slip says: to whom, when, by which means, the file and its SHA-256, the leaf in the log."""

    recipient: str
    sent_ms: int
    means: str
    entries: int
    file: str
    sha256: str
    leaf: int
    basis: str


def document(entries: Sequence[Written], case: str, printed_ms: int, recipient: str) -> bytes:
    """Return entries as one page to print, with the footer of every paper (F25)."""
    parts = [
        f"<h2>{escape(one.title)}</h2><p>{escape(one.part)} — {escape(one.author)}, {_when(one.time_ms)}</p>"
        f"<pre>{escape(one.text)}</pre>"
        for one in entries
    ]
    footer = f"Document confidentiel, remis à {escape(recipient)}. Dossier {reference_of(case)}. {_when(printed_ms)}."
    return _page("Document transmis", "".join(parts) + f"<footer>{footer}</footer>")


def transmission_slip(slip: Slip) -> bytes:
    """Return the slip to keep: it holds nothing of the content, and not the passphrase."""
    rows = (
        ("Destinataire", slip.recipient), ("Date et heure", _when(slip.sent_ms)), ("Moyen", slip.means),
        ("Fondement", slip.basis), ("Nombre de documents", str(slip.entries)), ("Fichier", slip.file),
        ("Empreinte SHA-256", slip.sha256), ("Inscription au journal", f"n° {slip.leaf}"),
    )  # fmt: skip
    table = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    note = (
        "<p>La phrase de passe se dit de vive voix, au numéro que vous connaissez du destinataire ; jamais dans le "
        "même envoi que le fichier.</p>"
    )
    return _page("Bordereau de transmission", f"<table>{table}</table>{note}")


def _page(title: str, body: str) -> bytes:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>\n"
    ).encode()


def _when(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y à %H:%M")
