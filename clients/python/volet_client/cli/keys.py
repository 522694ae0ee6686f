"""`volet keys audit`: every key relied on, proven by the log again; what a human should look at."""

from __future__ import annotations

import argparse

from volet_client.cli.asking import user_name
from volet_client.cli.context import Context
from volet_client.cli.members import Verbs
from volet_client.client import Client
from volet_client.errors import EvidenceError
from volet_client.keys_audit import AuditedKey, Remark, UnreadCase
from volet_client.words import Said
from volet_protocol.canonical import JsonValue

_REMARKS = {
    Remark.REFUSED: Said("REFUSÉE : le journal ne la prouve pas", "REFUSED: the log does not prove it"),
    Remark.NEW_DEVICE: Said("nouvel appareil depuis moins de trois jours", "new device within three days"),
    Remark.FROZEN: Said("GELÉE", "FROZEN"),
    Remark.OTHER_CHAIN: Said(
        "AUTRE COMPTE plus récent sous la même identité : confirmez de vive voix",
        "ANOTHER newer account under this identity: confirm by voice",
    ),
}


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet keys`."""
    parser.epilog = Said("exemple :\n  volet keys audit", "example:\n  volet keys audit").to(lang)
    verbs: Verbs = parser.add_subparsers(dest="verb", required=True)
    audit = verbs.add_parser(
        "audit",
        help=Said("vérifier ses clés et celles de ses dossiers", "verify one's keys and those of one's cases").to(lang),
    )
    audit.set_defaults(run=keys_audit)


def keys_audit(context: Context, _args: argparse.Namespace) -> int:
    """Audit every key; the status says whether a human has to look."""
    client = context.client()
    audited = client.keys.audit(client.cases.ids())
    rows: list[JsonValue] = [_row(key) for key in audited.keys]
    alarms: list[JsonValue] = [said.to(context.config.lang) for said in audited.alarms]
    closing = Said(
        f"{len(audited.keys)} comptes, chaque clé prouvée par le journal."
        if not audited.found
        else "Ne confiez rien de plus à ces comptes avant d'en avoir parlé avec leur titulaire.",
        f"{len(audited.keys)} accounts, each key proven by the log."
        if not audited.found
        else "Entrust nothing more to these accounts before you have spoken with their holders.",
    )
    context.terminal.result(
        {"keys": rows, "alarms": alarms, "unread": [one.case for one in audited.unread], "epochs": audited.epochs,
         "found": audited.found},
        [*(_line(client, key) for key in audited.keys), *map(_unread, audited.unread), *audited.alarms,
         *([_epochs(audited.epochs)] if audited.epochs else []), closing],
    )  # fmt: skip
    return EvidenceError.exit_status if audited.found else 0


def _epochs(count: int) -> Said:
    return Said(
        f"{count} relevés du journal vérifiés depuis votre dernière visite : rien n'y a changé à votre nom sans vous.",
        f"{count} map epochs checked since your last visit: nothing changed in your name without you.",
    )


def _unread(one: UnreadCase) -> Said:
    name = one.case[:8]
    return Said(
        f"✗ dossier {name} : une clé de ses membres est refusée. {one.why.fr}",
        f"✗ case {name}: a key of one of its members is refused. {one.why.en}",
    )


def _row(key: AuditedKey) -> dict[str, JsonValue]:
    return {
        "user": key.user, "links": key.links, "devices": key.devices, "size": key.size,
        "remarks": [remark.value for remark in key.remarks],
    }  # fmt: skip


def _line(client: Client, key: AuditedKey) -> Said:
    mark = "✗" if Remark.REFUSED in key.remarks else "✓"
    name, count = user_name(client, key.user), key.devices
    return Said(
        ", ".join([f"{mark} {name} : {count} appareil(s)", *(_REMARKS[one].fr for one in key.remarks)]),
        ", ".join([f"{mark} {name}: {count} device(s)", *(_REMARKS[one].en for one in key.remarks)]),
    )
