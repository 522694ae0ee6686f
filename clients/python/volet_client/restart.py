"""What a client held of its hub before a log ended, and what of it the hub lost (docs/spec/log.md, N6).

The hub's database came back from a backup: the controllers' bundle says so by naming the log that follows. What was
acknowledged after the backup is gone, and a chain that this client verified may go back, once. That is no evidence of a
lie; it is kept, and told to whoever uses this profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import cast

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.fields import Fields
from volet_protocol.log_view import LogView
from volet_protocol.previous_logs import PreviousLog
from volet_protocol.statements import HeadRef

Chain = tuple[str, str]


class Restart:
    """Heads held under the log before, until each chain was seen again; and the losses met, oldest first.

    `activations` are the hashes of those that were in force: rules never go back, whatever a backup holds.
    """

    def __init__(self, heads: Mapping[Chain, HeadRef], lost: list[JsonObject]) -> None:
        self.heads = dict(heads)
        self.lost = lost
        self.activations: tuple[str, ...] = ()

    def end_logs(self, view: LogView, previous: tuple[PreviousLog, ...]) -> None:
        """End each log that the bundle ended; keep what was seen beyond its last checkpoint."""
        for one in previous:
            last = one.ended()
            seen = view.end(last)
            if seen is not None:
                self.lost.append(
                    {
                        "log": one.origin, "held": last.size, "seen": seen.size, "kept": seen.note,
                        "forked": seen.size == last.size,
                    }
                )  # fmt: skip

    def met(self, label: str, chain: str, head: HeadRef | None, hashes: Mapping[int, str] | None = None) -> None:
        """Compare a head proven under the new log with the one held before; `hashes` are those of its links, if known.

        A head further on says nothing before its links are known.
        """
        before = self.heads.get((label, chain))
        behind = before is not None and (head is None or head.seq < before.seq)
        if before is None or (not behind and hashes is None):
            return
        del self.heads[label, chain]
        if behind or (hashes is not None and hashes.get(before.seq) != before.hash):
            offered: JsonObject = {} if head is None else head.to_json()
            self.lost.append({"label": label, "chain": chain, "kept": before.to_json(), "offered": offered})

    def activates(self, offered: Iterable[str]) -> bool:
        """Tell whether the activations known before lead to these; once they do, that is settled."""
        if tuple(islice(offered, len(self.activations))) != self.activations:
            return False
        self.activations = ()
        return True

    def to_json(self) -> dict[str, JsonValue]:
        """Return what is kept in the profile; empty for a hub that never restarted."""
        kept: dict[str, JsonValue] = {}
        if self.heads:
            kept["before"] = heads_to_json(self.heads)
        if self.activations:
            kept["activations"] = self.activations
        if self.lost:
            kept["lost"] = cast("list[JsonValue]", self.lost)
        return kept

    @staticmethod
    def read(fields: Fields) -> Restart:
        """Read its members from the profile's state."""
        heads = read_heads(fields, "before") if fields.has("before") else {}
        lost = [cast("JsonObject", item) for item in fields.items("lost")] if fields.has("lost") else []
        made = Restart(heads, lost)
        made.activations = tuple(fields.hashes("activations")) if fields.has("activations") else ()
        return made


def heads_to_json(heads: Mapping[Chain, HeadRef]) -> list[JsonValue]:
    """Return heads as the profile keeps them."""
    return [{"label": label, "chain": chain, **head.to_json()} for (label, chain), head in sorted(heads.items())]


def read_heads(fields: Fields, name: str) -> dict[Chain, HeadRef]:
    """Read heads from the profile."""
    return {(item.code("label"), item.hash("chain")): HeadRef.read(item) for item in fields.objects(name, 1_000_000)}
