"""The two forms that enter colleagues: one person by fields, a team by a pasted table; both become one table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from volet_protocol.capacities import SECRET_BASES
from volet_protocol.trust_parties import Registrar
from volet_service.entrypoints.registrar.pages.html import Html, tag
from volet_service.entrypoints.registrar.pages.words import Words
from volet_service.entrypoints.registrar.row_names import RowName
from volet_service.entrypoints.registrar.staff_csv import HEAD

_HEAD = ";".join(HEAD)
MakeForm = Callable[..., Html]


def hidden(name: str, value: str) -> Html:
    """Return a field that is not shown."""
    return tag("input", type="hidden", name=name, value=value)


def forms(words: Words, rows: Mapping[str, RowName], registrar: Registrar, form: MakeForm) -> Html:
    """Return both forms, offering what this registrar may attest in these structures."""
    english = words.lang == "en"

    def called(row: str) -> str:
        known = rows.get(row)
        return row if known is None else known.en if english else known.fr

    functions = sorted(((row, called(row)) for row in registrar.rows), key=lambda one: one[1])
    structures = [(one.id, one.label) for one in registrar.structures]
    one = form(
        "/equipe/inscription",
        tag(
            "div",
            _field(words.identifier, words.identifier_hint, tag("input", name="sub", required=True, maxlength="255")),
            _field(words.function, "", _choice("ligne", functions)),
            _field(words.structure, "", _choice("structure", structures)),
            _field(words.until, words.until_hint, tag("input", name="until", type="date", required=True)),
            class_="fields",
        ),
        tag(
            "details",
            tag("summary", words.more),
            tag(
                "div",
                _field(words.profession, words.code_hint, tag("input", name="profession", maxlength="64")),
                _field(words.role, words.code_hint, tag("input", name="fonction", maxlength="64")),
                class_="fields",
            ),
            tag(
                "fieldset",
                tag("legend", words.secrecy),
                *(
                    tag("label", tag("input", type="checkbox", name="secret", value=basis), " ", basis)
                    for basis in sorted(SECRET_BASES)
                ),
            ),
        ),
        tag("p", tag("button", words.show)),
    )
    many = form(
        "/equipe/inscription",
        tag("p", words.paste_hint),
        tag("label", words.table, tag("textarea", f"{_HEAD}\n", name="table", required=True, spellcheck="false")),
        tag("p", tag("button", words.show)),
    )
    pasted = tag("details", tag("summary", words.paste), many)
    return tag("section", tag("h2", words.inscribe), tag("p", words.inscribe_why), one, pasted)


def as_table(fields: Mapping[str, Sequence[str]], rows: Mapping[str, RowName]) -> str:
    """Return the table of one person's fields; the category is what the matrix gives the row."""
    row = _one(fields, "ligne")
    known = rows.get(row)
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerow(
        [
            _one(fields, "sub"),
            row,
            "" if known is None else known.category,
            _one(fields, "profession"),
            _one(fields, "fonction"),
            _one(fields, "structure"),
            " ".join(fields.get("secret", ())),
            _one(fields, "until"),
        ]
    )
    return f"{_HEAD}\n{written.getvalue()}"


def _one(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return "".join(fields.get(name, ())[:1]).strip()


def _field(label: str, hint: str, field: Html) -> Html:
    return tag("label", label, " ", tag("small", hint) if hint else None, field)


def _choice(name: str, options: Sequence[tuple[str, str]]) -> Html:
    return tag("select", *(tag("option", label, value=value) for value, label in options), name=name)
