"""`volet directory`: a colleague in the national directory, by what one remembers of them, or by national id."""

from __future__ import annotations

import argparse

from volet_client.cli.context import Context
from volet_client.colleagues import FoundColleagues
from volet_client.errors import UsageError
from volet_client.notices_words import date_words
from volet_client.words import ENGLISH, FRENCH, Said
from volet_protocol.canonical import JsonValue
from volet_protocol.extract_lines import KEPT, ExtractLine
from volet_protocol.national_ids import Flaw, check_adeli, check_rpps

_RPPS, _ADELI = 11, 9


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet directory`."""
    parser.description = Said(
        "L'annuaire national des professionnels, tel que le journal du hub le nomme : chaque ligne est vérifiée.",
        "The national directory of professionals, as the hub's log names it: each line is verified.",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", metavar="verbe" if lang == FRENCH else "verb", required=True)
    search = verbs.add_parser(
        "search", formatter_class=argparse.RawDescriptionHelpFormatter,
        help=Said("par nom, profession, structure, lieu", "by name, profession, structure, place").to(lang),
    )  # fmt: skip
    search.epilog = Said(
        'exemple :\n  volet directory search "dupon infirm grenoble"',
        'example:\n  volet directory search "dupon infirm grenoble"',
    ).to(lang)
    search.add_argument(
        "words", nargs="+", metavar="MOT" if lang == FRENCH else "WORD",
        help=Said("sans accents, au début ou avec une faute", "without accents, shortened, with a slip").to(lang),
    )  # fmt: skip
    search.set_defaults(run=directory_search)
    show = verbs.add_parser(
        "show", formatter_class=argparse.RawDescriptionHelpFormatter,
        help=Said("par numéro RPPS ou ADELI", "by RPPS or ADELI number").to(lang),
    )  # fmt: skip
    show.epilog = Said(
        "exemple :\n  volet directory show 10001234566", "example:\n  volet directory show 10001234566"
    ).to(lang)
    show.add_argument("number", metavar="NUMÉRO" if lang == FRENCH else "NUMBER", help="RPPS, ADELI")
    show.set_defaults(run=directory_show)


def directory_search(context: Context, args: argparse.Namespace) -> None:
    """Show the lines that fit what was typed."""
    client = context.client()
    found = client.colleagues.search(" ".join(args.words))
    context.save()
    _tell(context, found)


def directory_show(context: Context, args: argparse.Namespace) -> None:
    """Show the lines of one number, whose key is checked before anything is asked."""
    national_id = national_id_of(args.number)
    client = context.client()
    found = client.colleagues.lines_of(national_id)
    context.save()
    _tell(context, found)


def national_id_of(typed: str) -> str:
    """Return the national id of a typed RPPS or ADELI number; raise `UsageError` for one that was not copied well."""
    number = "".join(typed.split()).upper()
    if len(number) == _ADELI and check_adeli(number, test=True) is None:
        return f"0{number}"
    if len(number) == _RPPS and check_rpps(number) is not Flaw.KEY and check_rpps(number, test=True) is None:
        return f"8{number}"
    raise UsageError(
        Said(f"{typed} n'est pas un numéro RPPS ou ADELI.", f"{typed} is no RPPS or ADELI number."),
        Said("RPPS : 11 chiffres ; ADELI : 9. Relisez-le.", "RPPS: 11 digits; ADELI: 9. Read it again."),
    )


def _tell(context: Context, found: FoundColleagues) -> None:
    lines = [_said(line) for line in found.lines] or [
        Said("Personne de tel dans l'extrait.", "Nobody like this there.")
    ]
    if found.ignored:
        words = ", ".join(found.ignored)
        lines.append(Said(f"Mots qu'aucune ligne n'a : {words}.", f"Words that no line has: {words}."))
    if found.more:
        lines.append(Said("D'autres encore : précisez.", "There are more: say more."))
    fr, en = (date_words(found.extract.time_ms, lang) for lang in (FRENCH, ENGLISH))
    lines.append(
        Said(
            f"Annuaire du {fr}, vérifié dans le journal (inscription n° {found.leaf}).",
            f"Directory of {en}, verified in the log (leaf {found.leaf}).",
        )
    )
    if found.extract.test:
        lines.append(Said("Extrait d'essai : personne n'existe.", "An extract for tests: nobody exists."))
    rows: list[JsonValue] = [dict(zip(KEPT, line.values, strict=True)) for line in found.lines]
    context.terminal.result(
        {"lines": rows, "more": found.more, "ignored": list(found.ignored), "leaf": found.leaf,
         "extract": found.extract.to_json()},
        lines,
    )  # fmt: skip


def _said(line: ExtractLine) -> Said:
    profession = line["Libellé profession"] or line["Libellé rôle"]
    place = " ".join(
        one for one in (line["Code postal (coord. structure)"], line["Libellé commune (coord. structure)"]) if one
    )
    told = (
        line.name,
        profession,
        line["Libellé savoir-faire"],
        line["Raison sociale site"],
        place,
        line["Identifiant PP"],
    )
    text = ", ".join(one for one in told if one)
    return Said(text, text)
