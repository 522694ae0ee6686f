"""The only place that builds adapters and hands them to use cases; and what must hold before the hub starts.

It refuses to start, with one sentence, on: a database at another schema or of another hub, keys that others can read,
a policy that does not load strictly, is not built from its files or that nobody activated, a trust bundle that does
not verify or names another hub or log, a log whose head is not what was last signed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_service.adapters.blobs import FolderBlobs
from volet_service.adapters.clock import SystemClock
from volet_service.adapters.folder_lock import FolderLock, InUse
from volet_service.adapters.sealed import LooseKey, Sealer
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.shares import ShareStore
from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.directory_search import SqlDirectory
from volet_service.adapters.store.engine import open_checked, open_database
from volet_service.adapters.store.entries import existing_entries
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.log_check import AlteredLog, check_log
from volet_service.adapters.store.policies import PoliciesInForce, read_history
from volet_service.adapters.store.public_log import SqlPublicLog
from volet_service.adapters.store.signed_tree import SignedTree
from volet_service.adapters.store.unit_of_work import Writer
from volet_service.adapters.store.users import CommittedSessions
from volet_service.adapters.web_files import NotBuilt
from volet_service.application.activate_policy import activate_policy
from volet_service.application.end_sessions import end_sessions
from volet_service.application.live_ports import LiveLimits
from volet_service.application.ports import Clock, Hub, IdentityProvider, Limits
from volet_service.bootstrap.active_policy import ceiling_of, load_source, to_activate
from volet_service.bootstrap.housekeeping import Housekeeping
from volet_service.bootstrap.national_codes import national_codes
from volet_service.bootstrap.one_history import ShownHistory
from volet_service.bootstrap.own_keys import own_log
from volet_service.bootstrap.terms import read_terms
from volet_service.bootstrap.web_client import publish, web_files
from volet_service.bootstrap.witnessing import Witnessing
from volet_service.domain.errors import Refusal
from volet_service.domain.policy_codes import PolicyError
from volet_service.settings import Settings

# Held by the one process that writes.
LOCK = Path("hub.lock")


class CannotStart(Exception):  # noqa: N818 -- the sentence is for the operator
    """Why the hub does not start."""


@dataclass(frozen=True)
class Running:
    """A hub, and how to end it."""

    hub: Hub
    stop: Callable[[], None]


def build(
    settings: Settings, identity: IdentityProvider, clock: Clock | None = None, *, serving: bool = True
) -> Running:  # fmt: skip
    """Return the running hub; raise `CannotStart` with a sentence for the operator.

    Only a hub that is `serving` throws away what crashes left, logs its table and writes the high-water file: a check
    may run beside another hub.
    """
    clock = clock or SystemClock()
    try:
        with ExitStack() as held:
            if serving:
                held.callback(FolderLock(settings.path(LOCK)).release)
            hub = _build(settings, identity, clock, held, serving=serving)
            return Running(hub, held.pop_all().close)
    except PolicyError as error:
        raise CannotStart(f"the policy cannot decide: {error}") from error
    except (LooseKey, UnfitDatabase, AlteredLog, InUse, NotBuilt) as error:
        raise CannotStart(str(error)) from error
    except ProtocolError as error:
        raise CannotStart(f"{error.what} does not load: {error.reason.value}") from error
    except sqlite3.Error as error:
        raise CannotStart(f"{settings.path(settings.shares)} cannot be used: {error}") from error
    except Refusal as error:
        raise CannotStart(f"the database cannot be used: {error.what}") from error
    except OSError as error:
        raise CannotStart(f"{error.filename or 'the disk'} cannot be used: {error.strerror}") from error


def _build(
    settings: Settings, identity: IdentityProvider, clock: Clock, held: ExitStack, *, serving: bool
) -> Hub:  # fmt: skip
    """Return the hub; what has to be ended is given to `held`, in the order of its beginning."""
    own, terms, files = own_log(settings), read_terms(settings), web_files(settings) if serving else None
    payloads = Sealer.of_file(settings.path(settings.payload_key))
    share_sealer = Sealer.of_file(settings.path(settings.share_key))
    trust, signer = own.trust, own.signers[0]
    source = load_source(settings)
    policies = PoliciesInForce(source, ceiling_of(source, trust), payloads)
    database = open_database(settings.store)
    readers = open_checked(database)
    held.callback(readers.dispose)
    shown = ShownHistory.of(settings.path(settings.high_water), trust, SignedTree(readers))
    held.callback(shown.close)
    shares = ShareStore(settings.path(settings.shares), share_sealer)
    log = LogAppender(signer, payloads, os.urandom, shown.before_shown if serving else None, own.signers[1:])
    engine = database.writer(alone=serving)
    writer = Writer(engine, log, shares, clock=clock, origin=settings.origin, policies=policies)
    held.callback(writer.close)
    # Before anything is checked: what is checked must not move any more.
    writer.take()
    shares.check()
    check_log(readers, own.signers, payloads)
    with readers.connect() as connection:
        history = read_history(connection, payloads)
    activate = to_activate(settings, trust, source, history, now_ms=clock.now_ms())
    if serving:
        shares.sweep(partial(existing_entries, readers))
    shown.check()
    sequencer = Sequencer(writer, settings.queue_bound)
    sequencer.start()
    held.callback(sequencer.stop)
    blobs = FolderBlobs(settings.path(settings.blobs), settings.upload_limit)
    witnessing = Witnessing.of(settings, shown, sequencer, clock)
    held.callback(witnessing.stop)
    version = None
    if serving:
        # Logged before the first decision that rests on it.
        witnessing.check_start()
        if activate is not None:
            sequencer.submit(partial(activate_policy, activate, trust, policies.ceiling)).result()
        sequencer.submit(partial(end_sessions, trust)).result()
        version = publish(files, sequencer)
        housekeeping = Housekeeping(blobs, clock)
        housekeeping.start()
        held.callback(housekeeping.stop)
        witnessing.start()
    public = SqlPublicLog(
        readers, payloads, lambda: writer.published, store=sequencer, clock=clock, heads_age_ms=settings.heads_age_ms
    )  # fmt: skip
    limits = Limits(
        settings.request_limit, settings.upload_limit, settings.request_window_ms, settings.session_ms,
        settings.step_up_ms, settings.held_limit, live_limits(settings),
    )  # fmt: skip
    return Hub(
        origin=settings.origin, store=sequencer, sessions=CommittedSessions(readers), log=public,
        directory=SqlDirectory(readers, national_codes()), blobs=blobs,
        trust=trust, policy=policies, identity=identity, clock=clock, random=os.urandom, limits=limits,
        ready=lambda: sequencer.ready, retention=terms, listen=writer.listen, web=version,
    )  # fmt: skip


def live_limits(settings: Settings) -> LiveLimits:
    """Return the bounds on sockets."""
    return LiveLimits(
        settings.live_per_user, settings.live_per_address, settings.live_in_all, settings.live_waiting,
        settings.live_kept, settings.live_beat_ms,
    )  # fmt: skip
