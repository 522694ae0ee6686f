"""`volet conference`: convene, list, show, minutes, call off, print a sheet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from volet_client import conference_sheets as sheets
from volet_client.cli.asking import add_case, the_case, user_name
from volet_client.cli.conference_words import asked, decision, labels, state, when
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs
from volet_client.errors import UsageError
from volet_client.names import CASE, CONTACT
from volet_client.notices_words import sentences
from volet_client.releases import OPEN
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.conferences import closes_ms
from volet_protocol.fact_meetings import MEANS, PERSON_PARTS, PURPOSES
from volet_protocol.fact_notices import Notice

_LAST = "last"


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the verbs of `volet conference`."""
    parser.description = Said(
        "Réunion autour d'une personne : d'abord les conditions (pourquoi, qui, quels documents, information), "
        "puis les documents ouverts aux participants jusqu'à sept jours après, puis le compte rendu.",
        "A conference about a person: conditions first, documents for a time, then the minutes.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n"
        '  volet conference convene "Retour à domicile" --at "2026-12-01 14:00" --until "15:30" --place "Salle 2" \\\n'
        '    --agenda "Matériel" --with "Coord" --guest "M. Bail, bailleur, Office" --entry medical/2:1a2b3c4d\n'
        "  volet conference print --sheet information --out convocation.html\n"
        '  volet conference minutes --text "Retour le 12." --decision "Installer le lit ; Coord ; 2026-12-10"',
        'examples:\n  volet conference convene "Going home" --at "2026-12-01 14:00" --until "15:30" --place "Room 2" '
        '--agenda "Equipment" --with "Coord" --draft',
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    _register_convene(
        verbs.add_parser("convene", help=Said("convoquer une réunion", "convene a conference").to(lang)), lang
    )
    listed = verbs.add_parser("list", help=Said("les réunions d'un dossier", "the conferences of a case").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=conference_list)
    _register_others(verbs, lang)


def _register_convene(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("purpose", help=Said("pourquoi, en une ligne", "why, in one line").to(lang))
    parser.add_argument("--at", required=True, metavar='"2026-12-01 14:00"')
    parser.add_argument("--until", required=True, metavar='"15:30"')
    parser.add_argument("--place", required=True)
    parser.add_argument("--agenda", action="append", required=True, metavar="POINT")
    parser.add_argument("--with", dest="users", action="append", default=[], required=True, metavar="NOM")
    parser.add_argument("--guest", action="append", default=[], metavar='"NOM, fonction, structure"')
    parser.add_argument("--entry", action="append", default=[], metavar="medical/2:ID")
    parser.add_argument("--kind", choices=sorted(PURPOSES), default="coordination")
    parser.add_argument(
        "--person",
        choices=sorted(code.replace("_", "-") for code in PERSON_PARTS),
        default="takes-part",
        help=Said("la personne participe-t-elle ?", "does the person take part?").to(lang),
    )
    parser.add_argument("--why", help=Said("sinon, pourquoi", "if not, why").to(lang))
    parser.add_argument(
        "--informed",
        choices=sorted(MEANS),
        default="oral",
        help=Said("comment elle a été informée", "how she was told").to(lang),
    )
    parser.add_argument(
        "--draft",
        action="store_true",
        help=Said("n'écrit rien : montre ce qu'il faut dire à la personne", "writes nothing: shows what to say").to(
            lang
        ),
    )
    add_case(parser, lang)
    parser.set_defaults(run=convene)


def _register_others(verbs: Verbs, lang: str) -> None:
    shown = verbs.add_parser("show", help=Said("pourquoi, où, quand, qui", "why, where, when, who").to(lang))
    shown.set_defaults(run=conference_show)
    minutes = verbs.add_parser("minutes", help=Said("écrire le compte rendu", "write the minutes").to(lang))
    minutes.add_argument(
        "--text", required=True, help=Said("- pour l'entrée standard", "- for standard input").to(lang)
    )
    minutes.add_argument("--present", action="append", metavar="NOM")
    minutes.add_argument("--decision", action="append", default=[], metavar='"quoi ; qui ; 2026-12-10"')
    minutes.set_defaults(run=conference_minutes)
    off = verbs.add_parser("call-off", help=Said("annuler : tout se referme", "call off: everything closes").to(lang))
    off.set_defaults(run=call_off)
    printed = verbs.add_parser("print", help=Said("une feuille à imprimer (HTML)", "a sheet to print (HTML)").to(lang))
    printed.add_argument("--sheet", choices=sheets.SHEETS, default=sheets.INFORMATION)
    printed.add_argument("--out", type=Path, required=True, metavar="FICHIER")
    printed.set_defaults(run=print_sheet)
    for one in (shown, minutes, off, printed):
        one.add_argument("conference", nargs="?", default=_LAST)
        add_case(one, lang)


def convene(context: Context, args: argparse.Namespace) -> None:
    """Convene a conference, or show what the person has to be told first."""
    client = context.client()
    case = the_case(client, args)
    wanted = asked(client, case, args)
    said = labels(client)
    if args.draft:
        lines = client.conferences.told(case, wanted)
        context.terminal.result(
            {"draft": True, "to_say": list(sentences(lines, said, context.config.lang))},
            [
                Said("À dire à la personne avant de convoquer :", "To say to the person before convening:"),
                *map(Said, sentences(lines, said, "fr"), sentences(lines, said, "en")),
            ],
        )
        return
    done = client.conferences.convene(case, wanted)
    until = when(done.closes_ms)
    names = [user_name(client, user) for user in done.openings]
    context.terminal.result(
        {
            "conference": done.conference, "announcement": done.announcement, "notice": done.notice,
            "openings": dict(done.openings), "closes_ms": done.closes_ms,
        },
        [
            Said(
                f"Réunion convoquée : {done.conference[:8]}. La personne a été informée.",
                f"Conference convened: {done.conference[:8]}. The person was told.",
            ),
            Said(
                f"Ouvert jusqu'au {until} à : {', '.join(names) or 'personne de plus'}.",
                f"Open until {until} to: {', '.join(names) or 'nobody more'}.",
            ),
            Said(
                "Feuille à remettre : volet conference print --sheet information --out information.html",
                "Sheet to hand over: volet conference print --sheet information --out information.html",
            ),
        ],
    )  # fmt: skip


def conference_list(context: Context, args: argparse.Namespace) -> None:
    """List the conferences of a case."""
    client = context.client()
    now_ms = client.clock()
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for record, ended_ms in client.conference_records.all(the_case(client, args)):
        now = state(record, ended_ms, now_ms)
        rows.append({"conference": record.hash, "from_ms": record.fact.from_ms, "state": now.en})
        text = f"{record.hash[:8]}  {when(record.fact.from_ms)}  {sheets.PURPOSES_FR[record.fact.purpose]}"
        lines.append(Said(f"{text}  {now.fr}", f"{text}  {now.en}"))
    context.terminal.result({"conferences": rows}, lines or [Said("Aucune réunion.", "No conference.")])


def conference_show(context: Context, args: argparse.Namespace) -> None:
    """Show the words of a conference."""
    client = context.client()
    case = the_case(client, args)
    record = client.conference_records.find(case, args.conference)
    words = client.conference_records.announcement(case, record)
    people = [f"{one.name}, {one.function}{', ' + one.structure if one.structure else ''}" for one in words.people]
    now = state(record, client.conference_records.ended_at(case, record), client.clock())
    context.terminal.result(
        {"conference": record.hash, "state": now.en, "entries": list(record.fact.entries), **words.to_json()},
        [
            Said(f"{words.purpose} ({now.fr})", f"{words.purpose} ({now.en})"),
            *(Said(line, line) for line in (f"{when(words.from_ms)}, {words.place}", *words.agenda, *people)),
            Said(
                f"{len(record.fact.entries)} document(s), ouverts jusqu'au {when(closes_ms(record))}.",
                f"{len(record.fact.entries)} document(s), open until {when(closes_ms(record))}.",
            ),
        ],
    )


def conference_minutes(context: Context, args: argparse.Namespace) -> None:
    """Write the minutes, each decision as an action."""
    client = context.client()
    case = the_case(client, args)
    record = client.conference_records.find(case, args.conference)
    text = sys.stdin.read() if args.text == "-" else str(args.text)
    present = args.present or [one.name for one in client.conference_records.announcement(case, record).people]
    held = client.conference_records.minutes(case, record.hash, text, present, [decision(d) for d in args.decision])
    context.terminal.result(
        {"minutes": held.minutes.id, "actions": [one.id for one in held.actions]},
        [
            Said(
                f"Compte rendu enregistré : {held.minutes.id[:8]}, {len(held.actions)} action(s).",
                f"Minutes stored: {held.minutes.id[:8]}, {len(held.actions)} action(s).",
            )
        ],
    )


def call_off(context: Context, args: argparse.Namespace) -> None:
    """Call a conference off."""
    client = context.client()
    record = client.conference_records.call_off(the_case(client, args), args.conference)
    context.terminal.result(
        {"conference": record.hash},
        [
            Said(
                "Réunion annulée : ce qui était ouvert pour elle est refermé.",
                "Called off: what was open for it is closed.",
            )
        ],
    )


def print_sheet(context: Context, args: argparse.Namespace) -> None:
    """Write one sheet to a file; the minutes are an export, and logged as one."""
    client = context.client()
    case = the_case(client, args)
    records = client.conference_records
    record = records.find(case, args.conference)
    intent = "export" if args.sheet == sheets.MINUTES else "print"
    words = records.announcement(case, record, intent=intent if args.sheet != sheets.MINUTES else OPEN)
    sheet = sheets.Sheet(
        client.names.of(CASE, case), case, client.names.of(CONTACT, client.author.user), client.clock()
    )
    if args.sheet == sheets.MINUTES:
        minutes = records.read_minutes(case, record, intent=intent)
        if minutes is None:
            raise UsageError(
                Said("Pas encore de compte rendu.", "No minutes yet."),
                Said("volet conference minutes", "volet conference minutes"),
            )
        page = sheets.minutes_page(sheet, words, minutes)
    elif args.sheet == sheets.ATTENDANCE:
        page = sheets.attendance(sheet, record.fact, words)
    else:
        told = client.cases.view(case).main.facts.find(Notice, record.fact.notice).fact.lines
        page = sheets.information(sheet, record.fact, words, sentences(told, labels(client), "fr"))
    args.out.write_text(page, encoding="utf-8")
    context.terminal.result(
        {"sheet": args.sheet, "out": str(args.out), "intent": intent},
        [Said(f"Écrit : {args.out}. À imprimer, puis à effacer.", f"Written: {args.out}. Print it, then erase it.")],
    )
