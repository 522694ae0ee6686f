"""`volet member`: who takes part; `add` has a module of its own (team)."""

from __future__ import annotations

import argparse
from typing import Protocol

from volet_client import facts
from volet_client.appending import Appended
from volet_client.cli.asking import DAY_MS, add_case, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, collecting, instant_ms
from volet_client.cli.facts_telling import tell
from volet_client.errors import UsageError
from volet_client.facts_recording import Recorded
from volet_client.facts_words import date
from volet_client.words import Said
from volet_protocol.canonical import JsonValue

ESSENTIAL_DAYS = 15


class Verbs(Protocol):
    """What `add_subparsers` returns: argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """Add a verb."""
        ...


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet member`."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    parser.epilog = Said(
        'exemples :\n  volet member add "Dr Mo" --case "Mme A"\n  volet member end ide-l\n'
        '  volet member leave --case "Mme A"',
        'examples:\n  volet member add "Dr Mo" --case "Mrs A"\n  volet member end ide-l\n'
        '  volet member leave --case "Mrs A"',
    ).to(lang)
    # Imported here: the gesture prints through this module's own helpers.
    from volet_client.cli.team import register_add  # noqa: PLC0415 - see above

    register_add(add_verb(verbs, "add", Said("faire entrer", "add"), lang), lang)
    end = verbs.add_parser("end", help=Said("faire sortir", "end").to(lang))
    end.add_argument("who", metavar="NOM")
    add_recording(end, lang)
    end.set_defaults(run=member_end)
    leave = add_verb(verbs, "leave", Said("quitter un dossier", "leave a case"), lang)
    leave.set_defaults(run=member_leave)
    horizon = verbs.add_parser(
        "horizon", help=Said("lui ouvrir un passé plus ancien", "open more of the past").to(lang)
    )
    horizon.add_argument("who", metavar="NOM")
    horizon.add_argument("--from", dest="start", metavar="essential|episode|all|2026-01-10", default="essential")
    add_recording(horizon, lang)
    horizon.set_defaults(run=member_horizon)
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
    case, user = the_case(client, args), the_user(client, args.who)
    found = client.facts.facts(case, offline=args.offline).participations_of(user, client.clock())
    if not found:
        raise UsageError(
            Said("Cette personne ne participe pas au dossier.", "This user does not take part in the case."),
            Said("volet case show", "volet case show"),
        )
    done = [client.facts.record(case, facts.participation_end(one.hash), collecting(args)) for one in found]
    ended: list[JsonValue] = [one.hash if isinstance(one, Recorded) else one.item.hash for one in done]
    said = Said(f"{args.who} ne participe plus au dossier.", f"{args.who} no longer takes part.")
    tell(context, done[-1], {"ended": ended}, said)


def member_leave(context: Context, args: argparse.Namespace) -> None:
    """Leave a case oneself: that always works."""
    client = context.client()
    case = the_case(client, args)
    ended: list[JsonValue] = [*client.members.leave(case)]
    said = Said(
        "Vous ne participez plus à ce dossier : il ne vous est plus servi.",
        "You no longer take part in this case: it is served to you no more.",
    )
    context.terminal.result({"case": case, "ended": ended}, [said])


def member_person(context: Context, args: argparse.Namespace) -> None:
    """Record the person's account."""
    client = context.client()
    user = the_user(client, args.who) if args.who else None
    appended = client.members.set_person(the_case(client, args), user, args.identity_status)
    told(context, appended, {"fact": appended.facts[0]}, Said("Noté.", "Recorded."))


def member_horizon(context: Context, args: argparse.Namespace) -> None:
    """Let somebody read further back, in the same capacity."""
    client = context.client()
    case, user = the_case(client, args), the_user(client, args.who)
    known, now_ms = client.facts.facts(case, offline=args.offline), client.clock()
    episodes = facts.open_episodes(known, now_ms)
    starts = {
        "essential": now_ms - ESSENTIAL_DAYS * DAY_MS,
        "episode": episodes[-1].fact.start_ms if episodes else known.created_ms,
        "all": 0,
    }
    start_ms = starts[args.start] if args.start in starts else instant_ms(args.start)
    done = client.facts.record(case, facts.horizon(user, start_ms), collecting(args))
    said = Said(
        f"{args.who} peut lire ce qui a été écrit depuis le {date(max(start_ms, known.created_ms))}.",
        f"{args.who} may read what was written since {date(max(start_ms, known.created_ms))}.",
    )
    tell(context, done, {"user": user, "history_from_ms": start_ms}, said)


def told(context: Context, appended: Appended, value: dict[str, JsonValue], said: Said) -> None:
    """Answer with what was appended to the chain."""
    context.terminal.result({**value, "case": appended.view.case, "link": appended.links[-1]}, [said])
