"""A relay on loopback that keeps every byte that crosses it, both ways: what somebody on the wire would have.

The demonstration runs over HTTP on loopback, so the record is what an attacker sees who has already broken TLS.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

_BUFFER = 64 * 1024


class RecordingRelay:
    """Listens on a free port, forwards to `target_port`, appends what passes to `record`."""

    def __init__(self, target_port: int, record: Path, host: str = "127.0.0.1") -> None:
        self._target = (host, target_port)
        self._lock = threading.Lock()
        self._out = record.open("ab")
        self._listener = socket.create_server((host, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pump, args=(source, sink), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        # A reset by either side ends this direction; the other pump sees the half-close and ends too.
        with contextlib.suppress(OSError):
            while data := source.recv(_BUFFER):
                with self._lock:
                    self._out.write(data)
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Stop listening, cut what is open, finish the record."""
        # shutdown wakes the thread blocked in accept; close alone would leave it there.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        with self._lock:
            open_now = list(self._open)
        for each in open_now:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for each in open_now:
            each.close()
        self._out.close()
