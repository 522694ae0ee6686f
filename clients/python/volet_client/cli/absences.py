"""`volet absence`: say that one is away, and which colleague takes what comes meanwhile."""

from __future__ import annotations

import argparse

from volet_client import facts
from volet_client.absences import absence, own_absences
from volet_client.cli.asking import add_case, duration_ms, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import instant_ms, namer
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.facts_recording import Kept
from volet_client.facts_words import sentence
from volet_client.names import CASE
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_absences import Absence


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of the command."""
    parser.description = Said(
        "Qui vous écrit voit que vous êtes absent et jusqu'à quand ; ce qui arrive va aussi à votre relais.",
        "Whoever writes to you sees that you are away, and until when; what comes goes to your relay too.",
    ).to(lang)
    parser.epilog = Said(
        'exemple :\n  volet absence start "Inf Noé" --until 2026-12-03 --everywhere\n  volet absence end --everywhere',
        'example:\n  volet absence start "Nurse Noah" --until 2026-12-03 --everywhere',
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("start", help=Said("dire qu'on sera absent", "say that one will be away").to(lang))
    start.add_argument("relay", metavar="NOM")
    start.add_argument("--until", metavar="2026-12-03", required=True)
    start.add_argument(
        "--from",
        dest="start",
        metavar="2026-11-24",
        help=Said("maintenant si rien n'est dit", "now by default").to(lang),
    )
    start.set_defaults(run=absence_start)
    end = verbs.add_parser("end", help=Said("dire qu'on est de retour", "say that one is back").to(lang))
    end.set_defaults(run=absence_end)
    for verb in (start, end):
        add_case(verb, lang)
        verb.add_argument(
            "--everywhere", action="store_true", help=Said("dans tous ses dossiers", "in every case").to(lang)
        )
    listed = verbs.add_parser("list", help=Said("qui est absent", "who is away").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=absence_list)


def absence_start(context: Context, args: argparse.Namespace) -> None:
    """Say that one is away, in one case or in every case where that colleague stands beside one."""
    client = context.client()
    relay, now_ms = the_user(client, args.relay), client.clock()
    from_ms = now_ms if args.start is None else instant_ms(args.start)
    until_ms = _until_ms(args.until, now_ms)
    make = absence(client.author.user, relay, from_ms, until_ms)
    told: list[JsonValue] = []
    lines: list[Said] = []
    for case in _cases(client, args):
        name = client.names.of(CASE, case)
        try:
            done = client.facts.record(case, make)
        except UsageError as error:
            if not args.everywhere:
                raise
            told.append({"case": case, "recorded": False})
            lines.append(Said(f"{name} : pas de relais. {error.said.fr}", f"{name}: no relay. {error.said.en}"))
            continue
        kept = isinstance(done, Kept)
        told.append({"case": case, "recorded": not kept})
        lines.append(
            Said(f"{name} : gardé, à envoyer.", f"{name}: kept, to be sent.")
            if kept
            else Said(f"{name} : {args.relay} prend le relais.", f"{name}: {args.relay} is your relay.")
        )
    context.terminal.result({"absences": told}, lines or [_NO_CASE])


def absence_end(context: Context, args: argparse.Namespace) -> None:
    """Say that one is back."""
    client = context.client()
    ended: list[JsonValue] = []
    for case in _cases(client, args):
        for record in own_absences(client.facts.facts(case), client.author.user, client.clock()):
            client.facts.record(case, facts.fact_end((Absence,), record.hash))
            ended.append({"case": case, "absence": record.hash})
    said = Said("Vous êtes de retour.", "You are back.")
    context.terminal.result({"ended": ended}, [said if ended else Said("Aucune absence.", "No absence.")])


def absence_list(context: Context, args: argparse.Namespace) -> None:
    """Say who is away, or is to be."""
    client = context.client()
    known = client.facts.facts(the_case(client, args))
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for record in facts.in_force(known, Absence, client.clock()):
        fact = record.fact
        rows.append({"absence": record.hash, "from_ms": fact.from_ms, "until_ms": fact.until_ms})
        lines.append(Said(*(sentence(fact, known, namer(client, lang)) for lang in ("fr", "en"))))
    context.terminal.result({"absences": rows}, lines or [Said("Personne n'est absent.", "Nobody is away.")])


_DAY_MS = 86_400_000
_NO_CASE = Said("Vous n'avez aucun dossier.", "You have no case.")


def _until_ms(given: str, now_ms: int) -> int:
    """Return the end of a day that is named, its last hour included, or of a duration such as `14d` from now."""
    if "-" not in given and "/" not in given:
        return now_ms + duration_ms(given)
    return instant_ms(given) + (0 if ":" in given else _DAY_MS)


def _cases(client: Client, args: argparse.Namespace) -> list[str]:
    return list(client.cases.ids()) if args.everywhere else [the_case(client, args)]
