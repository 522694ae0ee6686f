"""`volet attach`, `volet fetch`: documents of any size, with progress, resumed after an interruption."""

from __future__ import annotations

import argparse
import mimetypes
from pathlib import Path

from volet_client.cli.asking import add_case, the_case, the_place
from volet_client.cli.context import Context
from volet_client.errors import UsageError
from volet_client.words import Said


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "attach":
        parser.epilog = Said(
            "exemples :\n  volet attach medical/2 compte-rendu.pdf\n  volet attach --resume",
            "examples:\n  volet attach medical/2 report.pdf\n  volet attach --resume",
        ).to(lang)
        parser.add_argument("place", nargs="?")
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--title")
        parser.add_argument("--resume", action="store_true", help=Said("reprendre", "take up again").to(lang))
        parser.set_defaults(run=attach)
    else:
        parser.add_argument("place")
        parser.add_argument("entry", metavar="ID")
        parser.add_argument("--into", type=Path, default=Path(), metavar="DOSSIER",
                            help=Said("dossier d'arrivée", "folder to write to").to(lang))  # fmt: skip
        parser.set_defaults(run=fetch)
    add_case(parser, lang)


def attach(context: Context, args: argparse.Namespace) -> None:
    """Store a document."""
    client = context.client()
    if args.resume:
        with context.terminal.progress(Said("Dépôt", "Upload"), 0) as advance:
            posted = client.documents.resume(advance)
        if posted is None:
            raise UsageError(Said("Rien à reprendre.", "Nothing to take up."))
    else:
        if args.place is None or args.file is None or not args.file.is_file():
            raise UsageError(Said("Quel fichier, dans quel volet ?", "Which file, in which section?"))
        media_type = mimetypes.guess_type(args.file.name)[0] or "application/octet-stream"
        case, place = the_case(client, args), the_place(client, args.place)
        with context.terminal.progress(Said(args.file.name, args.file.name), args.file.stat().st_size) as advance:
            posted = client.documents.attach(
                case, place, args.file, title=args.title or args.file.name, media_type=media_type, advance=advance
            )
    context.terminal.result(
        {"id": posted.id, "place": str(posted.place)},
        [Said(f"Document déposé : {posted.id[:8]}.", f"Document stored: {posted.id[:8]}.")],
    )


def fetch(context: Context, args: argparse.Namespace) -> None:
    """Fetch a document."""
    client = context.client()
    case, place = the_case(client, args), the_place(client, args.place)
    with context.terminal.progress(Said("Réception", "Download"), 0) as advance:
        fetched = client.documents.fetch(case, place, args.entry, args.into, advance=advance)
    context.terminal.result(
        {"path": str(fetched.path), "size": fetched.size, "title": fetched.title.title, "leaf": fetched.leaf},
        [
            Said(
                f"{fetched.path} ({fetched.size} octets), vérifié.", f"{fetched.path} ({fetched.size} bytes), verified."
            )
        ],
    )
