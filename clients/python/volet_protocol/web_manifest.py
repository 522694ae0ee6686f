"""What a web client consists of: the hash of each of its files, in one object that the log holds (docs/spec/web.md).

A browser takes its code from whoever serves it. The manifest cannot change that; it makes one version the version
that everybody got: its hash is a leaf, and whoever fetches the files compares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256

VERSION = 1
TYPE = "web-manifest"
# What `/` answers with.
INDEX = "index.html"
# After the path of a file: the same file as the build compressed it, which browsers that take Brotli are answered with.
BROTLI = ".br"
# What belongs to a deployment and not to a build: whom to trust, whom to ask.
TRUST, PLATFORM = "trust.json", "platform.json"
DEPLOYMENT = frozenset({TRUST, PLATFORM})
MOST_FILES = 512
MAX_FILE = 16 * 1024 * 1024
# Relative, without `.` and `..`, in the characters that need no escape in an address.
_PATH = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
_MAX_PATH = 255


@dataclass(frozen=True, order=True)
class WebFile:
    """One file: its path below the address of the web client, SHA-256 in hex, size in bytes."""

    path: str
    hash: str
    size: int


@dataclass(frozen=True)
class WebManifest:
    """The files of one version, sorted by path; `index.html` is among them."""

    files: tuple[WebFile, ...]

    @staticmethod
    def of(contents: Mapping[str, bytes]) -> WebManifest:
        """Return the manifest of files in memory; raise `ProtocolError` when they make none."""
        files = (WebFile(path, sha256(data).hex(), len(data)) for path, data in contents.items())
        return _checked(sorted(files))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form, in hex."""
        return sha256(canonical.encode(self.to_json())).hex()

    def find(self, path: str) -> WebFile | None:
        """Return a file by its path, None when it is not part of this version."""
        return next((file for file in self.files if file.path == path), None)

    def to_json(self) -> JsonObject:
        """Return the wire form."""
        files: list[JsonValue] = [{"path": one.path, "hash": one.hash, "size": one.size} for one in self.files]
        return {"v": VERSION, "type": TYPE, "files": files}

    @staticmethod
    def read(value: Mapping[str, JsonValue]) -> WebManifest:
        """Read the wire form; raise `ProtocolError`."""
        fields = Fields(value, TYPE)
        if fields.integer("v") != VERSION:
            raise ProtocolError(Reason.WRONG_VERSION, TYPE)
        if fields.text("type", 64) != TYPE:
            raise ProtocolError(Reason.WRONG_TYPE, TYPE)
        files: list[WebFile] = []
        for item in fields.objects("files", MOST_FILES):
            files.append(WebFile(item.text("path", _MAX_PATH), item.hash("hash"), item.integer("size", most=MAX_FILE)))
            item.done()
        fields.done()
        return _checked(files)


def _checked(files: Sequence[WebFile]) -> WebManifest:
    paths = [file.path for file in files]
    if len(files) > MOST_FILES or any(file.size > MAX_FILE for file in files):
        raise ProtocolError(Reason.TOO_LARGE, TYPE)
    if not all(len(path) <= _MAX_PATH and _PATH.fullmatch(path) for path in paths):
        raise ProtocolError(Reason.MALFORMED, f"{TYPE}: path")
    if sorted(set(paths)) != paths:
        raise ProtocolError(Reason.NOT_CANONICAL, f"{TYPE}: paths in order, each once")
    if INDEX not in paths:
        raise ProtocolError(Reason.MISSING_FIELD, f"{TYPE}: {INDEX}")
    return WebManifest(tuple(files))
