"""`volet report`: whom to call now; a report of danger, for those its author names, sent to the authority (F21)."""

from __future__ import annotations

import argparse

from volet_client.authorities import Authorities, find_authorities
from volet_client.cli.asking import add_case, the_case, the_user, user_name
from volet_client.cli.context import Context
from volet_client.cli.exports import add_output, write_papers
from volet_client.client import Client
from volet_client.entries import Read
from volet_client.errors import UsageError
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.kinds import Content
from volet_protocol.outside import Outside

# The guided text: one question after the other, in the words that authorities expect.
QUESTIONS = (
    ("observed", Said("Ce que j'ai vu ou entendu moi-même (faits, dates, lieux)", "What I saw or heard myself")),
    ("said", Said("Ce que la personne a dit, entre guillemets", "What the person said, in quotes")),
    ("others", Said("Ce que d'autres m'ont rapporté, et qui", "What others told me, and who")),
    ("worry", Said("Ce qui m'inquiète, et depuis quand", "What worries me, and since when")),
    ("done", Said("Ce qui a déjà été fait", "What was already done")),
)
AUTHORITIES = {
    "crip": "Cellule de recueil des informations préoccupantes",
    "prosecutor": "Procureur de la République",
    "adults": "Cellule départementale des adultes vulnérables",
}
BASIS = "C. pén. 226-14 ; CASF L226-2-1, L226-4 II"


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet report`."""
    parser.epilog = Said(
        "exemples :\n  volet report numbers\n"
        '  volet report start --child --named "Cheffe" --observed "…" --said "« … »"\n'
        "  volet report send last --authority crip --into envoi\n"
        '  volet report answer last --text "Reçu, évaluation ouverte."',
        'examples:\n  volet report start --child --named "Manager" --observed "…"\n'
        "  volet report send last --authority crip --into out",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    numbers = verbs.add_parser("numbers", help=Said("qui appeler maintenant", "whom to call now").to(lang))
    numbers.set_defaults(run=report_numbers)
    start = verbs.add_parser("start", help=Said("écrire un signalement", "write a report").to(lang))
    start.add_argument("--title", default="Signalement")
    start.add_argument(
        "--named",
        metavar="NOM",
        action="append",
        default=[],
        help=Said(
            "une à trois personnes qui le liront, responsable compris", "one to three readers, a manager included"
        ).to(lang),
    )
    start.add_argument(
        "--alone",
        action="store_true",
        help=Said("personne ici : je l'adresse seul à l'autorité", "nobody here: I send it to the authority alone").to(
            lang
        ),
    )
    start.add_argument(
        "--hidden-from",
        metavar="NOM",
        action="append",
        default=[],
        help=Said("qui ne doit pas savoir (adulte)", "who must not know (adult)").to(lang),
    )
    about = start.add_mutually_exclusive_group()
    about.add_argument("--child", dest="child", action="store_const", const=True)
    about.add_argument("--adult", dest="child", action="store_const", const=False)
    start.add_argument("--text", help=Said("le texte entier, à la place des questions", "the whole text").to(lang))
    for name, question in QUESTIONS:
        start.add_argument(f"--{name}", metavar="TEXTE", help=question.to(lang))
    add_case(start, lang)
    start.set_defaults(run=report_start)
    listed = verbs.add_parser("list", help=Said("ceux qui me nomment", "those that name me").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=report_list)
    read = verbs.add_parser("read", help=Said("lire un signalement et ses suites", "read one").to(lang))
    answer = verbs.add_parser("answer", help=Said("dire la suite donnée", "say what follows").to(lang))
    send = verbs.add_parser("send", help=Said("l'adresser à l'autorité", "send it to the authority").to(lang))
    for verb, run in ((read, report_read), (answer, report_answer), (send, report_send)):
        verb.add_argument("report", metavar="ID|last")
        add_case(verb, lang)
        verb.set_defaults(run=run)
    answer.add_argument("--text", required=True)
    to = send.add_mutually_exclusive_group(required=True)
    to.add_argument(
        "--authority",
        choices=sorted(AUTHORITIES),
        help=Said("sans compte : papier scellé et bordereau", "no account: sealed paper and slip").to(lang),
    )
    to.add_argument(
        "--to",
        dest="account",
        metavar="NOM",
        help=Said("l'autorité a un compte et participe", "it has an account and takes part").to(lang),
    )
    add_output(send, lang)


def _authorities(context: Context) -> Authorities:
    return find_authorities(context.config.authorities, context.config.trust_file)


def report_numbers(context: Context, _args: argparse.Namespace) -> None:
    """Say whom to call; no profile is needed."""
    lines = _authorities(context).screen()
    context.terminal.result({"numbers": [line.to(context.config.lang) for line in lines]}, lines)


def report_start(context: Context, args: argparse.Namespace) -> None:
    """Show whom to call, then write a report."""
    screen = _authorities(context).screen()
    for line in screen:
        context.terminal.note(line)
    client = context.client()
    case = the_case(client, args)
    if bool(args.named) == args.alone:
        raise UsageError(
            Said("Qui le lira ? Une à trois personnes, responsable compris.", "Who reads it? One to three people."),
            Said('--named "NOM", ou --alone pour l\'adresser seul.', '--named "NAME", or --alone.'),
        )
    named = [the_user(client, who) for who in args.named]
    hidden = [the_user(client, who) for who in args.hidden_from]
    posted = client.reports.start(
        case, args.title, _text(args), named, child=args.child, hidden_from=hidden
    )  # fmt: skip
    report = posted.place.name[:8]
    context.terminal.result(
        {"report": posted.place.name, "entry": posted.id, "numbers": [line.to(context.config.lang) for line in screen]},
        [
            Said(
                f"Signalement {report} enregistré. Rien n'en paraît dans le dossier pour les autres.",
                f"Report {report} stored. Nothing of it shows in the case to anybody else.",
            ),
            Said(
                f"Pour l'adresser : volet report send {report} --authority crip|prosecutor.",
                f"To send it: volet report send {report} --authority crip|prosecutor.",
            ),
        ],
    )


def _text(args: argparse.Namespace) -> str:
    answers = [(question, getattr(args, name)) for name, question in QUESTIONS]
    if args.text is not None:
        answers = []
    elif not args.observed:
        raise UsageError(
            Said("Commencez par ce que vous avez vu ou entendu.", "Start with what you saw or heard."),
            Said('--observed "…", ou --text "…" pour le texte entier.', '--observed "…", or --text "…".'),
        )
    parts = [f"{question.fr} :\n{said}" for question, said in answers if said]
    if args.hidden_from:
        parts.append(f"Ne pas informer : {', '.join(args.hidden_from)}.")
    return "\n\n".join([args.text, *parts] if args.text is not None else parts)


def report_list(context: Context, args: argparse.Namespace) -> None:
    """List reports."""
    client = context.client()
    case = the_case(client, args)
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for place in client.reports.places(case):
        titles = client.entries.titles(case, place)
        rows.append({"report": place.name, "entries": len(titles)})
        title = titles[0].title.title if titles and titles[0].title is not None else "?"
        lines.append(Said(f"{place.name[:8]}  {title}  ({len(titles)})", f"{place.name[:8]}  {title}  ({len(titles)})"))
    context.terminal.result({"reports": rows}, lines or [Said("Aucun signalement.", "No report.")])


def report_read(context: Context, args: argparse.Namespace) -> None:
    """Read a report and what followed."""
    client = context.client()
    case = the_case(client, args)
    told = client.reports.read(case, client.reports.find(case, args.report))
    rows = [_row(client, one) for one in told.entries]
    lines = [Said(str(row["line"]), str(row["line"])) for row in rows]
    context.terminal.result({"report": told.place.name, "entries": list(rows)}, lines)


def _row(client: Client, read: Read) -> dict[str, JsonValue]:
    entry = read.listed.entry
    text = str(read.body.fields.get("text", "")) if isinstance(read.body, Content) else ""
    title = read.title.title if read.title is not None else ""
    who = "" if entry is None else user_name(client, entry.header.preamble.user)
    return {"title": title, "text": text, "author_name": who, "line": f"{who} — {title}\n{text}"}


def report_answer(context: Context, args: argparse.Namespace) -> None:
    """Say to those named what follows (R38)."""
    client = context.client()
    case = the_case(client, args)
    place = client.reports.find(case, args.report)
    posted = client.reports.answer(case, place, "Suite donnée", args.text)
    context.terminal.result({"entry": posted.id}, [Said("Dit à ceux que le signalement nomme.", "Told.")])


def report_send(context: Context, args: argparse.Namespace) -> None:
    """Send a report: to an account, or as a sealed paper with its slip."""
    client = context.client()
    case = the_case(client, args)
    place = client.reports.find(case, args.report)
    if args.account:
        posted = client.reports.name(case, place, the_user(client, args.account))
        context.terminal.result(
            {"entry": posted.id}, [Said(f"Adressé à {args.account}.", f"Sent to {args.account}.")]
        )  # fmt: skip
        return
    texts = [
        one.listed.entry.id
        for one in client.entries.titles(case, place)
        if one.listed.entry is not None and one.title is not None and one.title.kind == "report"
    ]
    taken = client.exports.take(case, place, texts[-1:], Outside("O13", args.authority))
    name = AUTHORITIES[args.authority]
    result, lines = write_papers(client, case, taken, args, name=name, basis=BASIS)
    client.reports.answer(
        case, place, "Transmis", f"Transmis : {name}, {result['means']}. Journal n° {taken.leaf}."
    )  # fmt: skip
    numbers = _authorities(context)
    phone = {"crip": numbers.crip, "prosecutor": numbers.prosecutor, "adults": numbers.adults}[args.authority]
    lines.append(Said(f"Téléphone : {phone}.", f"Phone: {phone}."))
    context.terminal.result({**result, "phone": phone}, lines)
