"""`volet log`: is the log whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_client.cli.context import Context
from volet_client.cli.log_reports import register_reports
from volet_client.cli.log_tree import bundle_of, register_verbs, verifier_of
from volet_client.errors import EvidenceError
from volet_client.log_acts import FORMS, write_acts
from volet_client.log_export import LogChecked, check_export, read_export
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet log`."""
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
    export.add_argument("--format", choices=("volet", *FORMS), default="volet")
    export.set_defaults(run=log_export)
    register_verbs(verbs.add_parser, lang)
    register_reports(verbs.add_parser, lang)


def log_verify(context: Context, args: argparse.Namespace) -> int:
    """Verify the hub's log, or an exported one without any hub; the status says whether anything was found."""
    if args.file is None:
        checked, log = context.client().audit.verify(), context.client().hub.trust.log
    else:
        bundle = bundle_of(context, args.trust)
        log = verifier_of(bundle)
        checked = check_export(read_export(args.file), log, bundle)
    return _checked(context, checked, log)


def _checked(context: Context, checked: LogChecked, log: LogVerifier) -> int:
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
    lines += _decisions(checked)
    leaves: dict[str, JsonValue] = dict(checked.leaves)
    findings: list[JsonValue] = [
        {"case": case, **one.to_json()} for case, decided in checked.cases.items() for one in decided.findings
    ]
    context.terminal.result(
        {
            "origin": log.origin, "size": size, "root": checked.checkpoint.root.hex(), "leaves": leaves,
            "records": checked.receipts, "requests": checked.requests, "witnessed": bool(witnessed),
            "decisions": sum(one.judged for one in checked.cases.values()),
            "undecided": sum(one.unjudged for one in checked.cases.values()), "findings": findings,
        },
        lines,
    )  # fmt: skip
    return EvidenceError.exit_status if findings else 0


def _decisions(checked: LogChecked) -> list[Said]:
    """Say how many decisions were asked again, and each that was wrong."""
    if not checked.cases:
        return []
    judged, left = (sum(getattr(one, name) for one in checked.cases.values()) for name in ("judged", "unjudged"))
    said = Said(
        f"{judged} décisions refaites à partir des faits inscrits, sur {len(checked.cases)} dossiers ; "
        f"{left} ne peuvent plus l'être (éléments effacés).",
        f"{judged} decisions asked again from the logged facts, in {len(checked.cases)} cases; "
        f"{left} cannot be any more (erased).",
    )
    return [said, *(one.said() for one in checked.findings)]


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
    if args.format != "volet":
        acts = client.audit.records(None)
        write_acts(args.file, args.format, acts, client.hub.origin)
        said = Said(f"{args.file} : {len(acts)} actes.", f"{args.file}: {len(acts)} acts.")
        context.terminal.result({"file": str(args.file), "records": len(acts), "format": args.format}, [said])
        return
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
