"""`volet log search`, `volet log report`: acts of the log that somebody asks for, and those somebody should look at."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable

from volet_client.case_references import the_case_of
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import EvidenceError, NotPermittedError, UsageError
from volet_client.log_cases import case_of
from volet_client.log_inspection import Day, inspect
from volet_client.log_inspection_hub import inspect_hub, inspect_structure
from volet_client.log_replay import Logged
from volet_client.log_reports import PARIS, REPORTS, Line, Wanted, line_of, user_of
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.case_reference import reference_of
from volet_protocol.log_positions import text_of
from volet_protocol.log_request import REASONS
from volet_protocol.operator_roles import OFFICER

SHORT = 8
INSPECTION = "inspection"
_NAMES = ("act", "row", "structure", "compartment", "intent", "purpose")


def register_reports(add: Callable[..., argparse.ArgumentParser], lang: str) -> None:
    """Add these verbs to `volet log`; `add` makes the parser of one."""
    search = add("search", help=Said("chercher des actes (auditeur)", "find acts (auditor)").to(lang))
    _add_case(search, lang)
    for name in ("user", *_NAMES):
        search.add_argument(f"--{name}")
    search.add_argument("--emergency", action="store_true")
    _add_dates(search)
    search.set_defaults(run=log_search)
    identify = add("identify", help=Said("lever un pseudonyme, avec un motif", "lift a pseudonym").to(lang))
    identify.add_argument("user", metavar="COMPTE")
    _add_case(identify, lang)
    identify.set_defaults(run=log_identify)
    report = add("report", help=Said("ce qui est à regarder (auditeur)", "what to look at").to(lang))
    report.add_argument("name", choices=[*sorted(REPORTS), INSPECTION])
    report.add_argument("--structure", metavar="CODE", help=Said("structure contrôlée", "structure inspected").to(lang))
    report.add_argument("--at", metavar="AAAA-MM-JJ", help=Said("jour du contrôle", "day inspected").to(lang))
    _add_case(report, lang)
    _add_dates(report)
    report.set_defaults(run=log_report)


def _add_case(parser: argparse.ArgumentParser, lang: str) -> None:
    said = Said("référence du dossier, avec --reason", "reference of the case, with --reason")
    parser.add_argument("--case", help=said.to(lang))
    parser.add_argument("--reason", choices=sorted(REASONS))


def _add_dates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="AAAA-MM-JJ")
    parser.add_argument("--until", metavar="AAAA-MM-JJ")


def log_search(context: Context, args: argparse.Namespace) -> None:
    """Show the acts that fit every question asked."""
    attestation = context.client().author.attestation
    if attestation is not None and attestation.capacity.role == OFFICER:
        raise NotPermittedError(
            Said("La recherche d'actes est celle de l'auditeur.", "Finding acts is the auditor's."),
            hint=Said("volet log report …", "volet log report …"),
        )
    acts = _acts(context.client(), args)
    named = {name: getattr(args, name) for name in ("user", *_NAMES)}
    since_ms, until_ms = _dates(args)
    wanted = Wanted(**named, since_ms=since_ms, until_ms=until_ms, emergency=args.emergency)
    _show(context, [line_of(act) for act in acts if wanted.fits(act)])


def log_report(context: Context, args: argparse.Namespace) -> int:
    """Show one report; the status says whether anything is to be looked at."""
    if args.name == INSPECTION:
        return _inspection(context, args)
    since_ms, until_ms = _dates(args)
    wanted = Wanted(since_ms=since_ms, until_ms=until_ms)
    acts = _acts(context.client(), args)
    lines = [line for line in REPORTS[args.name](acts) if any(wanted.fits(act) for act in _of(acts, line))]
    _show(context, lines)
    return EvidenceError.exit_status if lines else 0


def log_identify(context: Context, args: argparse.Namespace) -> None:
    """Lift the pseudonym of an account in a case; the data protection officer is told of it."""
    client = context.client()
    acts = _acts(client, args)
    cases = {case for act in acts if (case := case_of(act)) is not None}
    users = {user for act in acts if (user := user_of(act)) and user.startswith(str(args.user))}
    if len(cases) != 1 or len(users) != 1 or len(str(args.user)) < SHORT:
        raise UsageError(
            Said(f"Aucun compte {args.user} dans ce dossier.", f"No account {args.user} in this case."),
            Said("volet log search --case … --reason …", "volet log search --case … --reason …"),
        )
    user = users.pop()
    bound = client.audit.identify(cases.pop(), user, str(args.reason))
    rows: list[JsonValue] = [{"iss": one.iss, "sub": one.sub, "iat_ms": one.iat_ms, "mode": one.mode} for one in bound]
    told = Said(
        "Inscrit au journal avec son motif ; le délégué à la protection des données en est informé.",
        "Logged with its reason; the data protection officer is told.",
    )
    said = [Said(f"{one.sub} ({one.iss})", f"{one.sub} ({one.iss})") for one in bound]
    context.terminal.result({"user": user, "identities": rows}, [*said, told])


def _inspection(context: Context, args: argparse.Namespace) -> int:
    """Print the sheet of one case, or of one structure, on one day: a result, never a finding."""
    client, start_ms, end_ms = context.client(), _day(args.at, 0), _day(args.at, 1)
    if (args.case is None) == (args.structure is None) or start_ms is None or end_ms is None:
        raise UsageError(
            Said("Précisez le dossier ou la structure, et le jour.", "Name the case or the structure, and the day."),
            Said("--case … --at 2026-03-31 --reason inspection", "--case … --at 2026-03-31 --reason inspection"),
        )
    day, everything = Day(start_ms, end_ms), client.audit.records(None)
    acts = everything if args.case is None else _acts(client, args)
    for user in sorted({user for act in acts if (user := user_of(act))}):
        client.directory.known(user)
    own = client.author.attestation
    hub = inspect_hub(everything, day, whole=own is not None and own.scope is not None and own.scope.whole)
    tables = client.rules.tables
    if args.case is None:
        lines = [*inspect_structure(acts, client.directory, tables, str(args.structure), day), "", *hub]
    else:
        lines = inspect(acts, client.directory, tables, day, hub)
    context.terminal.result({"lines": list(lines)}, [Said(line, line) for line in lines])
    return 0


def _of(acts: list[Logged], line: Line) -> list[Logged]:
    return [act for act in acts if act.index in line.indexes]


def _acts(client: Client, args: argparse.Namespace) -> list[Logged]:
    """Return the acts of the case looked up, or of all; a case is only ever named with a reason."""
    if args.case is None:
        return client.audit.records(None)
    if args.reason is None:
        raise UsageError(
            Said("Dites pourquoi vous consultez ce dossier.", "Say why you look this case up."),
            Said(f"--reason {'|'.join(sorted(REASONS))}", f"--reason {'|'.join(sorted(REASONS))}"),
        )
    return client.audit.records(the_case_of(client.hub, str(args.case)), args.reason)


def _dates(args: argparse.Namespace) -> tuple[int | None, int | None]:
    """Return the first instant asked for and the first after it: both days are included, in Paris time."""
    return _day(args.since, 0), _day(args.until, 1)


def _day(given: str | None, after: int) -> int | None:
    if given is None:
        return None
    try:
        day = dt.date.fromisoformat(given) + dt.timedelta(days=after)
    except ValueError:
        raise UsageError(
            Said(f"{given} n'est pas une date.", f"{given} is not a date."), Said("2026-03-31", "2026-03-31")
        ) from None
    return int(dt.datetime.combine(day, dt.time(), PARIS).timestamp() * 1000)


def _show(context: Context, lines: list[Line]) -> None:
    rows: list[JsonValue] = [line.to_json() for line in lines]
    said = [_said(line) for line in lines]
    said.append(Said(f"{len(lines)} lignes.", f"{len(lines)} lines."))
    context.terminal.result({"lines": rows}, said)


def _said(line: Line) -> Said:
    when = dt.datetime.fromtimestamp(line.time_ms / 1000, dt.UTC).astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
    return Said(f"{when}  {_words(line, 'fr')}", f"{when}  {_words(line, 'en')}")


def _words(line: Line, lang: str) -> str:
    what = line.what
    where = ", ".join(f"n° {text_of(index)}" for index in line.indexes[:3])
    row = row_label(str(what["row"]), lang) if "row" in what else ""
    known = [str(what[name]) for name in ("act", "problem", "rules", "count", "entries", "intent", "reason")
             if isinstance(what.get(name), str | int)]  # fmt: skip
    ids = [f"user {str(what['user'])[:SHORT]}"] if "user" in what else []
    ids += [f"{Said('dossier', 'case').to(lang)} {reference_of(str(what['case']))}"] if "case" in what else []
    ids += [f"{Said('identité de', 'identity of').to(lang)} {str(what['lifted'])[:SHORT]}"] if "lifted" in what else []
    return " · ".join(part for part in (*known, row, *ids, where) if part)
