"""Masks on the command line: `volet post … --withheld`, `--before-announcement`, …; `volet unmask` (F27)."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import DAY_MS, add_case, the_case, the_place, the_user
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.masking import Masking
from volet_client.words import Said
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.masks import (
    ADDRESS_SECRET,
    ANNOUNCEMENT_MS,
    BEFORE_ANNOUNCEMENT,
    MINOR_SECRET,
    WITHHELD,
)

MOST_DAYS = ANNOUNCEMENT_MS // DAY_MS

WORDS = {
    WITHHELD: Said("retenu par son auteur", "withheld by its author"),
    BEFORE_ANNOUNCEMENT: Said("avant l'annonce", "before the announcement"),
    MINOR_SECRET: Said("secret du mineur", "the minor's secret"),
    ADDRESS_SECRET: Said("adresse secrète", "secret address"),
    "third_party": Said("passage concernant un tiers", "passage about a third party"),
    "child_protection_hidden": Said("signalement", "report of danger"),
    "ill_treatment_hidden": Said("signalement", "report of danger"),
}


def add_masks(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the flags by which an author holds an entry back."""
    masks = parser.add_mutually_exclusive_group()
    for flag, mask, about in (
        ("--before-announcement", BEFORE_ANNOUNCEMENT, Said(
            "résultat à annoncer d'abord (professionnel de santé)", "a result to be announced first (health)")),
        ("--withheld", WITHHELD, Said(
            "retenu : l'auteur, la personne et qui il nomme (--to)", "author, person and whom they name (--to)")),
        ("--minor-secret", MINOR_SECRET, Said(
            "caché aux titulaires de l'autorité parentale", "hidden from the holders of parental authority")),
        ("--address-secret", ADDRESS_SECRET, Said(
            "adresse d'accueil tenue secrète", "a place of reception kept secret")),
    ):  # fmt: skip
        masks.add_argument(flag, dest="mask", action="store_const", const=mask, help=about.to(lang))
    parser.add_argument("--days", type=int, metavar="N", help=Said(
        f"avec --before-announcement : fin d'elle-même après N jours, {MOST_DAYS} au plus",
        f"with --before-announcement: ends by itself after N days, {MOST_DAYS} at most").to(lang))  # fmt: skip
    parser.add_argument("--to", dest="readers", action="append", default=[], metavar="NOM", help=Said(
        "avec --withheld : qui d'autre peut lire", "with --withheld: who else may read").to(lang))  # fmt: skip
    parser.add_argument(
        "--third-party-passage", dest="third_party", action="append", default=[], metavar="TEXTE",
        help=Said(
            "passage du texte qui concerne un tiers : conservé à part, jamais remis à la personne",
            "words of the text about a third party: kept apart, never given to the person",
        ).to(lang),
    )  # fmt: skip


def masking_of(client: Client, args: argparse.Namespace) -> Masking:
    """Return how the arguments hold an entry back."""
    if args.days is not None and args.mask != BEFORE_ANNOUNCEMENT:
        raise UsageError(Said("--days va avec --before-announcement.", "--days goes with --before-announcement."))
    if args.days is not None and not 1 <= args.days <= MOST_DAYS:
        raise UsageError(
            Said(f"Un résultat attend {MOST_DAYS} jours au plus.", f"A result waits {MOST_DAYS} days at most."),
            Said("Annoncez-le, ou choisissez moins de jours.", "Announce it, or choose fewer days."),
        )
    if args.readers and args.mask != WITHHELD:
        raise UsageError(Said("--to va avec --withheld.", "--to goes with --withheld."))
    # A little less than whole days: the term is counted from when the entry is signed, a moment from now.
    until_ms = None if args.days is None else client.clock() + args.days * DAY_MS
    return Masking(args.mask, until_ms, named=tuple(the_user(client, name) for name in args.readers))


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet unmask`."""
    parser.description = Said(
        "Lève « avant l'annonce » sur un élément dont vous êtes l'auteur : la personne peut le lire.",
        "Lifts `before the announcement` from an entry of yours: the person may read it.",
    ).to(lang)
    parser.epilog = Said(
        "exemple :\n  volet unmask medical/2 1a2b3c4d", "example:\n  volet unmask medical/2 1a2b3c4d"
    ).to(lang)
    parser.add_argument("place", metavar="medical/2")
    parser.add_argument("entry", metavar="ID")
    add_case(parser, lang)
    parser.set_defaults(run=unmask)


def unmask(context: Context, args: argparse.Namespace) -> None:
    """Lift a mask."""
    client = context.client()
    case = the_case(client, args)
    _, item = client.entries.find(case, the_place(client, args.place), args.entry)
    header = None if item.entry is None else item.entry.header
    if header is None or header.mask != BEFORE_ANNOUNCEMENT:
        raise UsageError(Said("Cet élément n'attend pas d'annonce.", "This entry waits for no announcement."))
    if header.preamble.user != client.author.user:
        raise UsageError(
            Said("Seul son auteur le lève.", "Only its author lifts it."),
            Said("Demandez-lui ; au plus tard 15 jours après l'écriture, le masque prend fin.",
                 "Ask them; 15 days after it was written at the latest, the mask ends."),
        )  # fmt: skip
    appended = client.members.record(case, MaskEnd(header.id, client.clock()))
    context.terminal.result(
        {"entry": header.id, "mask_end": appended.facts[0]},
        [Said("Annoncé : la personne peut lire cet élément.", "Announced: the person may read this entry.")],
    )
