"""`volet accesses`, `volet log`: who looked and why; is the log whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_client.audit import Access, Accesses
from volet_client.cli.access_words import AccessWords
from volet_client.cli.asking import add_case, the_case, user_name
from volet_client.cli.context import Context
from volet_client.client import Client
from volet_client.errors import UsageError
from volet_client.log_export import LogChecked, check_export, read_export
from volet_client.profile import read_bundle
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier


def register(name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of one of these commands."""
    if name == "accesses":
        parser.description = Said(
            "Qui a consulté quoi, quand et pourquoi ; chaque ligne est vérifiée dans le journal.",
            "Who read what, when and why; each line is verified in the log.",
        ).to(lang)
        parser.add_argument(
            "--all", action="store_true", help=Said("tous les dossiers (auditeur)", "all cases (auditor)").to(lang)
        )
        add_case(parser, lang)
        parser.set_defaults(run=accesses)
        return
    parser.epilog = Said(
        "exemples :\n  volet log verify\n  volet log export journal.json --records\n"
        "  volet log verify journal.json --trust trust.json",
        "examples:\n  volet log verify\n  volet log export log.json\n  volet log verify log.json --trust trust.json",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help=Said("tout vérifier, en ligne ou hors ligne", "verify all of it").to(lang))
    verify.add_argument("file", nargs="?", type=Path)
    verify.add_argument("--trust", type=Path, metavar="trust.json")
    verify.set_defaults(run=log_verify)
    verbs.add_parser("checkpoint", help=Said("dernier état signé", "newest signed state").to(lang)).set_defaults(
        run=log_checkpoint
    )
    export = verbs.add_parser("export", help=Said("exporter pour un tiers", "export for an outsider").to(lang))
    export.add_argument("file", type=Path)
    export.add_argument(
        "--records", action="store_true", help=Said("avec les actes (auditeur)", "with the acts (auditor)").to(lang)
    )
    export.set_defaults(run=log_export)


def accesses(context: Context, args: argparse.Namespace) -> None:
    """Show who looked."""
    client = context.client()
    case = None if args.all else the_case(client, args)
    shown, words = client.audit.accesses(case), AccessWords(client, case)
    rows: list[JsonValue] = [_row(client, act) for act in shown.acts]
    gaps: dict[str, JsonValue] = {class_: list(numbers) for class_, numbers in shown.gaps.items()}
    lines = [words.line(act) for act in shown.acts]
    lines += [finding.said() for finding in shown.findings or ()]
    lines.append(_counted(shown))
    findings: list[JsonValue] = [finding.to_json() for finding in shown.findings or ()]
    context.terminal.result(
        {
            "acts": rows, "missing": gaps, "complete": shown.complete, "findings": findings,
            "size": shown.checkpoint.size,
        },
        lines,
    )  # fmt: skip


def _counted(shown: Accesses) -> Said:
    """Say how many acts were verified, and that none is missing only where that was proved."""
    if shown.complete:
        rest = Said(" Aucun ne manque.", " None is missing.")
    elif shown.findings or shown.gaps:
        rest = Said(
            " Le compte n'y est pas : remettez le dossier « evidence » de votre profil à votre auditeur.",
            " The count does not add up: hand the folder `evidence` of your profile to your auditor.",
        )
    else:
        rest = Said(
            " Les compter tous demande la clé du dossier, remise à la personne seule.",
            " Counting them all takes the key of the case, handed to the person alone.",
        )
    count, size = len(shown.acts), shown.checkpoint.size
    return Said(
        f"{count} actes, chacun vérifié dans le journal ({size} inscriptions)." + rest.fr,
        f"{count} acts, each verified in the log ({size} leaves)." + rest.en,
    )


def _row(client: Client, act: Access) -> JsonValue:
    row: dict[str, JsonValue] = {"index": act.index, "time_ms": act.time_ms, "type": act.type, "verified": True}
    if act.view is not None:
        row |= dict(act.view.to_json())
    if act.identity is not None and act.identity.user is not None:
        row |= {"user": act.identity.user, "name": user_name(client, act.identity.user)}
    return row


def log_verify(context: Context, args: argparse.Namespace) -> None:
    """Verify the hub's log, or an exported one without any hub."""
    if args.file is None:
        checked, log = context.client().audit.verify(), context.client().hub.trust.log
    else:
        log = _verifier(context, args)
        checked = check_export(read_export(args.file), log)
    _checked(context, checked, log)


def _verifier(context: Context, args: argparse.Namespace) -> LogVerifier:
    path = args.trust or context.config.trust_file
    try:
        bundle = read_bundle(path.read_bytes())
    except OSError:
        raise UsageError(
            Said(f"{path} illisible.", f"{path} cannot be read."), Said("--trust trust.json", "--trust trust.json")
        ) from None
    return LogVerifier.configured(bundle.log_origin, bundle.log_vkey, bundle.log_policy)


def _checked(context: Context, checked: LogChecked, log: LogVerifier) -> None:
    size = checked.checkpoint.size
    lines = [
        Said(
            f"Journal {log.origin} vérifié : {size} inscriptions, {checked.receipts} actes, "
            f"{checked.requests} demandes dont la signature est vérifiée.",
            f"Log {log.origin} verified: {size} leaves, {checked.receipts} acts, "
            f"{checked.requests} requests whose signature verifies.",
        )
    ]
    witnessed = bool(checked.checkpoint.signed) and log.policy.witnesses
    if not witnessed:
        lines.append(
            Said(
                "Sans témoin : rien n'exclut que d'autres voient un autre journal, ni ne prouve les heures.",
                "Without witnesses: nothing excludes that others see another log, nor proves the times.",
            )
        )
    leaves: dict[str, JsonValue] = dict(checked.leaves)
    context.terminal.result(
        {
            "origin": log.origin, "size": size, "root": checked.checkpoint.root.hex(), "leaves": leaves,
            "records": checked.receipts, "requests": checked.requests, "witnessed": bool(witnessed),
        },
        lines,
    )  # fmt: skip


def log_checkpoint(context: Context, _args: argparse.Namespace) -> None:
    """Show the newest checkpoint, verified against what is held."""
    client = context.client()
    client.hub.checkpoint()
    newest = client.hub.trust.newest()
    note = "" if newest is None else newest.note
    context.terminal.result({"checkpoint": note}, [Said(note.rstrip(), note.rstrip())])


def log_export(context: Context, args: argparse.Namespace) -> None:
    """Export the log."""
    client = context.client()
    checked = client.audit.export(args.file, records=args.records)
    context.terminal.result(
        {"file": str(args.file), "size": checked.checkpoint.size, "records": checked.receipts},
        [
            Said(
                f"{args.file} : {checked.checkpoint.size} inscriptions.",
                f"{args.file}: {checked.checkpoint.size} leaves.",
            )
        ],
    )
