"""`volet controller`: the ceremony of the controller's keys, the trust bundle, the activation of a policy table.

Runs away from the hub and needs no profile. What is signed is shown before it travels: hash, version, signatures.
"""

from __future__ import annotations

import argparse
import os
from importlib.metadata import version
from pathlib import Path

from volet_client import controller
from volet_client.cli import rules
from volet_client.cli.context import Context, now_ms
from volet_client.resources import shipped_table
from volet_client.words import Said
from volet_protocol import cosigned
from volet_protocol.cosigned import Controllers, UnverifiedCosigned
from volet_protocol.keys import SEED_SIZE
from volet_protocol.statements import ALGORITHM
from volet_protocol.trust_bundle import Minimum, TrustBundle


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet controller`."""
    parser.description = Said(
        "Responsable de traitement : clés hors ligne, fichier de confiance, mise en vigueur des règles.",
        "Controller: offline keys, trust bundle, activation of the rules.",
    ).to(lang)
    parser.epilog = Said(
        "exemple :\n  volet controller init clefs --keys 3 --threshold 2",
        "example:\n  volet controller init keys --keys 3 --threshold 2",
    ).to(lang)
    verbs = parser.add_subparsers(dest="verb", required=True)
    init_ = verbs.add_parser("init", help=Said("créer les clés, k sur n", "make the keys, k of n").to(lang))
    init_.add_argument("folder", type=Path, metavar="DIR")
    init_.add_argument("--keys", type=int, default=3, metavar="N")
    init_.add_argument("--threshold", type=int, default=2, metavar="K")
    init_.set_defaults(run=init)
    _register_trust(verbs.add_parser("trust", help=Said("composer trust.json", "compose trust.json").to(lang)), lang)
    narrow_ = verbs.add_parser("narrow", help=Said("restreindre les règles", "narrow the rules").to(lang))
    rules.register_narrow(narrow_, lang)
    activate_ = verbs.add_parser(
        "activate-policy", help=Said("montrer ce qui change, signer", "show what changes, sign").to(lang)
    )
    rules.register_activate(activate_, lang, _add_signing)
    activate_.set_defaults(run=activate)
    sign_ = verbs.add_parser("sign", help=Said("ajouter sa signature", "add one's signature").to(lang))
    sign_.add_argument("file", type=Path)
    sign_.add_argument("--table", type=Path, metavar="table.json", help=Said("qu'elle active", "activated").to(lang))
    _add_signing(sign_, lang)
    sign_.set_defaults(run=sign)
    combine_ = verbs.add_parser("combine", help=Said("réunir les signatures", "join signatures").to(lang))
    combine_.add_argument("file", type=Path, nargs="+")
    combine_.add_argument("--out", type=Path, required=True, metavar="FILE")
    combine_.set_defaults(run=combine)
    publish_ = verbs.add_parser("publish", help=Said("mettre en vigueur", "put into force").to(lang))
    rules.register_publish(publish_, lang)


def _register_trust(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("--hub", required=True, metavar="URL", help=Said("origine", "origin").to(lang))
    parser.add_argument(
        "--log-vkey",
        required=True,
        metavar="VKEY",
        help=Said("clé publique du journal", "public key of the log").to(lang),
    )
    parser.add_argument(
        "--log-policy",
        type=Path,
        metavar="tlog-policy",
        help=Said("témoins du journal", "the log's witnesses").to(lang),
    )
    parser.add_argument(
        "--parties",
        type=Path,
        required=True,
        metavar="parties.json",
        help=Said("fournisseurs d'identité et gestionnaires", "identity providers and registrars").to(lang),
    )
    parser.add_argument("--controllers", type=Path, required=True, metavar=controller.PUBLIC_FILE)
    parser.add_argument("--previous", type=Path, metavar="trust.json")
    parser.add_argument(
        "--ended", type=Path, metavar="log-1.checkpoint",
        help=Said("dernier état du journal remplacé", "last checkpoint of the replaced log").to(lang),
    )  # fmt: skip
    parser.add_argument("--minimum", default=version("volet"), metavar="VERSION")
    _add_signing(parser, lang)
    parser.set_defaults(run=trust)


def _add_signing(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("--key", type=Path, action="append", required=True, metavar="controller-1.key")
    parser.add_argument("--out", type=Path, metavar="FILE", help=Said("fichier à écrire", "file to write").to(lang))


def init(context: Context, args: argparse.Namespace) -> None:
    """Make the controller's keys."""
    folder: Path = args.folder
    made = controller.create_keys(folder, [os.urandom(SEED_SIZE) for _ in range(args.keys)], args.threshold)
    n, k = len(made.keys), made.threshold
    context.terminal.result(
        {"folder": str(folder), "keys": n, "threshold": k},
        [
            Said(f"{n} clés dans {folder} ; {k} signatures sont nécessaires.", f"{n} keys in {folder}; {k} must sign."),
            Said(
                "Répartissez-les entre personnes et lieux, hors ligne, puis effacez-les d'ici.",
                "Spread them over people and places, off line, then delete them here.",
            ),
        ],
    )


def trust(context: Context, args: argparse.Namespace) -> None:
    """Compose the trust bundle and sign it."""
    previous = TrustBundle.read(controller.read_public(args.previous)).verify(None) if args.previous else None
    controllers = controller.read_controllers(args.controllers)
    vkey = _vkey(str(args.log_vkey))
    policy = (
        controller.read_public(args.log_policy).decode("utf-8") if args.log_policy else f"log {vkey}\nquorum none\n"
    )
    body = controller.bundle_body(
        hub=str(args.hub),
        log_vkey=vkey,
        log_policy=policy,
        parties=controller.read_parties(args.parties, now_ms(), previous),
        controllers=controllers,
        ceiling=shipped_table().hash,
        minimum=Minimum(str(args.minimum), (ALGORITHM,)),
        previous=previous,
        ended=controller.read_public(args.ended).decode("utf-8") if args.ended else None,
    )
    signed = cosigned.cosign(body, [controller.read_key(path) for path in args.key])
    # Read back as a client will: a bundle that would be refused there is not written here.
    TrustBundle.read(signed.to_bytes())
    _write(context, args, signed, (controllers, *((previous.controllers,) if previous else ())))


def _vkey(given: str) -> str:
    """Take the key itself, or the file that holds it."""
    return given if "+" in given else controller.read_public(Path(given)).decode("utf-8").strip()


def activate(context: Context, args: argparse.Namespace) -> None:
    """Show what a policy table changes, then sign its activation."""
    signed, controllers = rules.activation(context, args)
    _write(context, args, signed, (controllers,))


def combine(context: Context, args: argparse.Namespace) -> None:
    """Join the signatures that several machines made."""
    _write(context, args, rules.combine(args.file), ())


def sign(context: Context, args: argparse.Namespace) -> None:
    """Add signatures to a bundle or an activation that another machine composed."""
    held = cosigned.parse(controller.read_public(args.file))
    rules.check_seen(context, held, args.table)
    signed = controller.add_signatures(held, [controller.read_key(path) for path in args.key])
    _write(context, args, signed, ())


def _write(
    context: Context, args: argparse.Namespace, signed: UnverifiedCosigned, asked: tuple[Controllers, ...]
) -> None:
    out: Path = args.out or getattr(args, "file", None) or Path(f"{signed.body['type']}.json")
    out.write_bytes(signed.to_bytes())
    keys = {key for key, _ in signed.signatures}
    missing = max((one.threshold - len(keys.intersection(one.keys)) for one in asked), default=0)
    lines = [
        Said(f"Écrit : {out}", f"Written: {out}"),
        Said(f"Empreinte à communiquer :\n  {signed.hash}", f"Hash to make known:\n  {signed.hash}"),
    ]
    if missing > 0:
        lines.append(
            Said(
                f"Il manque {missing} signature(s) : volet controller sign {out} --key …",
                f"{missing} signature(s) missing: volet controller sign {out} --key …",
            )
        )
    context.terminal.result(
        {"file": str(out), "hash": signed.hash, "signatures": len(keys), "missing": max(0, missing)}, lines
    )
