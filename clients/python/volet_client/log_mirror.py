"""A copy of the public log on one's own disk, in the static form of C2SP tlog-tiles, and its check from the leaves up.

    <folder>/checkpoint                  the newest verified note
    <folder>/tile/<level>/<n>[.p/<w>]    hashes        <folder>/tile/entries/<n>[.p/<w>]   leaves

What was full once is never fetched again: a hub that rewrites its past no longer leads to the root that it signs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from volet_client.errors import UnreadableFileError, UsageError
from volet_client.files import flush_folder
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.log_positions import index_of, log_of
from volet_protocol.merkle import leaf_hash, root_of
from volet_protocol.proof import TlogProof
from volet_protocol.tiles import WIDTH, TilePath, tiles_of, unbundle

CHECKPOINT = "checkpoint"
MISSING, ALTERED, ROOT = "missing", "altered", "root"

_SAID = {
    MISSING: Said("manque", "is missing"),
    ALTERED: Said("n'est pas ce que donnent les inscriptions", "is not what the leaves give"),
    ROOT: Said("n'est pas la racine des inscriptions conservées", "is not the root of the leaves kept"),
}


@dataclass(frozen=True)
class BadTile:
    """One file of a mirror that does not fit, by its path under the folder."""

    path: str
    flaw: str

    def said(self) -> Said:
        """Return the sentence for a person."""
        said = _SAID[self.flaw]
        return Said(f"{self.path} : {said.fr}.", f"{self.path}: {said.en}.")

    def to_json(self) -> JsonValue:
        """Return the finding for a machine."""
        return {"path": self.path, "flaw": self.flaw}


def mirror(hub: Hub, folder: Path) -> tuple[SignedCheckpoint, list[BadTile]]:
    """Bring a mirror up to date and check all of it; the new checkpoint is written only when nothing is wrong."""
    checkpoint = newest(hub)
    _check_same_log(folder, checkpoint.origin)
    for path in tiles_of(checkpoint.size):
        file = folder / "tile" / str(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, b"".join(hub.transport.stream(f"/v1/log/tile/{path}")))
    found = check_tiles(folder, checkpoint)
    if not found:
        _write(folder / CHECKPOINT, checkpoint.note.encode("utf-8"))
    return checkpoint, found


def _check_same_log(folder: Path, origin: str) -> None:
    """Refuse the folder of another log: the copy of one that ended is what its tombstones are found in."""
    file = folder / CHECKPOINT
    kept = file.read_text("utf-8", "replace").partition("\n")[0] if file.exists() else origin
    if kept != origin:
        raise UsageError(
            Said(f"{folder} est la copie du journal {kept}.", f"{folder} is a mirror of the log {kept}."),
            Said("Gardez-la, et copiez dans un autre dossier.", "Keep it, and mirror into another folder."),
        )


def newest(hub: Hub) -> SignedCheckpoint:
    """Return the hub's checkpoint, once it extends everything that this profile ever saw; keep evidence otherwise."""
    note = hub.transport.get_text("/v1/log/checkpoint")
    try:
        checkpoint = hub.trust.log.open(note)
        hub.trust.accept_checkpoint(checkpoint, hub.consistency_to(checkpoint.size))
    except ProtocolError as error:
        raise hub.failed(error, {"checkpoint": note}) from None
    return checkpoint


def check_folder(folder: Path, log: LogVerifier) -> tuple[SignedCheckpoint, list[BadTile]]:
    """Rebuild every tile and the root of a mirror from its leaves; `log` comes from a trust bundle."""
    try:
        note = (folder / CHECKPOINT).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        said = Said("ce n'est pas une copie du journal", "it is not a mirror of the log")
        raise UnreadableFileError(folder / CHECKPOINT, said) from None
    checkpoint = log.open(note)
    return checkpoint, check_tiles(folder, checkpoint)


def check_tiles(folder: Path, checkpoint: SignedCheckpoint) -> list[BadTile]:
    """Return what does not fit in the tiles of a folder, under a checkpoint whose signature was verified."""
    paths = list(tiles_of(checkpoint.size))
    found: list[BadTile] = []
    hashes: list[bytes] = []
    for path in (path for path in paths if path.level is None):
        leaves = _leaves(folder, path)
        if leaves is None:
            found.append(BadTile(f"tile/{path}", MISSING if not _file(folder, path).exists() else ALTERED))
        else:
            hashes += [leaf_hash(leaf) for leaf in leaves]
    if found:
        return found
    if root_of(hashes) != checkpoint.root:
        found.append(BadTile(CHECKPOINT, ROOT))
    levels = list(_levels(hashes))
    for path in (path for path in paths if path.level is not None):
        wanted = b"".join(levels[path.level or 0][path.number * WIDTH :][: path.width])
        kept = _read(folder, path)
        if kept != wanted:
            found.append(BadTile(f"tile/{path}", MISSING if kept is None else ALTERED))
    return found


def prove(hub: Hub, position: int) -> str:
    """Return the proof of one leaf as text (C2SP tlog-proof), the leaf itself inside; it verifies without the hub.

    A leaf of a log that ended is proved in the tree that it ended with.
    """
    previous, number, index = hub.profile.bundle.previous_logs, log_of(position), index_of(position)
    checkpoint = previous[number - 1].ended() if number <= len(previous) else newest(hub)
    which = hub.which(hub.trust.log.of(checkpoint.note))
    answer = hub.transport.get("/v1/log/leaves", **{"from": index, "to": index + 1}, **which)
    leaf = from_base64url(str(Fields(answer, "leaves").items("leaves", 1)[0]))
    asked = hub.transport.get("/v1/log/proof", index=index, size=checkpoint.size, **which)
    hashes = Fields(asked, "proof").datas("hashes", 32)
    proof = TlogProof(index, tuple(hashes), checkpoint.note, leaf)
    try:
        proof.verify(hub.trust.log.of(checkpoint.note), leaf)
    except ProtocolError as error:
        raise hub.failed(error, {"proof": proof.format()}) from None
    return proof.format()


def _levels(hashes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    level = hashes
    while level:
        yield level
        level = [root_of(level[at : at + WIDTH]) for at in range(0, len(level) - WIDTH + 1, WIDTH)]


def _leaves(folder: Path, path: TilePath) -> list[bytes] | None:
    data = _read(folder, path)
    with suppress(ProtocolError):
        leaves = [] if data is None else unbundle(data)
        return leaves if len(leaves) == path.width else None
    return None


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all: what a power cut left half would be found as altered."""
    new = file.with_name(f".{file.name}.new")
    with new.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    flush_folder(file.parent)


def _read(folder: Path, path: TilePath) -> bytes | None:
    try:
        return _file(folder, path).read_bytes()
    except OSError:
        return None


def _file(folder: Path, path: TilePath) -> Path:
    return folder / "tile" / str(path)
