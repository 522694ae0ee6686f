"""Where a profile lives and how it is opened: environment, never the hub.

VOLET_PROFILE           folder of the profile (default: $XDG_DATA_HOME/volet, else ~/.local/share/volet)
VOLET_PASSPHRASE_FILE   private file whose first line is the passphrase, for scripts
VOLET_LANG              fr (default) or en
VOLET_AUTHORITIES       JSON file of the numbers to call in the département, instead of the hub's (volet report numbers)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from volet_client.words import FRENCH, LANGUAGES

TRUST_FILE = "trust.json"
EVIDENCE_FOLDER = "evidence"


@dataclass(frozen=True)
class Config:
    """What the environment says. `passphrase_file` is None where a person is asked."""

    profile: Path
    passphrase_file: Path | None
    lang: str
    authorities: Path | None = None

    @property
    def trust_file(self) -> Path:
        """The pinned trust bundle."""
        return self.profile / TRUST_FILE

    @property
    def evidence(self) -> Path:
        """Where contradictions of the hub are kept."""
        return self.profile / EVIDENCE_FOLDER

    @staticmethod
    def from_environment(environ: Mapping[str, str], home: Path) -> Config:
        """Read the environment; an unknown language is French."""
        default = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "volet"
        passphrase = environ.get("VOLET_PASSPHRASE_FILE")
        lang = environ.get("VOLET_LANG", FRENCH)
        return Config(
            profile=Path(environ.get("VOLET_PROFILE") or default),
            passphrase_file=Path(passphrase) if passphrase else None,
            lang=lang if lang in LANGUAGES else FRENCH,
            authorities=Path(environ["VOLET_AUTHORITIES"]) if environ.get("VOLET_AUTHORITIES") else None,
        )
