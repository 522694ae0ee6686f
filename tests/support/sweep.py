"""Look for canaries in everything a hub leaves behind: files, recorded traffic, the memory of the living process."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

# Longest canary spelling we look for; chunks of a region overlap by it.
_OVERLAP = 4096
_CHUNK = 8 * 1024 * 1024
_WORD = 8


def spellings(canary: str | bytes) -> set[bytes]:
    """Return the ways a secret could lie about: raw, UTF-16, hex, JSON escapes, base64 at each alignment."""
    raw = canary.encode("utf-8") if isinstance(canary, str) else canary
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    if isinstance(canary, str):
        found |= {canary.encode("utf-16-le"), json.dumps(canary)[1:-1].encode(), canary.encode("latin-1", "ignore")}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # The characters that mix the canary with its neighbours are left off on both sides.
        core = encoded[(shift * 8 + 5) // 6 : len(encoded) - (4 if len(raw) > 8 else 3)]
        if len(core) >= 8:
            found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    return {spelling for spelling in found if len(spelling) >= 6}


class Sweep:
    """One search for all spellings of many canaries at once.

    A spelling of 15 bytes or more that stands in the data covers at least one whole 8-byte word of it, whatever its
    alignment: one pass over the words tells which spellings to look for, instead of one pass for each.
    """

    def __init__(self, canaries: Iterable[str | bytes]) -> None:
        self._by_spelling: dict[bytes, str] = {}
        for canary in canaries:
            name = canary if isinstance(canary, str) else canary.hex()
            for spelling in spellings(canary):
                self._by_spelling.setdefault(spelling, name)
        self._short = [spelling for spelling in self._by_spelling if len(spelling) < 2 * _WORD - 1]
        self._words: dict[int, set[bytes]] = {}
        for spelling in set(self._by_spelling).difference(self._short):
            for shift in range(_WORD):
                word = int.from_bytes(spelling[shift : shift + _WORD], sys.byteorder)
                self._words.setdefault(word, set()).add(spelling)
        self._known = frozenset(self._words)

    def bytes(self, data: bytes, where: str) -> set[str]:
        """Return `canary @ where` for each canary found in `data`."""
        whole = memoryview(data)[: len(data) // _WORD * _WORD].cast("Q")
        suspected = [spelling for word in self._known.intersection(whole) for spelling in self._words[word]]
        return {f"{self._by_spelling[one]} @ {where}" for one in (*self._short, *suspected) if one in data}

    def files(self, root: Path) -> set[str]:
        """Search every file below `root`, names included."""
        found: set[str] = set()
        for path in sorted(root.rglob("*")):
            found |= self.bytes(str(path.name).encode(), f"name of {path.name}")
            if path.is_file():
                found |= self.bytes(path.read_bytes(), str(path.relative_to(root)))
        return found

    def memory(self, pid: int) -> set[str]:
        """Search the readable memory of a living process (Linux)."""
        found: set[str] = set()
        for where, data in _regions(pid):
            found |= self.bytes(data, where)
        return found


def _regions(pid: int) -> Iterator[tuple[str, bytes]]:
    maps = Path(f"/proc/{pid}/maps").read_text("ascii", "replace").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights, *rest = line.split(maxsplit=5)
            name = rest[-1] if len(rest) == 4 else "anonymous"
            # Code and data of libraries mapped read-only from files hold nothing of ours.
            if (
                "r" not in rights
                or name in {"[vvar]", "[vsyscall]", "[vvar_vclock]"}
                or ("w" not in rights and "/" in name)
            ):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            tail = b""
            for offset in range(start, end, _CHUNK):
                try:
                    memory.seek(offset)
                    data = memory.read(min(_CHUNK, end - offset))
                except (OSError, ValueError):
                    break
                yield f"memory {span} {name}", tail + data
                tail = data[-_OVERLAP:]
