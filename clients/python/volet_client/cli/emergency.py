"""`volet emergency`: declare an emergency access, end it, see it, answer it, review it."""

from __future__ import annotations

import argparse

from volet_client.case_references import is_reference, the_case_of
from volet_client.cli import emergency_words as words
from volet_client.cli.asking import add_case, the_case
from volet_client.cli.context import Context
from volet_client.emergencies import LONGEST_H
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fact_emergencies import LEGITIMATE, MEANS, NOT_LEGITIMATE, REASONS


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of the command."""
    parser.description = Said(
        "Accès en urgence : un professionnel de santé dit pourquoi ; qui a les clés lui communique l'essentiel vital, "
        "24 heures au plus ; la personne, qui suit le dossier et l'auditeur le voient ; puis on le relit.",
        "Emergency access: a health professional says why; whoever holds the keys opens the vital minimum to them, for "
        "24 hours at most; the person, who follows the case and the auditor see it; then it is reviewed.",
    ).to(lang)
    parser.epilog = Said(
        'exemples :\n  volet emergency start --case REF --reason unconscious --text "Chute, ne répond pas."\n'
        "  volet emergency stop --case REF\n  volet emergency list\n  volet emergency answer 1a2b3c4d\n"
        '  volet emergency review 1a2b3c4d --legitimate --text "Confirmé par le service."',
        'examples:\n  volet emergency start --case REF --reason unconscious --text "Fell, does not answer."\n'
        "  volet emergency list\n  volet emergency review 1a2b3c4d --not-legitimate",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("start", help=Said("déclarer", "declare").to(lang))
    start.add_argument("--reason", choices=REASONS, required=True, help=_reasons(lang))
    start.add_argument("--text", required=True, help=Said("chiffré, 2 000 signes", "sealed, 2,000 characters").to(lang))
    start.add_argument("--hours", type=int, default=LONGEST_H)
    add_case(start, lang)
    start.set_defaults(run=emergency_start)
    stop = verbs.add_parser("stop", help=Said("mettre fin", "end").to(lang))
    stop.add_argument("emergency", metavar="ID", nargs="?")
    add_case(stop, lang)
    stop.set_defaults(run=emergency_stop)
    listed = verbs.add_parser("list", help=Said("voir, à relire", "see, to review").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=emergency_list)
    answer = verbs.add_parser("answer", help=Said("communiquer l'essentiel vital", "open the vital minimum").to(lang))
    answer.add_argument("emergency", metavar="ID")
    add_case(answer, lang)
    answer.set_defaults(run=emergency_answer)
    review = verbs.add_parser("review", help=Said("relire et clore", "review and close").to(lang))
    review.add_argument("emergency", metavar="ID")
    outcome = review.add_mutually_exclusive_group(required=True)
    outcome.add_argument("--legitimate", dest="outcome", action="store_const", const=LEGITIMATE)
    outcome.add_argument("--not-legitimate", dest="outcome", action="store_const", const=NOT_LEGITIMATE)
    review.add_argument("--text", help=Said("chiffré", "sealed").to(lang))
    review.add_argument(
        "--told", choices=sorted(MEANS), help=Said("la personne a été informée", "the person was told").to(lang)
    )
    add_case(review, lang)
    review.set_defaults(run=emergency_review)


def _reasons(lang: str) -> str:
    return "; ".join(f"{code}: {words.REASON_WORDS[code].to(lang)}" for code in REASONS)


def emergency_start(context: Context, args: argparse.Namespace) -> None:
    """Declare an emergency."""
    client = context.client()
    given = str(args.case or "")
    # Who is called from outside has a paper of the case, and is in none of its lists.
    case = the_case_of(client.hub, given) if is_reference(given) else the_case(client, args)
    started = client.emergencies.start(case, args.reason, args.text, args.hours)
    lines = [
        Said(
            f"Accès en urgence déclaré, inscrit au journal (n° {started.leaf}), pour {args.hours} heures au plus.",
            f"Emergency declared and logged (number {started.leaf}), for {args.hours} hours at most.",
        ),
        Said(
            "Vous lirez dès qu'un membre de l'équipe aura répondu : volet list medical/2 --case REF. Sinon, appelez "
            "l'équipe : la plateforme n'a aucune clé.",
            "You read as soon as a member of the team has answered: volet list medical/2 --case REF. Else phone them: "
            "the hub has no key.",
        ),
    ]
    if started.left_out:
        lines.append(
            Said(
                f"{len(started.left_out)} compte(s) bloqué(s) n'ont pas pu recevoir votre texte.",
                f"{len(started.left_out)} frozen account(s) could not be sealed your words.",
            )
        )
    context.terminal.result(
        {
            "case": case, "emergency": started.emergency, "leaf": started.leaf, "until_ms": started.until_ms,
            "told": list(started.told), "left_out": list(started.left_out),
        },
        lines,
    )  # fmt: skip


def emergency_stop(context: Context, args: argparse.Namespace) -> None:
    """End an emergency."""
    client = context.client()
    emergency = client.emergencies.stop(the_case(client, args), args.emergency)
    context.terminal.result(
        {"emergency": emergency},
        [Said("Terminé : plus rien n'est remis. À relire.", "Over: nothing more is handed out. To be reviewed.")],
    )


def emergency_list(context: Context, args: argparse.Namespace) -> None:
    """List emergencies: of one's cases, or of all to an auditor."""
    client = context.client()
    rows: list[JsonValue] = []
    lines: list[Said] = []
    if client.emergency_reviews.audits:
        now_ms = client.clock()
        for found in client.emergency_reviews.listed():
            rows.append(words.audited_row(found, now_ms))
            lines += words.audited_line(client, found, now_ms)
    else:
        for case in [the_case(client, args)] if args.case else client.cases.ids():
            view = client.cases.view(case)
            for shown in client.emergencies.shown(view):
                rows.append({"case": case, **words.row(client, shown)})
                lines += words.line(client, view, shown)
    nothing = Said("Aucun accès en urgence.", "No emergency access.")
    context.terminal.result({"emergencies": rows}, lines or [nothing])


def emergency_answer(context: Context, args: argparse.Namespace) -> None:
    """Answer one emergency by hand."""
    client = context.client()
    view = client.cases.view(the_case(client, args))
    course = client.emergencies.find(view, args.emergency)
    _, answered = client.emergency_answers.work(view, course.record.hash)
    for error in answered.refused.values():
        raise error
    count = answered.opened.get(course.record.hash, 0)
    context.terminal.result(
        {"emergency": course.record.hash, "opened": count},
        words.answered_lines(answered)
        or [Said("Rien de plus à communiquer d'ici.", "Nothing more to open from here.")],
    )


def emergency_review(context: Context, args: argparse.Namespace) -> None:
    """Close an emergency as legitimate or not."""
    client = context.client()
    case, emergency = _reviewed(context, args)
    fact = client.emergency_reviews.review(case, emergency, args.outcome, args.text, args.told)
    legitimate = args.outcome == LEGITIMATE
    lines = [Said("Relu : légitime.", "Reviewed: legitimate.") if legitimate else words.AFTER_NOT_LEGITIMATE]
    context.terminal.result({"emergency": emergency, "outcome": args.outcome, "fact": fact}, lines)


def _reviewed(context: Context, args: argparse.Namespace) -> tuple[str, str]:
    """Return the case and the emergency that are meant: an auditor's from their list, else from the case."""
    client = context.client()
    if client.emergency_reviews.audits:
        return client.emergency_reviews.find(args.emergency)
    case = the_case(client, args)
    return case, client.emergencies.find(client.cases.view(case), args.emergency).record.hash
