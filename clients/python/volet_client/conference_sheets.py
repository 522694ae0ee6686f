"""The sheets of a conference, each one printable page of HTML in French: information, attendance, minutes (F22, F25).

No image, style sheet or script from elsewhere: a page prints the same off line, and opening it tells nobody. Whatever
somebody wrote is escaped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from volet_protocol.case_reference import reference_of
from volet_protocol.fact_meetings import REPRESENTED, TAKES_PART, Conference
from volet_protocol.meeting_words import Announcement, Minutes

INFORMATION, ATTENDANCE, MINUTES = "information", "attendance", "minutes"
SHEETS = (INFORMATION, ATTENDANCE, MINUTES)
PURPOSES_FR = {
    "care": "soins", "coordination": "coordination du parcours", "mdph_evaluation": "évaluation MDPH",
    "eviction_prevention": "prévention de l'expulsion", "protection_measure": "mesure de protection",
}  # fmt: skip
_PERSON = {
    TAKES_PART: "participe à la réunion", REPRESENTED: "y est représentée", "declined": "ne souhaite pas y participer",
    "unable": "ne peut pas y participer", "other": "n'y participe pas",
}  # fmt: skip
_STYLE = """
@page{size:A4;margin:18mm}body{font:12pt/1.45 sans-serif;color:#000;max-width:44em;margin:1em auto}
h1{font-size:17pt;margin:0 0 .4em}h2{font-size:13pt;margin:1em 0 .2em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #444;padding:.4em;text-align:left;vertical-align:top}td.sign{width:34%;height:2.6em}
footer{margin-top:1.6em;border-top:1px solid #444;font-size:9pt}
"""


@dataclass(frozen=True)
class Sheet:
    """What every page says at its foot: local name of the person, reference of the case, who printed, when."""

    name: str
    case: str
    printed_by: str
    printed_ms: int


def information(sheet: Sheet, fact: Conference, words: Announcement, told: Sequence[str]) -> str:
    """Return the page handed to the person: why, who, which documents, until when, and what they may refuse."""
    sentences = "".join(f"<li>{escape(line)}</li>" for line in told)
    documents = len(fact.entries)
    count = "aucun document" if not documents else f"{documents} document{'s' if documents > 1 else ''} du dossier"
    rights = (
        "Vous pouvez venir, vous faire représenter, demander qu'une personne ne soit pas là, ou refuser qu'un document "
        "soit montré. Dites-le à qui vous voulez de l'équipe : par oral, par téléphone ou par écrit. C'est immédiat."
    )
    return _page(
        sheet,
        "Une réunion à votre sujet",
        _when(words)
        + f"<h2>Pourquoi</h2><p>{_text(words.purpose)} ({escape(PURPOSES_FR[fact.purpose])}).</p>"
        + _agenda(words)
        + f"<h2>Qui sera là</h2>{_people(words)}"
        + f"<p>Vous-même : la personne accompagnée {_PERSON[fact.person]}. {_text(words.without_person or '')}</p>"
        + f"<h2>Ce qui sera lu</h2><p>{count}, jusqu'à sept jours après la réunion, puis plus rien.</p>"
        + f"<ul>{sentences}</ul><h2>Vos droits</h2><p>{rights}</p>",
    )


def attendance(sheet: Sheet, fact: Conference, words: Announcement) -> str:
    """Return the page that is signed at the door; the person and whoever represents them have a line of their own."""
    lines = [(one.name, one.function, one.structure or "") for one in words.people]
    lines.insert(0, (sheet.name, f"personne accompagnée ({_PERSON[fact.person]})", ""))
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(function)}</td><td>{escape(structure)}</td><td class=sign></td></tr>"
        for name, function, structure in [*lines, ("", "", ""), ("", "", "")]
    )
    head = "<tr><th>Nom</th><th>Fonction</th><th>Structure</th><th>Signature</th></tr>"
    return _page(sheet, "Feuille de présence", f"{_when(words)}<table>{head}{rows}</table>")


def minutes_page(sheet: Sheet, words: Announcement, minutes: Minutes) -> str:
    """Return the minutes for whoever has no account."""
    rows = "".join(
        f"<tr><td>{_text(one.text)}</td><td>{escape(one.who)}</td>"
        f"<td>{'' if one.due_ms is None else _day(one.due_ms)}</td></tr>"
        for one in minutes.decisions
    )
    head = "<tr><th>Quoi</th><th>Qui</th><th>Pour quand</th></tr>"
    decided = f"<h2>Décisions</h2><table>{head}{rows}</table>" if rows else ""
    present = escape(", ".join(minutes.present))
    return _page(
        sheet,
        "Compte rendu de réunion",
        f"{_when(words)}<p>Présents : {present}</p>{_agenda(words)}<h2>Compte rendu</h2><p>{_text(minutes.text)}</p>"
        + decided,
    )


def _page(sheet: Sheet, title: str, body: str) -> str:
    foot = (
        f"{escape(sheet.name)} · dossier {reference_of(sheet.case)} · imprimé le {_instant(sheet.printed_ms)} par "
        f"{escape(sheet.printed_by)} · document confidentiel"
    )
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}<footer>{foot}</footer></body></html>\n"
    )


def _when(words: Announcement) -> str:
    end = _local(words.until_ms).strftime("%H:%M")
    return f"<p><strong>{_instant(words.from_ms)} à {end}</strong>, {_text(words.place)}</p>"


def _agenda(words: Announcement) -> str:
    return "<h2>Ordre du jour</h2><ol>" + "".join(f"<li>{_text(point)}</li>" for point in words.agenda) + "</ol>"


def _people(words: Announcement) -> str:
    lines = (
        f"<li>{escape(one.name)}, {escape(one.function)}{', ' + escape(one.structure) if one.structure else ''}</li>"
        for one in words.people
    )
    return f"<ul>{''.join(lines)}</ul>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _local(time_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC).astimezone()


def _day(time_ms: int) -> str:
    return _local(time_ms).strftime("%d/%m/%Y")


def _instant(time_ms: int) -> str:
    return _local(time_ms).strftime("%d/%m/%Y, %H:%M")
