"""`volet log prove|watch|mirror|fsck`: the public log, its tree and its copies, without any record of anybody."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from volet_client.cli.context import Context
from volet_client.errors import EvidenceError, UnreadableFileError, UsageError
from volet_client.log_mirror import BadTile, check_folder, mirror, newest, prove
from volet_client.profile import read_bundle
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import Leaf
from volet_protocol.log_positions import parse_position
from volet_protocol.proof import TlogProof
from volet_protocol.trust_bundle import TrustBundle


def register_verbs(add: Callable[..., argparse.ArgumentParser], lang: str) -> None:
    """Add these verbs to `volet log`; `add` makes the parser of one."""
    proof = add("prove", help=Said("preuve d'une inscription, vérifiable hors ligne", "proof of a leaf").to(lang))
    proof.add_argument("index", type=parse_position, nargs="?")
    proof.add_argument("--out", type=Path, metavar="preuve.tlog-proof")
    proof.add_argument("--check", type=Path, metavar="preuve.tlog-proof")
    _add_trust(proof)
    proof.set_defaults(run=log_prove)
    watch = add("watch", help=Said("surveiller que le journal ne fait que grandir", "watch it").to(lang))
    watch.add_argument("--every", type=float, default=60.0, metavar="SECONDES")
    watch.add_argument("--times", type=int, default=0, help=Said("0 : sans fin", "0: without end").to(lang))
    watch.set_defaults(run=log_watch)
    copy = add("mirror", help=Said("tenir une copie du journal", "keep a copy of the log").to(lang))
    copy.add_argument("folder", type=Path)
    copy.set_defaults(run=log_mirror)
    check = add("fsck", help=Said("refaire l'arbre d'une copie", "rebuild the tree of a copy").to(lang))
    check.add_argument("folder", type=Path)
    _add_trust(check)
    check.set_defaults(run=log_fsck)


def _add_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", type=Path, metavar="trust.json")


def bundle_of(context: Context, trust: Path | None) -> TrustBundle:
    """Return the trust bundle named, else the one pinned in the profile; nothing is asked of a hub."""
    path = trust or context.config.trust_file
    try:
        return read_bundle(path.read_bytes())
    except OSError:
        raise UsageError(
            Said(f"{path} illisible.", f"{path} cannot be read."), Said("--trust trust.json", "--trust trust.json")
        ) from None


def verifier_of(bundle: TrustBundle) -> LogVerifier:
    """Return who the log must be, by the bundle alone."""
    return bundle.log


def log_prove(context: Context, args: argparse.Namespace) -> None:
    """Write the proof of one leaf, or check one off line."""
    if args.check is not None:
        try:
            text = Path(args.check).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            said = Said("ce n'est pas une preuve", "it is not a proof")
            raise UnreadableFileError(args.check, said) from None
    elif args.index is not None and args.index >= 0:
        text = prove(context.client().hub, args.index)
    else:
        raise UsageError(
            Said("Donnez le numéro de l'inscription.", "Give the number of the leaf."),
            Said("volet log prove 12 --out preuve.tlog-proof", "volet log prove 12 --out proof.tlog-proof"),
        )
    parsed = TlogProof.parse(text)
    if parsed.extra is None:
        raise ProtocolError(Reason.MISSING_FIELD, "proof without its leaf")
    checkpoint = parsed.verify(verifier_of(bundle_of(context, args.trust)), parsed.extra)
    leaf = Leaf.parse(parsed.extra)
    if args.out is not None:
        try:
            with Path(args.out).open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise UsageError(Said(f"{args.out} existe déjà.", f"{args.out} already exists.")) from None
    context.terminal.result(
        {"index": parsed.index, "size": checkpoint.size, "type": leaf.type.name.lower(), "time_ms": leaf.ts_ms,
         "proof": text},
        [
            Said(
                f"Inscription n° {parsed.index} : présente dans le journal signé ({checkpoint.size} inscriptions).",
                f"Leaf {parsed.index}: stands in the signed log ({checkpoint.size} leaves).",
            )
        ],
    )  # fmt: skip


def log_watch(context: Context, args: argparse.Namespace) -> None:
    """Ask for the checkpoint again and again; a log that shrank or forked stops it, with both sides kept."""
    hub, polls = context.client().hub, 0
    while True:
        checkpoint = newest(hub)
        context.save()
        polls += 1
        said = Said(
            f"{checkpoint.size} inscriptions, suite de tout ce qui a été vu.",
            f"{checkpoint.size} leaves, extending all that was seen.",
        )
        if polls == args.times:
            context.terminal.result({"size": checkpoint.size, "polls": polls}, [said])
            return
        context.terminal.note(said)
        time.sleep(args.every)


def log_mirror(context: Context, args: argparse.Namespace) -> int:
    """Bring a copy up to date; the status says whether anything does not fit."""
    return _checked(context, *mirror(context.client().hub, args.folder))


def log_fsck(context: Context, args: argparse.Namespace) -> int:
    """Check a copy without any hub; the status says whether anything does not fit."""
    return _checked(context, *check_folder(args.folder, verifier_of(bundle_of(context, args.trust))))


def _checked(context: Context, checkpoint: SignedCheckpoint, found: list[BadTile]) -> int:
    findings: list[JsonValue] = [one.to_json() for one in found]
    size = checkpoint.size
    whole = Said(f"{size} inscriptions, arbre entier refait.", f"{size} leaves, whole tree rebuilt.")
    lines = [one.said() for one in found] or [whole]
    context.terminal.result({"size": size, "root": checkpoint.root.hex(), "findings": findings}, lines)
    return EvidenceError.exit_status if found else 0
