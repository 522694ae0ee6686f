"""The log's signing key: one file in the form log software uses, `PRIVATE+KEY+<origin>+<hex8>+<b64>`, mode 0600."""

from __future__ import annotations

from pathlib import Path

from volet_protocol.errors import ProtocolError
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.sealed import LooseKey, read_private


def read_log_key(path: Path) -> NoteSigner:
    """Return the signer; raise `LooseKey` for loose permissions or another content."""
    try:
        return NoteSigner.parse_private(read_private(path).decode("ascii").strip())
    except (ProtocolError, UnicodeDecodeError):
        raise LooseKey(f"key file {path} holds no signing key of a log") from None
