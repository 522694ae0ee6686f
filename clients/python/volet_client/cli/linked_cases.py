"""`volet case link`, `links`, `unlink`, `majority`: a case continued by another; a minor who comes of age."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable

from volet_client.cli.asking import add_case, the_case, the_user, user_name
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.linked_cases import LinkShown
from volet_client.majority import Standing, eighteenth_birthday, midnight_ms
from volet_client.names import CASE
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_meetings import CLOSED, MEANS


def register_verbs(verbs: Verbs, lang: str) -> None:
    """Add these verbs to `volet case`."""
    link = verbs.add_parser("link", help=Said("rapprocher deux dossiers", "bring two cases together").to(lang))
    link.description = Said(
        "Un dossier continue l'autre, qui se ferme à l'écriture et reste lisible. Rien n'est fusionné ni déplacé. "
        "Si vous ne participez qu'à l'un des deux, l'autre côté signe avec le code affiché.",
        "One case continues the other, which closes to writing and stays readable. Nothing is merged or moved.",
    ).to(lang)
    which = link.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--continues", metavar="DOSSIER", help=Said("celui qui se ferme", "the one that closes").to(lang)
    )
    which.add_argument(
        "--continued-by", metavar="DOSSIER", help=Said("celui qui continue", "the one that goes on").to(lang)
    )
    link.add_argument("--code", help=Said("code donné par l'autre côté", "code of the other side").to(lang))
    link.add_argument(
        "--informed",
        choices=sorted(MEANS),
        required=True,
        help=Said("comment la personne a été informée", "how the person was told").to(lang),
    )
    link.set_defaults(run=case_link)
    links = verbs.add_parser("links", help=Said("dossiers rapprochés", "linked cases").to(lang))
    links.set_defaults(run=case_links)
    unlink = verbs.add_parser("unlink", help=Said("annuler un rapprochement", "take a link back").to(lang))
    unlink.add_argument("other", metavar="DOSSIER")
    unlink.set_defaults(run=case_unlink)
    majority = verbs.add_parser(
        "majority", help=Said("la personne devient majeure", "the person comes of age").to(lang)
    )
    majority.description = Said(
        "Sans option : dit ce qui change et fait ce qui est dû. L'accès des parents cesse à 0 h du 18e anniversaire.",
        "Without an option: says what changes and does what is due.",
    ).to(lang)
    date = majority.add_mutually_exclusive_group()
    add_born(date.add_argument, lang)
    date.add_argument(
        "--emancipated", metavar="2026-05-03", help=Said("jour de l'émancipation", "day of emancipation").to(lang)
    )
    majority.add_argument(
        "--person", metavar="NOM", help=Said("compte de la personne", "the person's account").to(lang)
    )
    majority.set_defaults(run=case_majority)
    for verb in (link, links, unlink, majority):
        add_case(verb, lang)


def add_born(add_argument: Callable[..., object], lang: str) -> None:
    """Add --born, by which a minor's majority is known."""
    add_argument(
        "--born", metavar="2010-05-03", help=Said("date de naissance d'un mineur", "date of birth of a minor").to(lang)
    )


def majority_of(born: str | None) -> int | None:
    """Return when somebody born that day comes of age, in milliseconds; None where no date was given."""
    return None if born is None else midnight_ms(eighteenth_birthday(_day(born)))


def case_link(context: Context, args: argparse.Namespace) -> None:
    """Bring two cases together: both sides at once, or one side with a code."""
    client = context.client()
    case = the_case(client, args)
    other = client.names.find(CASE, args.continues or args.continued_by)
    goes_on, closing = (case, other) if args.continues else (other, case)
    links = client.linked_cases
    if args.continues and not links.takes_part(closing):
        code = links.go_on(goes_on, closing, args.informed)
        context.terminal.result(
            {"goes_on": goes_on, "closing": closing, "code": code, "closed": False},
            [
                Said("Signé de ce côté. Un membre de l'autre dossier doit taper :", "Signed. The other side types:"),
                Said(
                    f"  volet case link --case {closing[:8]} --continued-by {goes_on} --code {code} --informed oral",
                    f"  volet case link --case {closing[:8]} --continued-by {goes_on} --code {code} --informed oral",
                ),
            ],
        )
        return
    if args.code or not links.takes_part(goes_on):
        links.close(closing, goes_on, args.informed, args.code)
    else:
        links.bring_together(goes_on, closing, args.informed)
    name = client.names.of(CASE, closing)
    context.terminal.result(
        {"goes_on": goes_on, "closing": closing, "closed": True},
        [
            Said(
                f"{name} est clos à l'écriture et reste lisible ; la suite est dans {client.names.of(CASE, goes_on)}.",
                f"{name} is closed to writing and stays readable; it goes on in {client.names.of(CASE, goes_on)}.",
            )
        ],
    )


def case_links(context: Context, args: argparse.Namespace) -> None:
    """List the links of a case."""
    client = context.client()
    shown = client.linked_cases.links(the_case(client, args))
    rows: list[JsonValue] = [
        {
            "link": one.link, "other": one.other, "role": one.role,
            **({} if one.effective is None else {"effective": one.effective}),
        }
        for one in shown
    ]  # fmt: skip
    context.terminal.result({"links": rows}, [link_line(client, one) for one in shown] or [_NO_LINK])


_NO_LINK = Said("Aucun dossier rapproché.", "No linked case.")


def link_line(client: Client, link: LinkShown) -> Said:
    """Return what a link says of a case."""
    name = client.names.of(CASE, link.other)
    if link.role == CLOSED:
        return Said(f"Clos à l'écriture : suite dans {name}.", f"Closed to writing: it goes on in {name}.")
    waiting = {
        True: Said("", ""),
        False: Said(" (l'autre côté n'a pas encore signé)", " (the other side has not signed yet)"),
        None: Said(" (l'autre côté n'est pas visible d'ici)", " (the other side is not visible from here)"),
    }[link.effective]
    return Said(f"Suite de {name}{waiting.fr}.", f"Continues {name}{waiting.en}.")


def case_unlink(context: Context, args: argparse.Namespace) -> None:
    """Take a link back."""
    client = context.client()
    case, other = the_case(client, args), client.names.find(CASE, args.other)
    client.linked_cases.end(case, other)
    context.terminal.result(
        {"case": case, "other": other}, [Said("Rapprochement annulé : on peut y écrire.", "Link taken back.")]
    )


def case_majority(context: Context, args: argparse.Namespace) -> None:
    """Record the date or the account, say what changes, change the keys that are owed."""
    client = context.client()
    case = the_case(client, args)
    if args.born or args.emancipated:
        client.majority.set_date(case, majority_of(args.born) or midnight_ms(_day(args.emancipated)))
    if args.person:
        client.majority.set_account(case, the_user(client, args.person))
    standing = client.majority.standing(case)
    rotated = list(client.majority.work(case)[1].rotated) if standing.of_age else []
    context.terminal.result(
        {
            "case": case, "of_age": standing.of_age, "holders": list(standing.holders), "rotated": list(rotated),
            "accounts": list(standing.accounts), "secrets": standing.secrets, "consents": standing.consents,
            **({} if standing.majority_ms is None else {"majority_ms": standing.majority_ms}),
        },
        _majority_lines(client, standing, rotated),
    )  # fmt: skip


def _majority_lines(client: Client, standing: Standing, rotated: list[str]) -> list[Said]:
    if standing.majority_ms is None:
        return [
            Said(
                "Aucune date de majorité : la personne est tenue pour majeure.",
                "No date of majority: the person is taken to be of age.",
            ),
            Said("Mineure ? volet case majority --born 2010-05-03", "A minor? volet case majority --born 2010-05-03"),
        ]
    when = dt.datetime.fromtimestamp(standing.majority_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y %H:%M")
    who = ", ".join(user_name(client, user) for user in standing.holders) or "–"
    lines = [
        Said(f"Majeure depuis le {when}.", f"Of age since {when}.")
        if standing.of_age
        else Said(f"Mineure jusqu'au {when}.", f"A minor until {when}."),
        Said(f"  Autorité parentale ou tutelle de mineur, qui prend fin : {who}.", f"  Authority that ends: {who}."),
        Said(
            f"  Accords donnés par eux, qui cessent : {standing.consents}. Secrets du mineur : {standing.secrets}.",
            f"  Consents of theirs that end: {standing.consents}. Minor's secrets: {standing.secrets}.",
        ),
    ]
    if rotated:
        lines.append(Said(f"  Clés renouvelées : {', '.join(rotated)}.", f"  Keys rotated: {', '.join(rotated)}."))
    if not standing.accounts:
        lines.append(
            Said(
                "  La personne n'a pas de compte : invitez-la, puis volet case majority --person NOM.",
                "  The person has no account: invite them, then volet case majority --person NAME.",
            )
        )
    return lines


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise UsageError(
            Said(f"Date inconnue : {given}.", f"Unknown date: {given}."), Said("2010-05-03", "2010-05-03")
        ) from None
