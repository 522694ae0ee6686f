"""`volet receipt`: what the person keeps: the attestation of what she decided, the log's proof of each act as files."""

from __future__ import annotations

import argparse

from volet_client.cli import receipts
from volet_client.cli.asking import the_case
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs, add_verb
from volet_client.cli.notices_text import FORMATS, warn_missing
from volet_client.notices_pages import as_html, as_text
from volet_client.texts import LANGS
from volet_client.words import Said


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet receipt`."""
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        "exemples :\n  volet receipt print last --lang falc\n"
        "  volet receipt print 3f2a9c1d --format html > attestation.html\n"
        "  volet receipt save 123 acte-123.tlog-proof\n"
        "  volet receipt verify acte-123.tlog-proof --trust trust.json",
        "examples:\n  volet receipt print last --lang falc\n"
        "  volet receipt print 3f2a9c1d --format html > receipt.html\n"
        "  volet receipt save 123 act-123.tlog-proof\n"
        "  volet receipt verify act-123.tlog-proof --trust trust.json",
    ).to(lang)
    shown = add_verb(verbs, "print", Said("imprimer l'attestation remise", "print the attestation handed over"), lang)
    shown.add_argument(
        "act", metavar="ID|last", help=Said("accord, refus ou retrait", "consent, refusal or withdrawal").to(lang)
    )
    shown.add_argument("--lang", choices=LANGS, default="fr")
    shown.add_argument("--format", choices=FORMATS, default="text")
    shown.set_defaults(run=receipt_print)
    receipts.register(verbs, lang)


def receipt_print(context: Context, args: argparse.Namespace) -> None:
    """Print what the person takes home."""
    client = context.client()
    paper = client.receipt_papers.of(the_case(client, args), args.act, args.lang)
    page = (as_html if args.format == "html" else as_text)(paper.filled, paper.footer)
    context.terminal.result(
        {
            "act": paper.fact, "link": paper.link, "kind": paper.filled.text.kind, "text": paper.filled.text.hash,
            "missing": list(paper.filled.missing), "page": page,
        },
        [Said(page, page)],
    )  # fmt: skip
    warn_missing(context, paper.filled.missing)
