"""Builds what asks the witnesses of the trust bundle's log policy, and ends it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial

import httpx

from volet_protocol.checkpoint import SignedCheckpoint
from volet_service.adapters.sealed import LooseKey
from volet_service.adapters.sequencer import Sequencer
from volet_service.adapters.signer import read_log_key
from volet_service.adapters.store.log_check import AlteredLog
from volet_service.adapters.witness_line import HttpLine
from volet_service.adapters.witnesses import Collector, Pace
from volet_service.application.ports import Clock, Work
from volet_service.application.start_without_witnesses import start_without_witnesses
from volet_service.bootstrap.one_history import ShownHistory, check_witnesses
from volet_service.settings import Settings

_log = logging.getLogger("volet.witnesses")
# A witness that takes longer is asked again in the next round.
TIMEOUT_S = 5.0


def ask_lost(settings: Settings, shown: ShownHistory, clock: Clock) -> SignedCheckpoint | None:
    """Return the largest checkpoint that a witness saw and this database does not hold; None when there is none."""
    pace = Pace(settings.witness_pause_ms, settings.witness_again_ms)
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http:
        asked = Collector(
            shown.log, shown.tree, HttpLine(http), clock=clock, pace=pace, write=_nothing_to_write, halt=_log.warning
        )
        asked.check()
    return asked.lost


def _nothing_to_write(_work: Work[None]) -> None:
    raise AssertionError("a question to witnesses stores nothing")


@dataclass(frozen=True)
class Witnessing:
    """The collector and the connection it asks over."""

    settings: Settings
    collector: Collector
    http: httpx.Client
    sequencer: Sequencer

    @staticmethod
    def of(settings: Settings, shown: ShownHistory, sequencer: Sequencer, clock: Clock) -> Witnessing:
        """Return the collector of a hub; raise `LooseKey` when its second log key is not one the policy lists."""
        log = shown.log
        path = settings.path(settings.log_key_mldsa)
        second = read_log_key(path) if path.is_file() else None
        listed = second is not None and second.verifier in log.keys
        if second is not None and not listed and any(key.type.timed for key in log.keys):
            raise LooseKey(f"key file {path} is not the second log key of the trust bundle")
        http = httpx.Client(timeout=TIMEOUT_S, trust_env=False)
        pace = Pace(settings.witness_pause_ms, settings.witness_again_ms)
        collector = Collector(
            log, shown.tree, HttpLine(http), clock=clock, pace=pace,
            write=lambda work: sequencer.submit(work).result(), halt=sequencer.halt, second=second if listed else None,
        )  # fmt: skip
        return Witnessing(settings, collector, http, sequencer)

    def check_start(self) -> None:
        """Ask what the witnesses saw; raise `AlteredLog`. A start without them is an act that the log records."""
        if not self.collector.needed:
            return
        reason = self.settings.start_without_witnesses
        try:
            check_witnesses(self.collector, self.settings.witness_start_ms)
        except AlteredLog:
            if not reason or self.collector.contradicted:
                raise
            self.sequencer.submit(partial(start_without_witnesses, reason)).result()

    def start(self) -> None:
        """Start asking, when the policy names an address."""
        self.collector.start()

    def stop(self) -> None:
        """End the thread and close the connections."""
        self.collector.stop()
        self.http.close()
