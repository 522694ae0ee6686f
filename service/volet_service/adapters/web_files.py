"""The built web client, read once into memory: what is served is what the manifest was made of.

A file changed on disk afterwards is not served, and a file that is not in the manifest does not exist.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.web_manifest import BROTLI, INDEX, WebManifest
from volet_service.application.ports import WebFiles


class NotBuilt(Exception):  # noqa: N818 -- the sentence is for the operator
    """A folder that holds no web client."""


def read_web(folder: Path, beside: Mapping[str, bytes], addresses: Sequence[str]) -> WebFiles:
    """Read every file of a folder, and serve `beside` with them; `addresses` may be asked too. Raise `NotBuilt`."""
    if not (folder / INDEX).is_file():
        raise NotBuilt(f"{folder} holds no built web client: run `make web`, or set VOLET_WEB=none")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = {**{path.relative_to(folder).as_posix(): path.read_bytes() for path in files}, **beside}
    try:
        manifest = WebManifest.of(found)
    except ProtocolError as error:
        raise NotBuilt(f"{folder} cannot be served: {error}") from error
    # Without a time in it: the same bytes at every start.
    plain = (path for path in found if not path.endswith(BROTLI))
    gzipped = {path: gzip.compress(found[path], 9, mtime=0) for path in plain}
    return WebFiles(manifest, found, gzipped, tuple(addresses))
