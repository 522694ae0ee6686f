"""The end of a mask, said by the author of the entry (docs/spec/facts.md, rule 19; CSP L1111-7, R65b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from volet_protocol.fact_codec import HASH, MS, Shape


@dataclass(frozen=True)
class MaskEnd:
    """The result was announced: the entry is no longer held back from the person.

    Entries are not in the chain: whoever decides counts it only where its author wrote the entry.
    """

    type: ClassVar[str] = "mask-end"
    entry: str
    at_ms: int


MASK_END = Shape(MaskEnd, {"entry": HASH, "at_ms": MS})
