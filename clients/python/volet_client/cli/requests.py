"""`volet request`: what the person asks about their own case, until when it is answered, and the answer (F16)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from volet_client.cli.asking import add_case, the_case, the_user
from volet_client.cli.context import Context
from volet_client.cli.facts_asking import add_recording, chosen, collecting, namer
from volet_client.cli.facts_telling import tell
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.facts_recording import Make
from volet_client.facts_words import MEANS as MEANS_WORDS
from volet_client.facts_words import date, sentence
from volet_client.requests import Registered, State, answer, is_of_officer, request
from volet_client.requests import register as registered
from volet_client.requests_words import request_words
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_reference import reference_of
from volet_protocol.fact_requests import ABOUT_AN_ACT, CONTEST, KINDS, MEANS, NAME, OUTCOMES, REASONS

_STATES = {
    State.WAITING: Said("en attente", "waiting"),
    State.OVERDUE: Said("EN RETARD", "OVERDUE"),
    State.ANSWERED: Said("répondu", "answered"),
    State.ANSWERED_LATE: Said("répondu EN RETARD", "answered LATE"),
}
_OFFICER = Said("délégué à la protection des données", "data protection officer")
_HOLDERS = {True: Said("la personne", "the person"), False: Said("qui la représente", "who represents them")}


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet request`."""
    parser.description = Said(
        "Registre des demandes de la personne : un mois pour répondre (RGPD, article 12). "
        "Le référent répond, ou le délégué à la protection des données, qui les voit toutes : volet request desk.",
        "Register of the person's requests: one month to answer (GDPR article 12). "
        "The referent answers, or the data protection officer, who sees them all: volet request desk.",
    ).to(lang)
    parser.epilog = Said(
        "exemples :\n  volet request add copy --means phone\n  volet request contest 123\n"
        '  volet request answer contest granted --note "Remplaçante du 12 mars."',
        "examples:\n  volet request add copy --means phone\n  volet request contest 123\n"
        '  volet request answer contest granted --note "A substitute."',
    ).to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help=Said("noter une demande", "record a request").to(lang))
    add.add_argument("kind", choices=sorted(KINDS - ABOUT_AN_ACT))
    _asked(add, lang)
    for kind, about in (
        (CONTEST, Said("je ne comprends pas cet accès", "I do not understand this access")),
        (NAME, Said("demander qui a fait cet accès", "ask who made this access")),
    ):
        contested = verbs.add_parser(kind, help=about.to(lang))
        contested.add_argument("leaf", type=int, metavar="NUMÉRO", help="volet accesses")
        _asked(contested, lang)
        contested.set_defaults(kind=kind)
    listed = verbs.add_parser("list", help=Said("le registre", "the register").to(lang))
    add_case(listed, lang)
    listed.set_defaults(run=request_list)
    desk = verbs.add_parser(
        "desk", help=Said("tous les dossiers (délégué à la protection des données)", "all cases (DPO)").to(lang)
    )
    desk.set_defaults(run=request_desk)
    told = verbs.add_parser("answer", help=Said("répondre (référent)", "answer (referent)").to(lang))
    told.add_argument("which", metavar="MOT")
    told.add_argument("outcome", choices=sorted(OUTCOMES))
    told.add_argument("--because", choices=sorted(REASONS), help=Said("sauf si accordé", "unless granted").to(lang))
    told.add_argument("--means", choices=sorted(MEANS), default="written")
    add_recording(told, lang)
    told.set_defaults(run=request_answer)


def _asked(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("--means", choices=sorted(MEANS), default="electronic")
    parser.add_argument("--by", metavar="NOM", help=Said("représentant", "representative").to(lang))
    add_recording(parser, lang)
    parser.set_defaults(run=request_add)


def request_add(context: Context, args: argparse.Namespace) -> None:
    """Record a request."""
    client = context.client()
    holder = the_user(client, args.by) if args.by else None
    make = request(args.kind, args.means, leaf=getattr(args, "leaf", None), holder=holder)
    said = Said(
        "Demande notée : le référent a un mois pour répondre.",
        "Request recorded: the referent has one month to answer.",
    )
    _record(context, args, make, said)


def request_answer(context: Context, args: argparse.Namespace) -> None:
    """Record the answer to a request."""
    client = context.client()
    said = Said("Réponse notée : la personne la lit.", "Answer recorded: the person reads it.")
    if client.request_desk.answers:
        if any(getattr(args, name) for name in ("offline", "collected", "note", "paper", "helped_by")):
            raise UsageError(
                Said(
                    "Le délégué à la protection des données répond en ligne, sans mots dans le dossier.",
                    "The data protection officer answers on line, without words in the case.",
                ),
                Said("volet request answer 1a2b3c4d granted", "volet request answer 1a2b3c4d granted"),
            )
        fact = client.request_desk.answer(args.which, args.outcome, args.means, args.because)
        context.terminal.result({"recorded": True, "fact": fact}, [said])
        return
    facts = client.facts.facts(the_case(client, args), offline=bool(args.offline))
    waiting = [one.request for one in registered(facts, client.clock()) if one.state in {State.WAITING, State.OVERDUE}]
    which = chosen(client, facts, waiting, [args.which])
    make = answer(which, args.outcome, args.means, args.because)
    _record(context, args, make, said)


def request_list(context: Context, args: argparse.Namespace) -> None:
    """Show the register."""
    client, lang = context.client(), context.config.lang
    facts = client.facts.facts(the_case(client, args))
    found = registered(facts, client.clock())
    rows: list[JsonValue] = [_row(client, facts, one, lang) for one in found]
    lines = [said for one in found for said in _lines(client, facts, one, lang)]
    context.terminal.result({"requests": rows}, lines or [Said("Aucune demande.", "No request.")])


def request_desk(context: Context, _args: argparse.Namespace) -> None:
    """Show the requests of every case: to who watches over the log."""
    client, lang = context.client(), context.config.lang
    found = client.request_desk.everywhere(client.clock())
    rows: list[JsonValue] = []
    lines: list[Said] = []
    for one in found:
        fact, state = one.registered.request.fact, one.registered.state
        rows.append({
            "case": one.case, "fact": one.registered.request.hash, "kind": fact.kind, "state": state.value,
            "term_ms": one.registered.term_ms, "answers": len(one.registered.answers),
        })  # fmt: skip
        by = _HOLDERS[fact.made_by.mandate is None].to(lang)
        line = f"{one.registered.request.hash[:8]}  {reference_of(one.case)}  "
        line += request_words(fact, by, MEANS_WORDS[fact.means].to(lang), lang)
        line += f" [{_STATES[state].to(lang)}, {date(one.registered.term_ms)}]"
        lines.append(Said(line, line))
    context.terminal.result({"requests": rows}, lines or [Said("Aucune demande.", "No request.")])


def _record(context: Context, args: argparse.Namespace, make: Make, said: Said) -> None:
    client = context.client()
    tell(context, client.facts.record(the_case(client, args), make, collecting(args)), {}, said)


def _row(client: Client, facts: CaseFacts, one: Registered, lang: str) -> dict[str, JsonValue]:
    fact, names = one.request.fact, namer(client, lang)
    answers: list[JsonValue] = [
        {
            "fact": told.hash,
            "outcome": told.fact.outcome,
            "at_ms": told.fact.at_ms,
            "by": told.author.user,
            "officer": is_of_officer(told),
            "said": sentence(told.fact, facts, names),
        }
        for told in one.answers
    ]
    row: dict[str, JsonValue] = {
        "fact": one.request.hash, "kind": fact.kind, "received_ms": fact.received_ms, "term_ms": one.term_ms,
        "state": one.state.value, "by": one.request.author.user, "answers": answers,
    }  # fmt: skip
    return row if fact.leaf is None else {**row, "leaf": fact.leaf}


def _lines(client: Client, facts: CaseFacts, one: Registered, lang: str) -> Sequence[Said]:
    names = namer(client, lang)
    asked = f"{one.request.hash[:8]}  {sentence(one.request.fact, facts, names)}"
    state = _STATES[one.state].to(lang)
    term = Said(f"terme le {date(one.term_ms)}", f"term {date(one.term_ms)}").to(lang)
    by_officer = f" ({_OFFICER.to(lang)})"
    lines = [f"{asked} [{state}, {term}]"]
    lines += [
        f"    {date(told.fact.at_ms)}  {sentence(told.fact, facts, names)}{by_officer if is_of_officer(told) else ''}"
        for told in one.answers
    ]
    return [Said(line, line) for line in lines]
