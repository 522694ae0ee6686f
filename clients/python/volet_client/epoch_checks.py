"""What the heads map said of ourselves since the last visit (docs/spec/heads-map.md, 13 to 19; trust rule T11).

A hub could show another chain, or a link that we did not make, to a colleague while we were away, and take it back
before we look. So each visit asks for every epoch since the one before: one that is left out is refused, and a chain
that vanished, went back, forked or held what we did not make is kept as evidence.
"""

from __future__ import annotations

from collections.abc import Mapping

from volet_client.hub import Hub
from volet_client.trust import Proven, Visit
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError
from volet_protocol.map_epochs import MapEpochs, Seen, ShownHead, epoch_of


class EpochChecks:
    """Checks labels of this user; `checked` counts the epochs since this client began to run."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.checked = 0

    def check(self, label: str, chain: str, links: Mapping[int, str] | None = None) -> Proven:
        """Check every epoch since the last visit, up to the head of now, and return that one.

        `links` (seq to hash) where the chain is our own: nothing else may stand in it. Raises `VerificationError` for
        epochs left out or not proven, `EvidenceError` for what they show against the hub.
        """
        proven = self._hub.head(label, chain)
        visit = self._hub.trust.visits.get((label, chain))
        now = Seen(proven.index, epoch_of(proven.time_ms))
        # The first visit has nothing behind it to check: from here on each one is followed by the next.
        visit = visit or Visit(now, None)
        while visit.seen.epoch < now.epoch:
            visit = self._page(label, chain, visit, links)
        last = max(visit.seen, now, key=lambda seen: seen.index)
        newest: JsonObject = {} if proven.head is None else proven.head.to_json()
        self._judge((label, chain), Visit(last, visit.head), [ShownHead(proven.head, proven.time_ms)], links, newest)
        return proven

    def _page(self, label: str, chain: str, visit: Visit, links: Mapping[int, str] | None) -> Visit:
        hub = self._hub
        served = hub.transport.get(f"/v1/heads/{label}/{chain}/epochs", after=visit.seen.index)
        try:
            shown, seen, checkpoint = MapEpochs.read(served).verify(hub.trust.log, label, chain, visit.seen)
            hub.trust.accept_checkpoint(checkpoint, hub.consistency_to(checkpoint.size))
        except ProtocolError as error:
            raise hub.failed(error, served) from None
        self.checked += len(shown)
        return self._judge((label, chain), Visit(seen, visit.head), shown, links, served)

    def _judge(
        self, of: tuple[str, str], visit: Visit, shown: list[ShownHead], links: Mapping[int, str] | None,
        served: JsonObject,
    ) -> Visit:  # fmt: skip
        try:
            return self._hub.trust.visited(of, visit, shown, links, served)
        except ProtocolError as error:
            raise self._hub.failed(error, served) from None
