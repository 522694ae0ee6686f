"""`volet member`, `volet notice`: who takes part, what the person was told."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Protocol

from volet_client.appending import Appended
from volet_client.cli.asking import (
    add_case,
    duration_ms,
    information_list,
    the_case,
    the_user,
)
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.members import GENERAL, Terms, cross_category_line
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_notices import NoticeLine, To, ToFunction, ToUser

_MEANS = ("oral", "written", "electronic")


class Verbs(Protocol):
    """What `add_subparsers` returns: argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Add a verb."""
        ...


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    {"member": _register_member, "notice": _register_notice}[name](verbs, parser, lang)


def _register_member(verbs: Verbs, parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        'exemples :\n  volet member add "Dr Mo" --case "Mme A"\n  volet member end ide-l',
        'examples:\n  volet member add "Dr Mo" --case "Mrs A"\n  volet member end ide-l',
    ).to(lang)
    add = add_verb(verbs, "add", Said("faire entrer", "add"), lang)
    add.add_argument("who", metavar="NOM")
    add.add_argument("--capacity", metavar="ID", help=Said("situation d'exercice", "capacity").to(lang))
    add.add_argument(
        "--limb",
        type=int,
        choices=(0, 1, 2, 3),
        default=1,
        help=Said("0 : dans le soin, hors de l'équipe", "0: in the care, not in the team").to(lang),
    )
    add.add_argument("--regime", choices=("care", "child_protection", "mdph"), default="care")
    add.add_argument("--until", metavar="15d")
    add.add_argument("--history", metavar="15d|all", help=Said("à partir de quand", "from when").to(lang))
    add.add_argument("--recognised", choices=_MEANS)
    add.set_defaults(run=member_add)
    end = add_verb(verbs, "end", Said("faire sortir", "end"), lang)
    end.add_argument("who", metavar="NOM")
    end.set_defaults(run=member_end)
    person = add_verb(verbs, "person", Said("compte de la personne", "the person's account"), lang)
    person.add_argument("who", metavar="NOM", nargs="?")
    person.add_argument("--identity-status", choices=("PROV", "RECUP", "VALI", "QUAL"), default="VALI")
    person.set_defaults(run=member_person)


def _register_notice(verbs: Verbs, parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        "exemples :\n  volet notice record --general\n"
        '  volet notice record --to "Coord" --from-category 1 --information medical/1,medication/1',
        "examples:\n  volet notice record --general",
    ).to(lang)
    record = add_verb(verbs, "record", Said("noter l'information préalable", "record a notice"), lang)
    record.add_argument("--general", action="store_true")
    record.add_argument(
        "--line",
        metavar="1:medical/1,…:S13@structure",
        action="append",
        default=[],
        help=Said(
            "catégorie d'origine : information : qui saura ; autant de fois qu'il faut, un seul acte",
            "category it comes from : information : who will know; as often as needed, one act",
        ).to(lang),
    )
    add_line_arguments(record, lang)
    record.add_argument("--means", choices=("oral", "paper", "electronic", "falc"), default="oral")
    record.set_defaults(run=notice_record)


def add_line_arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add what a line of a notice across categories needs."""
    parser.add_argument("--information", metavar="medical/2,…", action="append", default=[])
    parser.add_argument("--from-category", type=int, choices=(1, 2))
    parser.add_argument(
        "--to",
        metavar="NOM",
        action="append",
        default=[],
        help=Said("professionnel qui saura", "professional who will know").to(lang),
    )
    parser.add_argument("--to-function", metavar="S1@structure", action="append", default=[])


def add_verb(verbs: Verbs, name: str, about: Said, lang: str) -> argparse.ArgumentParser:
    """Add a verb with --case."""
    parser = verbs.add_parser(name, help=about.to(lang))
    add_case(parser, lang)
    return parser


def member_add(context: Context, args: argparse.Namespace) -> None:
    """Let somebody take part."""
    client = context.client()
    now_ms = client.clock()
    history_ms = None
    if args.history:
        history_ms = 0 if args.history == "all" else now_ms - duration_ms(args.history)
    terms = Terms(
        regime=args.regime,
        limb=args.limb,
        recognised=args.recognised,
        history_from_ms=history_ms,
        until_ms=now_ms + duration_ms(args.until) if args.until else None,
    )
    user = the_user(client, args.who)
    appended = client.members.add(the_case(client, args), user, terms, args.capacity)
    told(
        context,
        appended,
        {"participation": appended.facts[0], "user": user},
        Said(f"{args.who} participe au dossier.", f"{args.who} takes part in the case."),
    )


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


def notice_record(context: Context, args: argparse.Namespace) -> None:
    """Record that the person was told."""
    client = context.client()
    lines = [*notice_lines(client, args), *(_line(client, given) for given in args.line)]
    if args.general:
        lines = [GENERAL, *lines]
    if not lines:
        raise UsageError(Said("Rien à noter.", "Nothing to record."), Said("--general, ou --to", "--general, or --to"))
    appended = client.members.give_notice(the_case(client, args), lines, args.means)
    told(
        context,
        appended,
        {"notice": appended.facts[0]},
        Said("Noté : la personne a été informée.", "Recorded: the person was told."),
    )


def notice_lines(client: Client, args: argparse.Namespace, entries: Sequence[str] = ()) -> list[NoticeLine]:
    """Return the lines across categories that the arguments describe."""
    to: list[To] = [_to_user(client, who) for who in args.to]
    to += [_to_function(str(given)) for given in args.to_function]
    if not to:
        return []
    if not args.information:
        raise UsageError(Said("Précisez --information.", "Give --information."), Said("medical/1", "medical/1"))
    information = [item for given in args.information for item in information_list(given)]
    category = args.from_category or _own_category(client)
    return [cross_category_line(information, category, one, entries) for one in to]


def _line(client: Client, given: str) -> NoticeLine:
    """Return the line that `1:medical/1,medication/1:S13@structure` stands for; a contact's name may end it."""
    category, _, rest = given.partition(":")
    information, _, who = rest.partition(":")
    if category not in {"1", "2"} or not who:
        raise UsageError(
            Said(f"Ligne inattendue : {given}.", f"Unexpected line: {given}."),
            Said("--line 1:medical/1:S13@structure", "--line 1:medical/1:S13@structure"),
        )
    to: To = _to_function(who) if "@" in who else _to_user(client, who)
    return cross_category_line(information_list(information), int(category), to)


def _to_function(given: str) -> ToFunction:
    row, _, structure = given.partition("@")
    return ToFunction(row, structure)


def _to_user(client: Client, who: str) -> ToUser:
    user = the_user(client, who)
    categories = {
        item.capacity.category for item in client.directory.known(user).attestations if item.capacity.category
    }
    if len(categories) != 1:
        raise UsageError(
            Said(f"Situation d'exercice de {who} inconnue.", f"Capacity of {who} unknown."),
            Said("--to-function S1@structure", "--to-function S1@structure"),
        )
    return ToUser(user, categories.pop() or 0)


def _own_category(client: Client) -> int:
    attestation = client.author.attestation
    if attestation is None or attestation.capacity.category is None:
        raise UsageError(Said("Précisez --from-category.", "Give --from-category."))
    return attestation.capacity.category


def told(context: Context, appended: Appended, value: dict[str, JsonValue], said: Said) -> None:
    """Answer with what was appended to the chain."""
    context.terminal.result({**value, "case": appended.view.case, "link": appended.links[-1]}, [said])
