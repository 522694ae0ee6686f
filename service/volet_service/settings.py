"""Everything an operator may set, as environment variables `VOLET_*`, read once into one frozen object.

Beside each field: who is trusted with it and what they could do with it.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

KIB = 1024
MIB = 1024 * KIB


class Settings(BaseSettings):
    """The hub's settings. Relative paths are taken from `folder`."""

    model_config = SettingsConfigDict(env_prefix="VOLET_", frozen=True, extra="ignore")

    # Whoever writes this folder is the operator: can lose data and withhold it, cannot read or forge content.
    folder: Path = Path("var/hub")
    # Origin that statements name (`hub`). A wrong value makes every statement refused; it opens nothing.
    origin: str = "http://127.0.0.1:8080"
    # The one address that listens. Exposing it without TLS in front shows tokens to the network.
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)

    # Database: statements, ciphertext, log. Whoever reads it sees who, when, compartment and level; no content. A file
    # of SQLite, or `postgresql://user@host/name`; a password belongs into libpq's own file (PGPASSFILE), not in here.
    database: str = "hub.sqlite"
    # Server shares. Whoever has this file AND `share_key` AND a section key reads what they never opened.
    shares: Path = Path("shares.sqlite")
    # Ciphertext of documents. Useless alone.
    blobs: Path = Path("blobs")
    # Signs the log. Whoever copies it can show a second history to clients without witnesses.
    log_key: Path = Path("keys/log.key")
    # The key that takes over (`volet admin rotate-log-key`): signs beside the first once the trust bundle lists it.
    log_key_next: Path = Path("keys/log-next.key")
    # The second log key, ML-DSA-44, for checkpoints that witnesses see. Absent: Ed25519 alone. Trusted like the first.
    log_key_mldsa: Path = Path("keys/log-mldsa.key")
    # The newest checkpoint shown, where no witness remembers it. Put it on another volume than the database: a backup
    # of both restored together goes unnoticed. Whoever deletes it stops the hub.
    high_water: Path = Path("high-water")
    # Opens the share store; kept out of every database backup.
    share_key: Path = Path("keys/shares.key")
    # Opens the payloads of the access log: who read what. Trusted like the auditor.
    payload_key: Path = Path("keys/payloads.key")
    # The trust bundle signed by the controller. The hub only checks with it; clients bring their own copy.
    trust: Path = Path("trust.json")
    # Folder of the policy files and the table built from them. Unset: the shipped one. Whoever changes it decides what
    # the hub refuses; clients refuse a table that is wider than their ceiling, or that no controller activated.
    policies: Path | None = None
    # The controller's activation of the policy table. Absent: only the bundle's ceiling itself is active.
    activation: Path = Path("activation.json")
    # How long the log says what its leaves committed to. Absent: 12 months. Whoever changes it can have more erased or
    # kept at the next `volet admin retention`; what it says is published, and each erasure is a leaf.
    retention: Path = Path("retention.json")
    # Folder of the built web client; empty: the one of this checkout or package, if it was built; `none`: not served.
    # Whoever changes it decides the code that browsers run; what is served is a leaf of the log.
    web: str = ""
    # Addresses of registrars, separated by blanks, that the web client may ask. Whoever changes them can send browsers
    # to another, whose attestations count only with a key of the trust bundle.
    registrars: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+ ?)*$")
    # The numbers to call in the département when somebody is in danger (CRIP, duty prosecutor, vulnerable adults), as
    # the controller gives them. Absent: none are served. Whoever changes them sends callers elsewhere; the log says so.
    authorities: Path = Path("authorities.json")
    # Identity providers: issuer, client id and secret. Whoever changes it decides who can log in, not who can read.
    issuers: Path = Path("issuers.json")

    # Bounds. Too high lets one caller fill memory or disk; too low refuses honest documents.
    request_limit: int = Field(default=4 * MIB, ge=64 * KIB)
    # Bytes of request bodies held at one time, of everybody together.
    held_limit: int = Field(default=256 * MIB, ge=4 * MIB)
    upload_limit: int = Field(default=4 * 1024 * MIB, ge=MIB)
    queue_bound: int = Field(default=4096, ge=1)
    # How long an answer may wait for a client that takes no byte of it (Linux).
    unread_ms: int = Field(default=60_000, ge=100)
    # Sockets of the live hints (docs/spec/live.md). Too low cuts honest browsers off, which then ask every half minute;
    # too high lets one account or address hold memory. Behind one address stands a whole hospital.
    live_per_user: int = Field(default=16, ge=1)
    live_per_address: int = Field(default=2_000, ge=1)
    live_in_all: int = Field(default=10_000, ge=1)
    # Hints that wait for one socket before it is cut; batches that a socket which was cut can resume from.
    live_waiting: int = Field(default=256, ge=1)
    live_kept: int = Field(default=4_096, ge=1)
    # How often each end hears from the other. Proxies that end quiet connections sooner need less.
    live_beat_ms: int = Field(default=25_000, ge=100)
    # How far a signed request may stand from the hub's clock. Longer lets a thief of a request replay it longer.
    request_window_ms: int = Field(default=120_000, ge=1_000)
    # Age at which a head proof is made anew although no head moved (grants need one of at most 10 minutes).
    heads_age_ms: int = Field(default=60_000, ge=1_000)
    # How often witnesses are asked at most; and how often about a log that did not grow, and with the second key, whose
    # lines weigh 3.3 kB.
    witness_pause_ms: int = Field(default=1_000, ge=100)
    witness_again_ms: int = Field(default=60_000, ge=1_000)
    # How long a start waits for enough witnesses; and a reason, recorded in the log, to start without them.
    witness_start_ms: int = Field(default=30_000, ge=0)
    start_without_witnesses: str = Field(default="", pattern="^[a-z0-9-]{0,64}$")
    # Life of a session. Longer leaves a stolen token useful longer; it opens no content.
    session_ms: int = Field(default=8 * 3_600_000, ge=60_000)
    # How long ago somebody may have identified themselves who gives rights to others, adds a key or takes a copy out.
    # Longer lets who sits down at an open device do so.
    step_up_ms: int = Field(default=15 * 60_000, ge=10 * 60_000)

    @property
    def store(self) -> Path | str:
        """Where the database is: the path of its file, or its address."""
        return self.database if "://" in self.database else self.path(self.database)

    def path(self, path: Path | str) -> Path:
        """Return a path of these settings, taken from `folder` when it is relative."""
        return self.folder / path


def read_settings(folder: Path | None, host: str | None = None, port: int | None = None) -> Settings:
    """Return the settings of a folder: its `hub.env`, over which the environment wins, over which arguments win."""
    given: dict[str, object] = {"folder": folder, "host": host, "port": port}
    wanted = {name: value for name, value in given.items() if value is not None}
    place = folder or Settings().folder
    return Settings(_env_file=place / "hub.env", **wanted)  # type: ignore[call-arg, arg-type]  # pydantic-settings
