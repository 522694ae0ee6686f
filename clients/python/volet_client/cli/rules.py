"""The verbs of `volet controller` that change the rules in production: narrow, show, sign, combine, publish.

All but `publish` run away from any hub. What changes is shown before a key is touched.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from volet_client import controller, narrowing
from volet_client.cli.context import Context, now_ms
from volet_client.errors import UsageError, VerificationError
from volet_client.resources import policies, shipped_table
from volet_client.transport import HttpTransport
from volet_client.words import Said
from volet_protocol import canonical, cosigned
from volet_protocol.activation import TYPE, PolicyActivation, entered
from volet_protocol.cosigned import Controllers, UnverifiedCosigned
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.policy_table import PolicyTable
from volet_protocol.receipt import Receipt
from volet_protocol.trust_bundle import TrustBundle

NOW = "NOW"
_YES = frozenset({"o", "oui", "y", "yes"})
Write = Callable[[Context, argparse.Namespace, UnverifiedCosigned, tuple[Controllers, ...]], None]


def register_narrow(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet controller narrow`."""
    parser.epilog = 'volet controller narrow --cell "S3 medication none" --out table.json'
    parser.add_argument(
        "--cell", action="append", default=[], metavar='"ROW PART CODE"',
        help=Said("case à restreindre : none, never ou un code de la matrice", "cell to narrow").to(lang),
    )  # fmt: skip
    parser.add_argument("--from", dest="matrix", type=Path, metavar="matrix.csv")
    parser.add_argument(
        "--structure", metavar="ID", help=Said("pour le personnel de cette structure", "for its own staff").to(lang)
    )
    parser.add_argument("--base", type=Path, metavar="table.json", help=Said("table de départ", "from it").to(lang))
    parser.add_argument("--out", type=Path, required=True, metavar="table.json")
    parser.set_defaults(run=narrow)


def register_activate(parser: argparse.ArgumentParser, lang: str, add_signing: Callable[..., None]) -> None:
    """Add the arguments of `volet controller activate-policy`."""
    parser.epilog = "volet controller activate-policy table.json --trust trust.json --key controller-1.key"
    parser.add_argument("table", type=Path, nargs="?", help=Said("table ; sinon celle livrée", "table").to(lang))
    parser.add_argument("--trust", type=Path, required=True, metavar="trust.json")
    parser.add_argument("--from", dest="since", default=NOW, metavar="NOW|2027-01-31T08:00+01:00")
    parser.add_argument("--previous", type=Path, metavar="activation.json")
    parser.add_argument("--old", type=Path, metavar="table.json", help=Said("table en vigueur", "in force").to(lang))
    parser.add_argument("--yes", action="store_true", help=Said("sans demander", "without asking").to(lang))
    add_signing(parser, lang)


def register_publish(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet controller publish`."""
    parser.epilog = "volet controller publish activation.json table.json --trust trust.json"
    parser.add_argument("activation", type=Path)
    parser.add_argument("table", type=Path, nargs="?", help=Said("table ; sinon celle livrée", "table").to(lang))
    parser.add_argument("--trust", type=Path, required=True, metavar="trust.json")
    parser.add_argument("--hub", metavar="URL", help=Said("autre adresse que l'origine", "another address").to(lang))
    parser.set_defaults(run=publish)


def read_table(path: Path | None) -> bytes:
    """Return the bytes of a table; the shipped one for None."""
    return controller.read_public(path or policies() / "table.json")


def narrow(context: Context, args: argparse.Namespace) -> None:
    """Write a narrower table."""
    data = read_table(args.base)
    base = PolicyTable.load(data)
    cells = narrowing.read_cells(args.cell, args.structure)
    if args.matrix is not None:
        cells += narrowing.read_matrix(args.matrix, base, args.structure)
    if not cells:
        raise UsageError(
            Said("Rien à restreindre.", "Nothing to narrow."),
            Said("Donnez --cell ou --from.", "Give --cell or --from."),
        )
    made = narrowing.narrow(data, cells)
    table = PolicyTable.load(made)
    out: Path = args.out
    out.write_bytes(made)
    context.terminal.result(
        {"file": str(out), "hash": table.hash, **narrowing.changed(base, table)},
        [*narrowing.told(base, table), Said(f"Écrit : {out}", f"Written: {out}")],
    )


def activation(context: Context, args: argparse.Namespace) -> tuple[UnverifiedCosigned, Controllers]:
    """Show what a table changes, ask, and sign its activation; return it and who has to sign."""
    bundle = TrustBundle.read(controller.read_public(args.trust)).verify(None)
    table = PolicyTable.load(read_table(args.table))
    show(context, table, PolicyTable.load(read_table(args.old)))
    confirm(context, asked=not args.yes)
    previous = PolicyActivation.read(controller.read_public(args.previous)).content if args.previous else None
    body = controller.next_activation(bundle, table.hash, _instant(str(args.since)), previous)
    return cosigned.cosign(body, [controller.read_key(path) for path in args.key]), bundle.controllers


def show(context: Context, table: PolicyTable, old: PolicyTable) -> None:
    """Say what a table changes; refuse one that is wider than the ceiling of this version."""
    wider = table.wider_than(shipped_table())
    if wider:
        raise narrowing.too_wide(wider[0])
    for line in narrowing.told(old, table):
        context.terminal.note(line)


def confirm(context: Context, *, asked: bool) -> None:
    """Ask before a key signs."""
    if not asked:
        return
    try:
        answer = context.terminal.ask(Said("Signer ? (oui/non) ", "Sign? (yes/no) "))
    except UsageError as error:
        raise UsageError(
            error.said, Said("Relisez ce qui change, puis --yes.", "Read what changes, then --yes.")
        ) from None
    if answer.strip().lower() not in _YES:
        raise UsageError(Said("Rien n'a été signé.", "Nothing was signed."))


def check_seen(context: Context, held: UnverifiedCosigned, path: Path | None) -> None:
    """Let who adds a signature to an activation see the table first; another kind of file passes."""
    if held.body.get("type") != TYPE:
        return
    table = PolicyTable.load(read_table(path))
    if held.body.get("table") != table.hash:
        raise UsageError(
            Said("Ce fichier active une autre table.", "This file activates another table."),
            Said("Donnez celle-ci avec --table.", "Give that one with --table."),
        )
    show(context, table, shipped_table())


def combine(files: list[Path]) -> UnverifiedCosigned:
    """Return one file with the signatures of all, which sign the same body."""
    held = [cosigned.parse(controller.read_public(path)) for path in files]
    if len({one.hash for one in held}) != 1:
        raise UsageError(
            Said("Ces fichiers ne signent pas le même contenu.", "These files do not sign the same content.")
        )
    signatures = dict(pair for one in held for pair in one.signatures)
    return UnverifiedCosigned(held[0].body, tuple(sorted(signatures.items())))


def publish(context: Context, args: argparse.Namespace) -> None:
    """Hand an activation to a running hub, and check that its log says so."""
    bundle = TrustBundle.read(controller.read_public(args.trust)).verify(None)
    given = PolicyActivation.read(controller.read_public(args.activation))
    given.signed.require(bundle.controllers)
    transport = HttpTransport(args.hub or bundle.hub)
    try:
        answer = transport.post(
            "/v1/policy",
            {
                "table": to_base64url(read_table(args.table)),
                "activation": canonical.decode(given.signed.to_bytes()),
            },
        )
    finally:
        transport.close()
    log = bundle.log
    try:
        leaf = entered(given.content, Receipt.read(Fields(answer, "answer").raw("receipt")).verify(log))
    except ProtocolError as error:
        raise VerificationError.of(error) from None
    since = dt.datetime.fromtimestamp(leaf.time_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y %H:%M:%S")
    context.terminal.result(
        {"table": given.content.table, "version": given.content.version, "since_ms": leaf.time_ms, "leaf": leaf.index},
        [
            Said(
                f"En vigueur depuis le {since}, ligne {leaf.index} du journal.",
                f"In force since {since}, leaf {leaf.index} of the log.",
            )
        ],
    )


def _instant(given: str) -> int:
    """Return `NOW`, or a date with its zone, in milliseconds."""
    if given == NOW:
        return now_ms()
    try:
        instant = dt.datetime.fromisoformat(given)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UsageError(
            Said(f"Date inconnue : {given}.", f"Unknown date: {given}."),
            Said("2027-01-31T08:00+01:00", "2027-01-31T08:00+01:00"),
        )
    return int(instant.timestamp() * 1000)
