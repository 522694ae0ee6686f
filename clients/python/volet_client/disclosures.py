"""To whom what went, as an account that is printed and handed over (GDPR article 15.1 c; design of the log).

What left on paper or as a file, what was put before somebody by name, what was read in an emergency, one line each; and
who consulted, counted by function and service. Pure: verified acts in, the account out; the same acts as on a screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from volet_client.accesses import READ, TAKEN_OUT, Reader, reader_of
from volet_client.audit import Access
from volet_client.words import FRENCH, Said
from volet_protocol.case_reference import reference_of

COMMUNICATED = frozenset({"opening", "exchange"})
_STYLE = (
    "body{font:11pt/1.45 serif;max-width:48em;margin:2em auto;padding:0 1em}h1{font-size:15pt}h2{font-size:12pt}"
    "li{margin:.2em 0}footer{border-top:1px solid;margin-top:2em;font-size:9pt}"
)
_TITLE = Said("Relevé des communications", "Account of disclosures")
_HEADINGS = {
    "left": Said("Sorti sur papier ou en fichier", "Left on paper or as a file"),
    "communicated": Said("Communiqué à quelqu'un", "Put before somebody"),
    "emergencies": Said("Ouvert en urgence", "Opened in an emergency"),
    "consulted": Said("Consulté", "Consulted"),
}
_NONE = Said("Rien.", "Nothing.")
_COUNTED = {
    True: Said(
        "Le compte est complet : chaque acte inscrit au journal est ici ou n'est pas une communication.",
        "The count is complete: each act of the log is here, or is no disclosure.",
    ),
    False: Said(
        "Le compte n'y est PAS : au moins un acte inscrit au journal n'a pas été montré.",
        "The count does NOT add up: at least one act of the log was not shown.",
    ),
    None: Said(
        "Le compte n'a pas été vérifié : la clé qui le permet est remise à la personne seule.",
        "The count was not checked: the key for it is handed to the person alone.",
    ),
}


@dataclass(frozen=True)
class Account:
    """The acts of a period: what left, what was put before somebody, emergencies, and looks by reader."""

    left: tuple[Access, ...]
    communicated: tuple[Access, ...]
    emergencies: tuple[Access, ...]
    consulted: tuple[tuple[Access, int], ...]
    erased: int


@dataclass(frozen=True)
class Foot:
    """What stands under the account: case, period, whether all was counted (None: not asked), log and its size."""

    case: str
    from_ms: int
    until_ms: int
    complete: bool | None
    origin: str
    size: int
    root: str


def account(acts: Sequence[Access], from_ms: int, until_ms: int) -> Account:
    """Return the account of a period, from its start included to its end excluded."""
    within = [act for act in acts if from_ms <= act.time_ms < until_ms]
    left: list[Access] = []
    communicated: list[Access] = []
    emergencies: list[Access] = []
    looks: dict[Reader, tuple[Access, int]] = {}
    for act in within:
        view = act.view
        if view is None:
            continue
        if view.to is not None or (view.act == READ and view.intent in TAKEN_OUT):
            left.append(act)
        elif view.emergency or view.act == "emergency-start":
            emergencies.append(act)
        elif view.act in COMMUNICATED:
            communicated.append(act)
        elif view.act == READ and view.row is not None:
            reader = reader_of(act, view)
            looks[reader] = (act, looks.get(reader, (act, 0))[1] + 1)
    return Account(
        tuple(left), tuple(communicated), tuple(emergencies), tuple(looks.values()), sum(act.erased for act in within)
    )


def sections(
    found: Account, lines: Mapping[int, str], who: Mapping[int, str], lang: str
) -> list[tuple[str, list[str]]]:
    """Return the headings, each with its lines; `lines` says an act and `who` its author, by index of the leaf."""
    times = "fois" if lang == FRENCH else "times"
    parts = {
        "left": [lines[act.index] for act in found.left],
        "communicated": [lines[act.index] for act in found.communicated],
        "emergencies": [lines[act.index] for act in found.emergencies],
        "consulted": [f"{who[act.index]} — {count} {times}" for act, count in found.consulted],
    }
    return [(_HEADINGS[name].to(lang), rows or [_NONE.to(lang)]) for name, rows in parts.items()]


def closing(found: Account, foot: Foot, lang: str) -> list[str]:
    """Return what the account says about itself."""
    period = Said(
        f"Du {_day(foot.from_ms)} au {_day(foot.until_ms)}. Dossier {reference_of(foot.case)}. Document confidentiel.",
        f"From {_day(foot.from_ms)} to {_day(foot.until_ms)}. Case {reference_of(foot.case)}. Confidential document.",
    )
    proof = Said(
        f"Chaque ligne est vérifiée dans le journal {foot.origin}, {foot.size} actes, empreinte {foot.root[:16]}.",
        f"Each line is verified in the log {foot.origin}, {foot.size} leaves, root {foot.root[:16]}.",
    )
    erased = Said(
        f"{found.erased} acte(s) dont le contenu a été effacé par décision.",
        f"{found.erased} act(s) whose content was erased by decision.",
    )
    said = [_COUNTED[foot.complete], *([erased] if found.erased else []), period, proof]
    return [one.to(lang) for one in said]


def page(parts: Sequence[tuple[str, Sequence[str]]], ending: Sequence[str], lang: str) -> str:
    """Return the account as one page to print: no script, nothing fetched, every text escaped."""
    body = "".join(
        f"<h2>{escape(heading)}</h2><ul>{''.join(f'<li>{escape(row)}</li>' for row in rows)}</ul>"
        for heading, rows in parts
    )
    title, foot = escape(_TITLE.to(lang)), "<br>".join(escape(line) for line in ending)
    return (
        f'<!doctype html><html lang="{"fr" if lang == FRENCH else "en"}"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>{body}"
        f"<footer>{foot}</footer></body></html>\n"
    )


def _day(at_ms: int) -> str:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y")
