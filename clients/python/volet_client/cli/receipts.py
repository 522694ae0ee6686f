"""`volet receipt save|renew|verify`: the log's proof of an act, kept as files and checked without any hub."""

from __future__ import annotations

import argparse
from pathlib import Path

from volet_client import receipt_files
from volet_client.cli.access_words import ActWords, structure_labels
from volet_client.cli.asking import the_case
from volet_client.cli.context import Context, now_ms
from volet_client.cli.members import Verbs
from volet_client.errors import UsageError
from volet_client.profile import read_bundle
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.log_positions import parse_position
from volet_protocol.trust_bundle import TrustBundle

_LATER = Said(
    "Pas encore de témoin : la plateforme a signé seule. Plus tard : volet receipt renew.",
    "No witness yet: the hub signed alone. Later: volet receipt renew.",
)
_WITNESSED = Said("Cosigné par assez de témoins.", "Cosigned by enough witnesses.")


def register(verbs: Verbs, lang: str) -> None:
    """Add the verbs."""
    save = verbs.add_parser("save", help=Said("garder la preuve d'un acte", "keep the proof of an act").to(lang))
    save.add_argument("index", type=parse_position, metavar="NUMÉRO", help="volet accesses")
    save.add_argument("file", type=Path, metavar="FICHIER.tlog-proof")
    save.add_argument("--case", metavar="DOSSIER", help=Said("nom ou identifiant", "name or id").to(lang))
    save.add_argument(
        "--all", action="store_true", help=Said("tous dossiers (auditeur)", "all cases (auditor)").to(lang)
    )
    save.set_defaults(run=receipt_save)
    renew = verbs.add_parser("renew", help=Said("y ajouter les témoins", "have it cosigned").to(lang))
    renew.add_argument("file", type=Path, metavar="FICHIER.tlog-proof")
    renew.set_defaults(run=receipt_renew)
    verify = verbs.add_parser("verify", help=Said("vérifier, hors ligne", "verify off line").to(lang))
    verify.add_argument("file", type=Path, metavar="FICHIER.tlog-proof")
    verify.add_argument("--trust", type=Path, metavar="trust.json")
    verify.set_defaults(run=receipt_verify)


def receipt_save(context: Context, args: argparse.Namespace) -> None:
    """Write the receipt of an act."""
    client = context.client()
    case = None if args.all else the_case(client, args)
    cosigned = client.receipts.save(case, args.index, args.file, client.clock())
    context.terminal.result(
        {"file": str(args.file), "opening": str(receipt_files.opening_path(args.file)), "cosigned": cosigned},
        [Said(f"Preuve gardée : {args.file}.", f"Kept: {args.file}."), _WITNESSED if cosigned else _LATER],
    )


def receipt_renew(context: Context, args: argparse.Namespace) -> None:
    """Replace a receipt by its cosigned form."""
    client = context.client()
    cosigned = client.receipts.renew(args.file, client.clock())
    context.terminal.result({"file": str(args.file), "cosigned": cosigned}, [_WITNESSED if cosigned else _LATER])


def receipt_verify(context: Context, args: argparse.Namespace) -> None:
    """Verify the files of a receipt with nothing but a trust bundle."""
    bundle = _trusted(args.trust or context.config.trust_file)
    log = bundle.log
    checked = receipt_files.check(args.file, log)
    cosigned = log.policy.quorum is not None and log.cosigned(checked.checkpoint, now_ms())
    value: dict[str, JsonValue] = {
        "index": checked.index, "time_ms": checked.leaf.ts_ms, "type": checked.leaf.type.name.lower(),
        "origin": log.origin, "size": checked.checkpoint.size, "cosigned": cosigned,
        **({} if checked.view is None else {"act": checked.view.to_json()}),
    }  # fmt: skip
    line = ActWords(structure_labels(bundle)).line(checked.index, checked.leaf.ts_ms, checked.view, None)
    where = Said(
        f"Inscrit au journal {log.origin}, parmi {checked.checkpoint.size} inscriptions.",
        f"In the log {log.origin}, among {checked.checkpoint.size} leaves.",
    )
    closed = Said(
        "Preuve seule : le fichier qui dit quel acte n'est pas à côté.",
        "Proof alone: the file that opens it is absent.",
    )
    context.terminal.result(
        value, [line if checked.view is not None else closed, where, _WITNESSED if cosigned else _LATER]
    )


def _trusted(path: Path) -> TrustBundle:
    try:
        return read_bundle(path.read_bytes())
    except OSError:
        raise UsageError(
            Said(f"{path} illisible.", f"{path} cannot be read."), Said("--trust trust.json", "--trust trust.json")
        ) from None
