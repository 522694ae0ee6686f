"""The provider's signing keys: ES256, the first signs, all are published (RFC 7517)."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from joserfc.jwk import ECKey, KeySet

from volet_service.entrypoints.demo_provider.accounts import AccountsError


def new_key() -> ECKey:
    """Draw a P-256 key whose `kid` is its RFC 7638 thumbprint."""
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)


def load_keys(path: Path | None) -> list[ECKey]:
    """Return the keys of a private JWK set, drawn and written (0600) when the file is not there yet.

    Without a path, one key that lives as long as the process. Raise `AccountsError` on a file that others can read.
    """
    if path is None:
        return [new_key()]
    if not path.exists():
        key = new_key()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"keys": [key.as_dict(private=True)]}, file)
        return [key]
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise AccountsError(f"{path} must be readable by its owner only: chmod 600 {path}")
    loaded = KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8")))
    keys = [key for key in loaded.keys if isinstance(key, ECKey) and key.kid]
    if not keys or len(keys) != len(loaded.keys):
        raise AccountsError(f"{path} holds something else than P-256 keys with a kid")
    return keys


def public_jwks(keys: list[ECKey]) -> dict[str, object]:
    """Return the JWK set that the provider serves."""
    return {"keys": [key.as_dict(private=False) for key in keys]}
