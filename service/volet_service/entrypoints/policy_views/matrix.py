"""The matrix for three readers: a terminal, a spreadsheet, and a lawyer with a printer."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape

from volet_protocol.policy_table import PolicyTable, Row
from volet_protocol.vocabulary import COMPARTMENTS
from volet_protocol.words import part_name
from volet_service.application.policy_ports import RowText

_CELLS: Sequence[tuple[str, str]] = (
    ("0", "rien de soi-même : un envoi nommé seulement"),
    ("1", "l'essentiel"),
    ("2", "l'essentiel et le détail"),
    ("w", "peut aussi écrire"),
    ("ow", "écrit, et relit ses seuls écrits"),
    ("s, s1, s2", "seulement sous le régime particulier de la ligne"),
    ("s0", "masqué, ouvert écrit par écrit par son auteur"),
    ("m1, m2", "seulement dans le domaine du mandat, en représentation"),
    ("x", "jamais"),
    ("x*", "jamais, sauf désignation individuelle par un médecin de l'équipe MDPH"),
)
_STYLE = (
    "body{font:10pt/1.4 serif;margin:1.5cm;color:#000;background:#fff}h1{font-size:15pt}h2{font-size:12pt;"
    "break-before:page}table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.3em 0}"
    "th,td{border:1px solid #666;padding:.2em .35em;text-align:left;vertical-align:top}th.v{writing-mode:"
    "vertical-rl;font-weight:normal}td.c{text-align:center}thead{display:table-header-group}tr{break-inside:avoid}"
    "@page{size:A4 landscape;margin:1cm}"
)
_FOUNDED = {
    "self": "CASF L311-3", "mandate": "le mandat (C. civ. 371-1, 425, 459, 469)",
    "outside": "hors de la liste de CSP R1110-2", "law 27 July 2023": "loi du 27 juillet 2023",
}  # fmt: skip


def as_text(table: PolicyTable) -> str:
    """Return the matrix in columns of fixed width."""
    lines = [f"{'':5}{' '.join(f'{part[:9]:9}' for part in COMPARTMENTS)}"]
    lines += [
        f"{row.row:5}{' '.join(f'{row.cells[part]:9}' for part in COMPARTMENTS)}" for row in table.rows().values()
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def as_csv(table: PolicyTable, texts: Mapping[str, RowText]) -> str:
    """Return the matrix as CSV, with labels and founding texts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "label_fr", "label_en", "article", "account", *COMPARTMENTS])
    for row in table.rows().values():
        text = texts[row.row]
        account = "yes" if row.account else "no"
        cells = [row.cells[part] for part in COMPARTMENTS]
        writer.writerow([row.row, text.label_fr, text.label_en, article(text.founded_on), account, *cells])
    return out.getvalue()


def as_html(table: PolicyTable, texts: Mapping[str, RowText]) -> str:
    """Return one page in French without script, image or link: the matrix, then each row's article and sentence."""
    heads = "".join(f'<th class="v">{escape(part_name(part))}</th>' for part in COMPARTMENTS)
    grid = "".join(_grid_row(row) for row in table.rows().values())
    legend = "".join(f"<tr><th>{escape(code)}</th><td>{escape(means)}</td></tr>" for code, means in _CELLS)
    rows = "".join(_sentence_row(table, row, texts[row.row]) for row in table.rows().values())
    return (
        '<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>Volet : matrice des accès</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>Volet : matrice des accès</h1>\n"
        "<p>Plafonds de chaque ligne dans l'équipe de soins. Un plafond n'ouvre rien à lui seul : la participation, "
        "l'information, l'accord, l'opposition et les régimes décident.</p>\n"
        f"<p>Version : {table.hash}</p>\n<table><thead><tr><th>Ligne</th>{heads}</tr></thead>"
        f"<tbody>{grid}</tbody></table>\n<table><caption>Codes</caption><tbody>{legend}</tbody></table>\n"
        "<h2>Chaque ligne, son texte et ce qu'elle consulte</h2>\n<table><thead><tr><th>Ligne</th><th>Qui</th>"
        f"<th>Texte</th><th>En une phrase</th></tr></thead><tbody>{rows}</tbody></table>\n</body></html>\n"
    )


def article(founded_on: str) -> str:
    """Return the text that founds a row, as a lawyer cites it."""
    return " ou ".join(_article(one) for one in founded_on.split("|"))


def _article(one: str) -> str:
    if one in _FOUNDED:
        return _FOUNDED[one]
    return f"CSP R1110-2 {one}" if one[:2] in {"1°", "2°"} else f"CASF {one}"


def sentence(table: PolicyTable, row: Row) -> str:
    """Return what a row reads and writes, in one French sentence."""
    if not row.account:
        return _without_account(row)
    plain = [part for part in COMPARTMENTS if row.cells[part][0] not in "sm"]
    detail = [part for part in plain if table.within("read", row.cells[part], 2)]
    synthesis = [part for part in plain if part not in detail and table.within("read", row.cells[part], 1)]
    writes = [part for part in plain if table.within("write", row.cells[part], 1)]
    special = [part for part in COMPARTMENTS if part not in plain]
    said = (
        ("lit le détail de", detail), ("lit l'essentiel de", synthesis), ("écrit dans", writes),
        ("n'accède que sous son régime ou son mandat à", special),
    )  # fmt: skip
    clauses = [f"{verb} {_named(parts)}" for verb, parts in said if parts]
    if not clauses:
        return "Ne lit et n'écrit aucun contenu."
    whole = " ; ".join(clauses)
    return f"{whole[0].upper()}{whole[1:]}."


def _without_account(row: Row) -> str:
    asked = [part for part in COMPARTMENTS if row.cells[part] == "0"]
    statutory = [part for part in COMPARTMENTS if row.cells[part].startswith("s")]
    clauses = [f"reçoit, si la personne le demande, {_named(asked)}"] if asked else []
    clauses += [f"reçoit, quand la loi l'ordonne, {_named(statutory)}"] if statutory else []
    return f"Sans compte : {' ; '.join(clauses) or 'ne reçoit rien'}."


def _named(parts: Sequence[str]) -> str:
    return ", ".join(f"« {part_name(part)} »" for part in parts)


def _grid_row(row: Row) -> str:
    cells = "".join(f'<td class="c">{escape(row.cells[part])}</td>' for part in COMPARTMENTS)
    return f"<tr><th>{escape(row.row)}</th>{cells}</tr>"


def _sentence_row(table: PolicyTable, row: Row, text: RowText) -> str:
    return (
        f"<tr><th>{escape(row.row)}</th><td>{escape(text.label_fr)}</td><td>{escape(article(text.founded_on))}</td>"
        f"<td>{escape(sentence(table, row))}</td></tr>"
    )
