"""What a command gets: configuration, voice, and the client, opened once and only when asked for."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from volet_client.cli.terminal import Terminal
from volet_client.config import Config
from volet_client.keystore import read_passphrase_file

if TYPE_CHECKING:
    from volet_client.client import Client
    from volet_client.profile import Profile

Run: TypeAlias = "Callable[[Context, argparse.Namespace], int | None]"


class Context:
    """One invocation, or one `volet batch`: the passphrase is asked for, and stretched, once."""

    def __init__(self, config: Config, terminal: Terminal) -> None:
        self.config = config
        self.terminal = terminal
        self._client: Client | None = None

    def passphrase(self, *, twice: bool = False) -> str:
        """Return the passphrase: from VOLET_PASSPHRASE_FILE, else asked."""
        if self.config.passphrase_file is not None:
            return read_passphrase_file(self.config.passphrase_file)
        return self.terminal.ask_passphrase(twice=twice)

    def profile(self) -> Profile:
        """Return the unlocked profile."""
        return self.client().profile

    def use(self, profile: Profile) -> None:
        """Go on with a profile that was just made, without asking for its passphrase again."""
        from volet_client.client import Client  # noqa: PLC0415 - as in `client`

        self._client = Client(profile)

    def client(self) -> Client:
        """Return the client of the unlocked profile."""
        if self._client is None:
            # Imported here: help texts and `volet log verify` need neither HTTP nor cryptography.
            from volet_client.client import Client  # noqa: PLC0415 - see above
            from volet_client.profile import Profile  # noqa: PLC0415 - see above

            self._client = Client(Profile.open(self.config, self.passphrase()))
        return self._client

    def save(self) -> None:
        """Write back what was verified and learnt."""
        if self._client is not None:
            self._client.save()

    def close(self) -> None:
        """Write back and close the connections."""
        if self._client is not None:
            self._client.close()


def now_ms() -> int:
    """Return the clock of this machine in milliseconds."""
    return time.time_ns() // 1_000_000
