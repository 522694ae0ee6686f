"""What has to be thrown away in time: uploads that nobody finished. At start, then every hour."""

from __future__ import annotations

import logging
import threading

from volet_service.application.ports import Blobs, Clock
from volet_service.domain.errors import Refusal

HOUR_S = 3600.0
# Long enough for a large document over a slow line and a weekend; short enough that the disk is not somebody's store.
UPLOAD_AGE_MS = 3 * 24 * 3_600_000
_log = logging.getLogger("volet.housekeeping")


class Housekeeping:
    """Owns its thread; the clock and the pause are arguments, so that a test need not wait."""

    def __init__(self, blobs: Blobs, clock: Clock, pause_s: float = HOUR_S) -> None:
        self._blobs = blobs
        self._clock = clock
        self._pause_s = pause_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="volet-housekeeping", daemon=True)

    def start(self) -> None:
        """Tidy once, here; then go on in the thread."""
        self._tidy()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._ended.wait(self._pause_s):
            self._tidy()

    def _tidy(self) -> None:
        try:
            self._blobs.purge(self._clock.now_ms() - UPLOAD_AGE_MS)
        except Refusal as error:
            # A broken disk is told by every request; the next hour tries again.
            _log.warning("uploads could not be purged: %s", error.what)
