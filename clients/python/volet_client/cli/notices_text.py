"""`volet notice text`, `volet notice desk`: the text to hand over, and whom it tells the person to ask."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from volet_client.cli.asking import duration_ms, information_list, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs, add_verb
from volet_client.cli.notices import to_function
from volet_client.errors import UsageError
from volet_client.notices_desk import NAMES, Desk
from volet_client.notices_pages import as_html, as_text
from volet_client.notices_words import recipient_words, to_words
from volet_client.texts import BLANKS, LANGS, NOTICES
from volet_client.words import Said
from volet_protocol.fact_notices import Recipients

FORMATS = ("text", "html")


def register_texts(verbs: Verbs, lang: str) -> None:
    """Add `text` and `desk`."""
    text = add_verb(verbs, "text", Said("le texte à remettre", "the text to hand over"), lang)
    text.add_argument("--kind", choices=NOTICES, required=True)
    text.add_argument("--lang", choices=LANGS, default="fr")
    text.add_argument("--format", choices=FORMATS, default="text")
    text.add_argument("--information", metavar="medical/2,…", action="append", default=[])
    text.add_argument("--row", action="append", default=[])
    text.add_argument("--profession", action="append", default=[])
    text.add_argument("--structure", action="append", default=[])
    text.add_argument("--to", metavar="NOM", action="append", default=[])
    text.add_argument("--to-function", metavar="S1@structure", action="append", default=[])
    text.add_argument("--until", metavar="90d")
    text.add_argument(
        "--set",
        metavar="reason=…",
        action="append",
        default=[],
        help=Said("autre blanc du texte : ", "another blank of the text: ").to(lang) + ", ".join(sorted(BLANKS)),
    )
    text.set_defaults(run=notice_text)
    desk = verbs.add_parser("desk", help=Said("à qui la personne s'adresse", "whom the person may ask").to(lang))
    for name in NAMES:
        desk.add_argument(f"--{name}")
    desk.set_defaults(run=notice_desk)


def notice_text(context: Context, args: argparse.Namespace) -> None:
    """Print a text to hand over, its blanks filled with what is known."""
    client = context.client()
    labels = client.notices.labels
    users = tuple(the_user(client, who) for who in args.to) or None
    named = Recipients(
        rows=tuple(args.row) or None, professions=tuple(args.profession) or None,
        structures=tuple(args.structure) or None,
    )  # fmt: skip
    whom = recipient_words(named, labels, args.lang)
    whom += [labels.user(user) for user in users or ()]
    whom += [to_words(to_function(str(given)), labels, args.lang) for given in args.to_function]
    filled = client.notices.text(
        args.kind,
        args.lang,
        case=the_case(client, args) if args.case else None,
        information=[item for given in args.information for item in information_list(given)],
        recipients=whom,
        until_ms=client.clock() + duration_ms(args.until) if args.until else None,
        others=dict(blank(str(given)) for given in args.set),
    )
    page = (as_html if args.format == "html" else as_text)(filled, filled.text.name)
    context.terminal.result(
        {
            "kind": args.kind, "version": filled.text.version, "lang": args.lang, "hash": filled.text.hash,
            "filled_hash": filled.hash, "missing": list(filled.missing), "page": page,
        },
        [Said(page, page)],
    )  # fmt: skip
    warn_missing(context, filled.missing)


def warn_missing(context: Context, missing: Sequence[str]) -> None:
    """Say which blanks are left, because the law wants most of them said."""
    if missing:
        names = ", ".join(missing)
        context.terminal.note(
            Said(
                f"À compléter à la main : {names}. Pour ne plus le faire : volet notice desk.",
                f"To be filled in by hand: {names}. Once for all: volet notice desk.",
            )
        )


def blank(given: str) -> tuple[str, str]:
    """Return name and words of a blank given as `reason=…`; raise `UsageError` for one that no text has."""
    name, equals, value = given.partition("=")
    if not equals or name not in BLANKS:
        raise UsageError(
            Said(f"Blanc inconnu : {given}.", f"Unknown blank: {given}."),
            Said(", ".join(sorted(BLANKS)), ", ".join(sorted(BLANKS))),
        )
    return name, value


def notice_desk(context: Context, args: argparse.Namespace) -> None:
    """Say, or show, whom the person may ask."""
    desk = context.client().notices.set_desk(Desk(**{name: getattr(args, name) for name in NAMES}))
    values = {name: getattr(desk, name) for name in NAMES}
    lines = [Said(f"{name} : {value or '—'}", f"{name}: {value or '—'}") for name, value in values.items()]
    context.terminal.result(values, lines)
