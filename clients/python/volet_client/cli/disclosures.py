"""`volet disclosures`: the account of who received what, to print and hand over."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_client.cli.access_words import AccessWords
from volet_client.cli.asking import add_case, the_case
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import instant_ms
from volet_client.disclosures import Foot, account, closing, page, sections
from volet_client.errors import EvidenceError, UsageError
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import DAY_MS

YEAR_MS = 365 * DAY_MS


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet disclosures`."""
    parser.description = Said(
        "Relevé à imprimer : ce qui est sorti, à qui, quand, pour quoi ; par défaut les douze derniers mois.",
        "Account to print: what went out, to whom, when, what for; by default the last twelve months.",
    ).to(lang)
    parser.epilog = Said(
        "exemple :\n  volet disclosures --from 2026-01-01 --out releve.html",
        "example:\n  volet disclosures --from 2026-01-01 --out account.html",
    ).to(lang)
    parser.add_argument("--from", dest="since", metavar="2026-01-01")
    parser.add_argument("--until", metavar="2026-12-31", help=Said("jour compris", "that day included").to(lang))
    parser.add_argument("--out", type=Path, metavar="FICHIER.html")
    add_case(parser, lang)
    parser.set_defaults(run=disclosures)


def disclosures(context: Context, args: argparse.Namespace) -> int:
    """Show or write the account; the status says whether an act is missing."""
    client, lang = context.client(), context.config.lang
    case = the_case(client, args)
    until_ms = instant_ms(args.until) + DAY_MS if args.until else client.clock() + 1
    from_ms = instant_ms(args.since) if args.since else until_ms - YEAR_MS
    shown, words = client.audit.accesses(case), AccessWords(client, case)
    found = account(shown.acts, from_ms, until_ms)
    foot = Foot(
        case, from_ms, until_ms - 1, None if shown.findings is None else shown.complete,
        client.profile.bundle.log_origin, shown.checkpoint.size, shown.checkpoint.root.hex(),
    )  # fmt: skip
    lines = {act.index: words.line(act).to(lang) for act in shown.acts}
    parts = sections(found, lines, {act.index: words.who(act, lang) for act in shown.acts}, lang)
    ending = closing(found, foot, lang)
    if args.out is not None:
        _write(args.out, page(parts, ending, lang))
    told = [row for heading, rows in parts for row in (f"{heading} :", *(f"  {one}" for one in rows))]
    indexes: dict[str, JsonValue] = {
        "left": [act.index for act in found.left], "communicated": [act.index for act in found.communicated],
        "emergencies": [act.index for act in found.emergencies],
        "consulted": sum(count for _, count in found.consulted),
    }  # fmt: skip
    context.terminal.result(
        {**indexes, "complete": shown.complete, "erased": found.erased, "file": str(args.out or "")},
        [Said(row, row) for row in (*told, *ending)],
    )
    return EvidenceError.exit_status if shown.findings else 0


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            Said(f"{path} existe déjà.", f"{path} already exists."), Said("Un autre nom.", "Another name.")
        ) from None
