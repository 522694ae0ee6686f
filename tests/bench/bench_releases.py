"""What logging adds to a release over HTTP, as a reader waits for it.

Each request is sent twice. The second answer takes the same way: it is authenticated, decided anew, given the same
shares and the same receipt; but it appends no leaf, and its batch has nothing to commit. What lies between the two is
the log's: payloads composed and sealed, the tree, the signature, the commit, the checkpoint kept on another volume.
The hub is a process of its own, as `volet serve` runs it; the readers are threads that ask one after the other.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.figures import Figure, Size
from support.hub import running_hub
from support.hub_entries import post, release_request
from support.hub_process import ClockedCase, HubProcess
from volet_protocol.release import ReleaseRequest

READERS = 2
PART = 50


def cpu_of(pid: int) -> float | None:
    """Seconds of CPU that a process has used; None where the system does not say it in a file."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Asked:
    """Seconds that each answer took, and seconds of CPU that the hub took for all of them."""

    pid: int
    waits: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def send(self, case: ClockedCase, bodies: Sequence[dict[str, Any]]) -> None:
        """Let the readers share these requests between them."""
        before = cpu_of(self.pid) or 0.0
        readers = [threading.Thread(target=self._ask, args=(case, bodies[turn::READERS])) for turn in range(READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        self.cpu += (cpu_of(self.pid) or 0.0) - before

    def _ask(self, case: ClockedCase, bodies: Sequence[dict[str, Any]]) -> None:
        with case.hub.client() as http:
            http.headers["Authorization"] = case.clients["doctor"].headers["Authorization"]
            for body in bodies:
                start = time.perf_counter()
                answer = http.post("/v1/releases", json=body)
                self.waits.append(time.perf_counter() - start)
                assert answer.is_success, answer.text

    def most(self) -> float:
        """Milliseconds that 99 % of them wait at most."""
        return sorted(self.waits)[len(self.waits) * 99 // 100] * 1000

    def half(self) -> float:
        """Milliseconds that half of them wait at most."""
        return statistics.median(self.waits) * 1000

    def each_cpu(self) -> float:
        """Milliseconds of the hub's CPU for one."""
        return self.cpu / len(self.waits) * 1000


def requests(case: ClockedCase, count: int) -> list[dict[str, Any]]:
    """Signed requests for the body of one entry."""
    wanted = ReleaseRequest.read(release_request(case, "doctor", [post(case, "doctor").entry.id]))
    fresh = (replace(wanted, request_id=os.urandom(16)) for _ in range(count))
    return [{"statement": case.person("doctor").sign(one.to_json()).to_json()} for one in fresh]


def measure(size: Size) -> list[Figure]:
    """Ask, and ask again, a part of the requests after the other: what else the machine does meets both alike."""
    with tempfile.TemporaryDirectory() as folder:
        with running_hub(Path(folder) / "hub") as hub:
            case = ClockedCase(hub)
            case.join("coordinator", "S10", "dac")
            case.inform()
            case.join("doctor", "H1", "clinic")
            case.claim("doctor", "medical/2")
            process = HubProcess(hub)
        process.take_over(case)
        try:
            process.start()
            first, again, warming = (Asked(process.pid) for _ in range(3))
            # The first of a process are slow: nothing is in its caches.
            warming.send(case, requests(case, max(2, size.releases // 20)))
            for _ in range(0, size.releases, PART):
                # Signed as they are needed: a hub refuses a statement of more than five minutes ago.
                asked = requests(case, min(PART, size.releases))
                first.send(case, asked)
                again.send(case, asked)
        finally:
            process.stop()
    return figures(first, again)


def figures(first: Asked, again: Asked) -> list[Figure]:
    """Half and 99 % of both, and what the second was spared."""
    what = f"release of one entry over HTTP, {READERS} readers"
    shown = [
        Figure(f"{what}: half of them wait at most (wall clock)", first.half(), "ms"),
        Figure("  99 % of them wait at most", first.most(), "ms"),
        Figure("  the same request again, without a new leaf: 99 %", again.most(), "ms"),
        Figure("  logging adds to the median", max(0.0, first.half() - again.half()), "ms"),
        Figure("  logging adds to the 99th percentile", max(0.0, first.most() - again.most()), "ms", 5),
    ]
    if first.cpu:
        cost = max(0.0, first.each_cpu() - again.each_cpu())
        shown += [
            Figure("  CPU time of the hub for one of them", first.each_cpu(), "ms"),
            Figure("  of which logging", cost, "ms"),
        ]
    return shown
