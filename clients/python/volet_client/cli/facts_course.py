"""`volet episode`, `volet procedure`, `volet designate`, `volet referent`, `volet death`: the course of a case."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from volet_client import facts
from volet_client.cli.asking import the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, chosen, collecting, end_ms, instant_ms
from volet_client.cli.facts_oppositions import choose
from volet_client.cli.facts_telling import tell
from volet_client.cli.members import Verbs
from volet_client.errors import UsageError
from volet_client.facts_recording import Make
from volet_client.words import Said
from volet_protocol.fact_people import Referent
from volet_protocol.fact_powers import Designation, Procedure

_DESIGNATIONS = {"mdph": "mdph_medical", "coordinator": "coordinator_l121_6_2"}
_PROCEDURES = {"ccapex": "ccapex", "siao": "siao", "coordination": "coordination_l121_6_2"}


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    _REGISTER[name](parser, lang)


def _register_episode(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said("exemple :\n  volet episode end", "example:\n  volet episode end").to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser("open", help=Said("commencer une prise en charge", "open a care episode").to(lang))
    opened.add_argument("--until", metavar="90d")
    add_recording(opened, lang)
    opened.set_defaults(run=episode_open)
    end = verbs.add_parser("end", help=Said("la terminer, et ses accords", "end it, and its consents").to(lang))
    end.add_argument("which", nargs="*", metavar="MOT")
    add_recording(end, lang)
    end.set_defaults(run=episode_end)


def _register_procedure(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        "exemple :\n  volet procedure open ccapex --authority ccapex-val\n  volet procedure close ccapex",
        "example:\n  volet procedure open ccapex --authority ccapex-val",
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser("open", help=Said("ouvrir une procédure", "open a procedure").to(lang))
    opened.add_argument("kind", choices=sorted(_PROCEDURES))
    opened.add_argument("--authority", required=True, metavar="CODE", help=Said("annuaire", "directory code").to(lang))
    opened.add_argument("--until", metavar="90d")
    add_recording(opened, lang)
    opened.set_defaults(run=procedure_open)
    close = verbs.add_parser("close", help=Said("la clore", "close it").to(lang))
    close.add_argument("which", nargs="*", metavar="MOT")
    add_recording(close, lang)
    close.set_defaults(run=procedure_close)


def _register_designate(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.epilog = Said(
        'exemple :\n  volet designate mdph "Mme V"\n  volet designate end "Mme V"',
        'example:\n  volet designate mdph "Mrs V"',
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    for kind, about in (
        ("mdph", Said("lecteur désigné par le médecin de la MDPH", "reader designated by the MDPH doctor")),
        ("coordinator", Said("coordonnateur désigné par le maire", "coordinator named by the mayor")),
    ):
        named = verbs.add_parser(kind, help=about.to(lang))
        named.add_argument("who", metavar="NOM")
        named.add_argument("--until", metavar="90d")
        add_recording(named, lang)
        named.set_defaults(run=designate, kind=kind)
    end = verbs.add_parser("end", help=Said("y mettre fin", "end it").to(lang))
    end.add_argument("which", nargs="*", metavar="MOT")
    add_recording(end, lang)
    end.set_defaults(run=designate_end)


def _register_referent(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.description = Said(
        "Désigne le référent de parcours. La charge du précédent prend fin, sauf avec --also.",
        "Names the referent. The one before ends, unless --also is given.",
    ).to(lang)
    parser.epilog = Said(
        'exemple :\n  volet referent "Coord"\n  volet referent --end', 'example:\n  volet referent "Coord"'
    ).to(lang)
    parser.add_argument("who", metavar="NOM", nargs="?")
    parser.add_argument("--end", action="store_true", help=Said("sans successeur", "without successor").to(lang))
    parser.add_argument("--also", action="store_true", help=Said("en plus du précédent", "beside the former").to(lang))
    parser.add_argument("--until", metavar="90d")
    add_recording(parser, lang)
    parser.set_defaults(run=referent)


def _register_death(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.description = Said(
        "Enregistre le décès : le dossier est figé, les accès prennent fin.",
        "Records the death: the case is frozen, accesses end.",
    ).to(lang)
    parser.epilog = Said(
        "exemple :\n  volet death --date 2026-11-20 --yes", "example:\n  volet death --date 2026-11-20 --yes"
    ).to(lang)
    parser.add_argument("--date", metavar="2026-11-20")
    parser.add_argument("--yes", action="store_true", help=Said("confirmer", "confirm").to(lang))
    add_recording(parser, lang)
    parser.set_defaults(run=death)


_REGISTER: Mapping[str, Callable[[argparse.ArgumentParser, str], None]] = {
    "episode": _register_episode,
    "procedure": _register_procedure,
    "designate": _register_designate,
    "referent": _register_referent,
    "death": _register_death,
}


def _record(context: Context, args: argparse.Namespace, make: Make, said: Said) -> None:
    client = context.client()
    tell(context, client.facts.record(the_case(client, args), make, collecting(args)), {}, said)


def episode_open(context: Context, args: argparse.Namespace) -> None:
    """Open a care episode."""
    make = facts.episode(end_ms(context.client(), args.until))
    _record(context, args, make, Said("Prise en charge commencée.", "Care episode opened."))


def episode_end(context: Context, args: argparse.Namespace) -> None:
    """End a care episode."""
    client = context.client()
    known = client.facts.facts(the_case(client, args), offline=bool(args.offline))
    which = chosen(client, known, facts.open_episodes(known, client.clock()), args.which)
    said = Said(
        "Prise en charge terminée : les accords donnés pour elle prennent fin avec elle.",
        "Care episode ended: the consents given for it end with it.",
    )
    _record(context, args, facts.episode_end(which), said)


def procedure_open(context: Context, args: argparse.Namespace) -> None:
    """Open a procedure."""
    client = context.client()
    fact = Procedure(_PROCEDURES[args.kind], args.authority, client.clock(), end_ms(client, args.until))
    _record(context, args, facts.plain(fact), Said("Procédure ouverte.", "Procedure opened."))


def procedure_close(context: Context, args: argparse.Namespace) -> None:
    """Close a procedure."""
    make = facts.fact_end((Procedure,), choose(context, args, Procedure))
    _record(context, args, make, Said("Procédure close.", "Procedure closed."))


def designate(context: Context, args: argparse.Namespace) -> None:
    """Designate a reader or a coordinator."""
    client = context.client()
    who = the_user(client, args.who)
    fact = Designation(_DESIGNATIONS[args.kind], who, client.clock(), end_ms(client, args.until))
    _record(
        context, args, facts.plain(fact), Said(f"{args.who} : désignation enregistrée.", f"{args.who}: designated.")
    )


def designate_end(context: Context, args: argparse.Namespace) -> None:
    """End a designation."""
    make = facts.fact_end((Designation,), choose(context, args, Designation))
    _record(context, args, make, Said("Désignation terminée.", "Designation ended."))


def referent(context: Context, args: argparse.Namespace) -> None:
    """Name the referent; the charge of the one before ends afterwards, so that there always is one."""
    client = context.client()
    if bool(args.who) == args.end:
        raise UsageError(
            Said("Un nom, ou --end.", "A name, or --end."), Said('volet referent "Coord"', 'volet referent "Coord"')
        )
    case, now_ms = the_case(client, args), client.clock()
    before = facts.in_force(client.facts.facts(case, offline=bool(args.offline)), Referent, now_ms)
    if args.who:
        make = facts.referent(the_user(client, args.who), end_ms(client, args.until))
        done = client.facts.record(case, make, collecting(args))
        tell(context, done, {}, Said(f"Référent de parcours : {args.who}.", f"Referent: {args.who}."))
    ended = [
        client.facts.record(case, facts.fact_end((Referent,), record.hash), collecting(args))
        for record in ([] if args.also else before)
    ]
    if args.end and not ended:
        raise UsageError(
            Said("Aucun référent n'est en charge.", "There is no referent."),
            Said("volet referent NOM", "volet referent NAME"),
        )
    if args.end:
        tell(context, ended[-1], {}, Said("Charge de référent terminée.", "The referent's charge has ended."))


def death(context: Context, args: argparse.Namespace) -> None:
    """Record the death of the person."""
    if not args.yes:
        raise UsageError(
            Said("Un décès fige le dossier pour tous : confirmez.", "A death freezes the case for all: confirm."),
            Said("volet death --yes", "volet death --yes"),
        )
    make = facts.death(instant_ms(args.date) if args.date else None)
    _record(context, args, make, Said("Décès enregistré : le dossier est figé.", "Death recorded: the case is frozen."))
