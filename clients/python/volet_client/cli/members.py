"""`volet member`: who takes part; `add` has a module of its own (team)."""

from __future__ import annotations

import argparse
from typing import Protocol

from volet_client.appending import Appended
from volet_client.cli.asking import (
    add_case,
    the_case,
    the_user,
)
from volet_client.cli.context import Context
from volet_client.words import Said
from volet_protocol.canonical import JsonValue

_MEANS = ("oral", "written", "electronic")


class Verbs(Protocol):
    """What `add_subparsers` returns: argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Add a verb."""
        ...


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        'exemples :\n  volet member add "Dr Mo" --case "Mme A"\n  volet member end ide-l',
        'examples:\n  volet member add "Dr Mo" --case "Mrs A"\n  volet member end ide-l',
    ).to(lang)
    # Imported here: the gesture prints through this module's own helpers.
    from volet_client.cli.team import register_add  # noqa: PLC0415 - see above

    register_add(add_verb(verbs, "add", Said("faire entrer", "add"), lang), lang)
    end = add_verb(verbs, "end", Said("faire sortir", "end"), lang)
    end.add_argument("who", metavar="NOM")
    end.set_defaults(run=member_end)
    person = add_verb(verbs, "person", Said("compte de la personne", "the person's account"), lang)
    person.add_argument("who", metavar="NOM", nargs="?")
    person.add_argument("--identity-status", choices=("PROV", "RECUP", "VALI", "QUAL"), default="VALI")
    person.set_defaults(run=member_person)


def add_verb(verbs: Verbs, name: str, about: Said, lang: str) -> argparse.ArgumentParser:
    """Add a verb with --case."""
    parser = verbs.add_parser(name, help=about.to(lang))
    add_case(parser, lang)
    return parser


def member_end(context: Context, args: argparse.Namespace) -> None:
    """End somebody's participation."""
    client = context.client()
    appended = client.members.end(the_case(client, args), the_user(client, args.who))
    told(
        context,
        appended[-1],
        {"ended": [item.facts[0] for item in appended]},
        Said(f"{args.who} ne participe plus au dossier.", f"{args.who} no longer takes part."),
    )


def member_person(context: Context, args: argparse.Namespace) -> None:
    """Record the person's account."""
    client = context.client()
    user = the_user(client, args.who) if args.who else None
    appended = client.members.set_person(the_case(client, args), user, args.identity_status)
    told(context, appended, {"fact": appended.facts[0]}, Said("Noté.", "Recorded."))


def told(context: Context, appended: Appended, value: dict[str, JsonValue], said: Said) -> None:
    """Answer with what was appended to the chain."""
    context.terminal.result({**value, "case": appended.view.case, "link": appended.links[-1]}, [said])
