"""`volet admin new-log`: a restored database goes on under a new name of its log, and never under the old one.

Whoever can open a new log whenever they like could drop what they do not like: so the old log must have shown more than
the database holds, by the word of a witness or of the high-water file; and nothing serves before the controllers have
signed a trust bundle that names both logs.
"""

from __future__ import annotations

import argparse
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.errors import ProtocolError
from volet_protocol.keys import SigningKey
from volet_protocol.leaf import Erasure
from volet_protocol.log_positions import log_of
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.folder_lock import FolderLock, InUse
from volet_service.adapters.old_leaves import OldLeaves, WrongLeaves, known
from volet_service.adapters.sealed import LooseKey, Sealer, write_private
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.engine import WrongSchema, open_checked, open_database
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.log_check import AlteredLog, check_log
from volet_service.adapters.store.policies import PoliciesInForce
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.application.open_new_log import NewLogOpened, OpenNewLog, open_new_log
from volet_service.application.ports import Clock
from volet_service.bootstrap.active_policy import ceiling_of, load_source
from volet_service.bootstrap.hub import LOCK, CannotStart
from volet_service.bootstrap.offline import check_scrub, scrub
from volet_service.bootstrap.one_history import ShownHistory
from volet_service.bootstrap.own_keys import OwnLog, own_log
from volet_service.bootstrap.witnessing import ask_lost
from volet_service.domain.errors import Refusal
from volet_service.domain.policy_codes import PolicyError
from volet_service.settings import Settings, read_settings

_EXAMPLE = """exemple :
  volet admin new-log var/hub --incident disk-lost --tombstones /mnt/mirror"""
_NAMED = re.compile(r"^(.+)/volet/[1-9][0-9]*$")
_CODE = re.compile(r"^[a-z0-9-]{1,64}$")


def describe(made: argparse.ArgumentParser) -> None:
    """Give the act its arguments and an example."""
    made.epilog, made.formatter_class = _EXAMPLE, argparse.RawDescriptionHelpFormatter
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--incident", required=True, metavar="CODE", help="ce qui s'est passé, inscrit au journal")
    which = made.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--tombstones", type=Path, metavar="COPIE",
        help="copie de l'ancien journal (volet log mirror ou export) : ce qu'elle dit effacé est effacé de nouveau",
    )  # fmt: skip
    which.add_argument(
        "--without-tombstones", action="store_true", help="personne n'a de copie ; le journal le dira"
    )  # fmt: skip


def run(asked: argparse.Namespace, clock: Clock | None = None) -> str:
    """End the old log and open the next one; return the lines for the operator. Raises `CannotStart`."""
    settings = read_settings(asked.folder)
    if not _CODE.match(asked.incident):
        raise CannotStart("the incident is a code: small letters, figures and dashes")
    try:
        with ExitStack() as held:
            held.callback(FolderLock(settings.path(LOCK)).release)
            check_scrub(settings)
            return _open(settings, asked, clock or SystemClock(), held)
    except PolicyError as error:
        raise CannotStart(f"the policy cannot decide: {error}") from error
    except ProtocolError as error:
        raise CannotStart(f"{error.what} does not load: {error.reason.value}") from error
    except Refusal as error:
        raise CannotStart(error.what) from error
    except (LooseKey, WrongSchema, UnfitDatabase, AlteredLog, InUse, WrongLeaves) as error:
        raise CannotStart(str(error)) from error


@dataclass(frozen=True)
class _Behind:
    """What stands against the database: the newest checkpoint that it does not hold, and what it does hold."""

    shown: SignedCheckpoint
    held: SignedCheckpoint


def _open(settings: Settings, asked: argparse.Namespace, clock: Clock, held: ExitStack) -> str:
    own = own_log(settings)
    database = open_database(settings.store)
    readers = open_checked(database)
    held.callback(readers.dispose)
    tree = SignedTree(readers)
    if own.signers[0].name in tree.closed:
        return _finish(settings, own)
    payloads = Sealer.of_file(settings.path(settings.payload_key))
    check_log(readers, own.signers, payloads)
    shares = ShareStore(settings.path(settings.shares), Sealer.of_file(settings.path(settings.share_key)))
    shares.check()
    shown = ShownHistory.of(settings.path(settings.high_water), own.trust, tree)
    held.callback(shown.close)
    behind = _behind(settings, shown, clock)
    tombstones, reach = _tombstones(asked.tombstones, shown.log, behind.held, log_of(tree.base))
    command = OpenNewLog(asked.incident, behind.shown, behind.held.size, tombstones, reach)
    signer = _new_key(settings, own)
    source = load_source(settings)
    policies = PoliciesInForce(source, ceiling_of(source, own.trust), payloads)
    log = LogAppender(signer, payloads, os.urandom, shown.before_shown)
    engine = database.writer()
    writer = Writer(engine, log, shares, clock=clock, origin=settings.origin, policies=policies)
    sequencer = Sequencer(writer, settings.queue_bound)
    sequencer.start()
    try:
        done = sequencer.submit(partial(open_new_log, command)).result()
    finally:
        sequencer.stop()
    (settings.folder / f"log-{log_of(tree.base)}.checkpoint").write_text(behind.held.note, "utf-8")
    scrub(settings)
    return f"{_said(done, behind)}\n{_finish(settings, own)}"


def _new_key(settings: Settings, own: OwnLog) -> NoteSigner:
    """Draw the key of the next log, or take the one that an interrupted attempt drew."""
    path = _key_path(settings)
    if not path.exists():
        name = _next_name(own.signers[0].name)
        write_private(path, NoteSigner(name, SigningKey(os.urandom(32))).dangerous_private_text().encode() + b"\n")
    return read_log_key(path)


def _next_name(origin: str) -> str:
    named = _NAMED.match(origin)
    if named is None:
        return f"{origin}/volet/2"
    return f"{named[1]}/volet/{int(origin.rsplit('/', 1)[1]) + 1}"


def _key_path(settings: Settings) -> Path:
    return settings.path(settings.log_key).with_name("log-opened.key")


def _behind(settings: Settings, shown: ShownHistory, clock: Clock) -> _Behind:
    """Return what the witnesses or the high-water file hold against this database; refuse when it is nothing."""
    if shown.alone:
        try:
            newer = shown.lost(shown.water.newest())
        except FileNotFoundError as error:
            raise CannotStart(f"{error.filename} is missing: it tells what the log showed; put it back") from error
    else:
        newer = ask_lost(settings, shown, clock)
    if newer is None:
        raise CannotStart("nobody saw more of this log than the database holds: start the hub, no new log is needed")
    return _Behind(newer, shown.log.open(shown.tree.note(shown.tree.size())))


def _tombstones(
    path: Path | None, log: LogVerifier, held: SignedCheckpoint, number: int
) -> tuple[list[Erasure], int]:  # fmt: skip
    if path is None:
        return [], held.size
    old = OldLeaves.read(path, log)
    return known(old.tombstones(held.size, held.root), number, held.size), len(old.leaves)


def _said(done: NewLogOpened, behind: _Behind) -> str:
    return (
        f"Journal {behind.held.origin} clos à {behind.held.size} inscriptions ; il en avait montré "
        f"{behind.shown.size} : {done.lost} perdues. Effacements refaits : {done.erased}."
    )


def _finish(settings: Settings, own: OwnLog) -> str:
    """Let the new key take the place of the old one, which signs nothing any more."""
    path = _key_path(settings)
    signer = read_log_key(path)
    settings.path(settings.log_key_next).unlink(missing_ok=True)
    # One rename: until it, this command can be run again.
    path.replace(settings.path(settings.log_key))
    (settings.folder / f"log-{len(own.trust.previous_logs) + 2}.vkey").write_text(f"{signer.vkey}\n", "utf-8")
    return (
        f"Nouveau journal : {signer.name}\nlog vkey : {signer.vkey}\n"
        f"Le hub démarre quand trust.json nomme ce journal après {own.signers[0].name} "
        f"(volet controller trust --previous … --ended log-….checkpoint)."
    )
