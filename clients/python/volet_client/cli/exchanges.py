"""`volet exchange`, `volet open-item`: talk between named recipients; put one entry before somebody."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from volet_client.casebook import CaseView
from volet_client.cli.asking import add_case, information_of, the_case, the_place, the_user, user_name
from volet_client.cli.context import Context
from volet_client.cli.entries import list_titles, post
from volet_client.cli.notices import add_line_arguments, notice_lines
from volet_client.errors import UsageError
from volet_client.facts_words import date
from volet_client.names import EXCHANGE
from volet_client.words import Said
from volet_protocol.canonical import JsonValue


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "open-item":
        _register_open_item(parser, lang)
        return
    parser.epilog = Said(
        'exemples :\n  volet exchange open medical/2 --with "Coord" --name retour\n'
        '  volet exchange send retour --title "Question" --text "…"\n  volet exchange show retour',
        'examples:\n  volet exchange open medical/2 --with "Coord" --name back',
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    opened = verbs.add_parser("open", help=Said("ouvrir un échange", "open an exchange").to(lang))
    opened.add_argument("about", metavar="medical/2")
    opened.add_argument("--with", dest="members", metavar="NOM", action="append", required=True)
    opened.add_argument("--name", help=Said("nom local, jamais envoyé", "local name, never sent").to(lang))
    add_case(opened, lang)
    opened.set_defaults(run=exchange_open)
    send = verbs.add_parser("send", help=Said("écrire dans un échange", "write in an exchange").to(lang))
    send.add_argument("exchange")
    send.add_argument("--title", required=True)
    send.add_argument("--text")
    add_case(send, lang)
    send.set_defaults(
        run=exchange_send, kind="message", fields=None, source=None, offline=False, mask=None, days=None, readers=[],
        third_party=[], relation=[],
    )  # fmt: skip
    show = verbs.add_parser("show", help=Said("titres d'un échange", "titles of an exchange").to(lang))
    show.add_argument("exchange")
    add_case(show, lang)
    show.set_defaults(run=exchange_show)
    listed = verbs.add_parser("list", help=Said("ses échanges", "one's exchanges").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=exchange_list)
    named = verbs.add_parser("name", help=Said("donner un nom local", "give a local name").to(lang))
    named.add_argument("exchange")
    named.add_argument("name")
    named.set_defaults(run=exchange_name)


def _register_open_item(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.description = Said(
        "Communique un élément à une personne nommée ; avec --notice, note dans le même geste que la personne "
        "accompagnée en a été informée. Un élément réservé est réécrit pour elle sous la même réserve.",
        "Opens one entry to a named person; with --notice, records in the same gesture that the person was told. "
        "A masked entry is written again for them under the same mask.",
    ).to(lang)
    parser.epilog = Said(
        'exemple :\n  volet open-item medical/2 1a2b3c4d --for "Coord" --notice oral',
        'example:\n  volet open-item medical/2 1a2b3c4d --for "Coord" --notice oral',
    ).to(lang)
    parser.add_argument("place", metavar="medical/2")
    parser.add_argument("entry", metavar="ID")
    parser.add_argument("--for", dest="recipient", metavar="NOM", required=True)
    parser.add_argument("--notice", choices=("oral", "paper", "electronic", "falc"))
    parser.add_argument("--days", type=int, help=Said("30 si rien n'est dit", "30 unless said otherwise").to(lang))
    parser.add_argument("--exchange", metavar="NOM")
    add_line_arguments(parser, lang)
    add_case(parser, lang)
    parser.set_defaults(run=open_item)


def exchange_open(context: Context, args: argparse.Namespace) -> None:
    """Open an exchange."""
    client = context.client()
    about = information_of(args.about)
    users = [the_user(client, who) for who in args.members]
    case = the_case(client, args)
    _tell_absences(context, client.cases.view(case), users)
    exchange = client.exchanges.open(case, about.compartment, about.level, users)
    if args.name:
        client.names.put(EXCHANGE, args.name, exchange)
    context.terminal.result(
        {"exchange": exchange, "place": f"exchange:{exchange}"},
        [Said(f"Échange ouvert : {args.name or exchange}.", f"Exchange opened: {args.name or exchange}.")],
    )


def exchange_send(context: Context, args: argparse.Namespace) -> None:
    """Write in an exchange."""
    client = context.client()
    view, exchange = client.cases.view(the_case(client, args)), client.names.find(EXCHANGE, args.exchange)
    _tell_absences(context, view, [one.user for one in client.exchanges.view(view, exchange).state.members])
    args.place = f"exchange:{args.exchange}"
    post(context, args)


def _tell_absences(context: Context, view: CaseView, users: Sequence[str]) -> None:
    """Say who is away before anything is sent to them."""
    client = context.client()
    for one in client.exchanges.stand_ins(view, users):
        who, relay, until = user_name(client, one.absent), user_name(client, one.relay), date(one.until_ms - 1)
        context.terminal.note(
            Said(f"{who} : absence jusqu'au {until}, relais : {relay}.", f"{who}: away until {until}, relay: {relay}.")
        )


def exchange_show(context: Context, args: argparse.Namespace) -> None:
    """Show an exchange: its titles."""
    args.place = f"exchange:{args.exchange}"
    list_titles(context, args)


def exchange_list(context: Context, args: argparse.Namespace) -> None:
    """List one's exchanges."""
    client = context.client()
    case = the_case(client, args)
    view = client.cases.view(case)
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for exchange, _ in client.exchanges.ids(case):
        state = client.exchanges.view(view, exchange).state
        members = [user_name(client, member.user) for member in state.members]
        about = f"{state.compartment}/{state.level}"
        rows.append({"exchange": exchange, "about": about, "members": list(members), "epoch": state.epoch})
        text = f"{client.names.of(EXCHANGE, exchange)}  {about}  {', '.join(members)}"
        lines.append(Said(text, text))
    context.terminal.result({"exchanges": rows}, lines or [Said("Aucun échange.", "No exchange.")])


def exchange_name(context: Context, args: argparse.Namespace) -> None:
    """Give an exchange a local name."""
    client = context.client()
    exchange = client.names.find(EXCHANGE, args.exchange)
    client.names.put(EXCHANGE, args.name, exchange)
    context.terminal.result({"exchange": exchange, "name": args.name}, [Said(f"« {args.name} ».", f"`{args.name}`.")])


def open_item(context: Context, args: argparse.Namespace) -> None:
    """Put one entry before somebody."""
    client = context.client()
    view, place = client.cases.view(the_case(client, args)), the_place(client, args.place)
    user = the_user(client, args.recipient)
    if client.handing_over.is_masked(view, place, args.entry):
        _hand_over(context, args, user)
        return
    lines, days = [], 30 if args.days is None else args.days
    if args.notice:
        args.information = args.information or [args.place]
        args.to = args.to or ([] if args.to_function else [args.recipient])
        _, item = client.entries.find(view.case, place, args.entry)
        lines = notice_lines(client, args, [item.entry.id] if item.entry else [])
    opened = client.openings.open(
        view, place, args.entry, user, notice=lines, means=args.notice or "oral", days=days,
        exchange=client.names.find(EXCHANGE, args.exchange) if args.exchange else None,
    )  # fmt: skip
    context.terminal.result(
        {
            "opening": opened.opening, "entry": opened.entry, "for": user,
            **({"notice": opened.notice} if opened.notice else {}),
        },
        [
            Said(
                f"Communiqué à {args.recipient} pour {days} jours"
                + (", information de la personne notée." if opened.notice else "."),
                f"Opened to {args.recipient} for {days} days" + (", notice recorded." if opened.notice else "."),
            )
        ],
    )  # fmt: skip


def _hand_over(context: Context, args: argparse.Namespace, user: str) -> None:
    """Write a masked entry again for one more reader."""
    if args.notice or args.exchange or args.days is not None:
        raise UsageError(
            Said(
                "Un élément réservé ne se nomme dans aucune mention du dossier : ni information, ni échange, ni durée.",
                "A masked entry is named nowhere in the file: no notice, no exchange, no term.",
            ),
            Said(
                "Sans ces options ; notez l'information à part, sans l'élément : volet notice record.",
                "Without these options; record the notice apart, without the entry: volet notice record.",
            ),
        )
    client = context.client()
    view, place = client.cases.view(the_case(client, args)), the_place(client, args.place)
    handed = client.handing_over.hand_over(view, place, args.entry, user)
    context.terminal.result(
        {"entry": handed.entry, "supersedes": handed.first, "for": user},
        [
            Said(
                f"Élément réservé remis à {args.recipient}, sous la même réserve, sans terme : {handed.entry[:8]}. "
                "Pour y mettre fin : volet take-back.",
                f"Masked entry handed to {args.recipient}, under the same mask, without a term: {handed.entry[:8]}. "
                "To end it: volet take-back.",
            )
        ],
    )
