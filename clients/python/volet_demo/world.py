"""The world of the story: a fresh folder, keys and configuration of everybody, the processes on loopback.

    controller/   the controller's offline keys, trust.json, activation.json
    provider/     the identity provider                       hub/     what `volet admin init` made
    registrar/    configuration, staff list, signing key      files/   the documents of the story
    profiles/     one profile and one passphrase file a party logs/    what each process printed
    witness/      where the world has one: keys and what it signed

Hub and registrar are two relying parties of one provider: a binding made for the hub only introduces somebody, one
made for the independent registrar proves (protocol 5.2). The trust bundle says which is which.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from volet_demo.browser import Browser
from volet_demo.cast import CAST, GUESTS, MANAGED, MANAGER, MANAGER_LABEL, REGISTRAR_NAME, STRUCTURES, Role
from volet_demo.party import Party
from volet_demo.processes import HOST, Processes, ProcessFailedError, Running, free_ports
from volet_demo.relay import RecordingRelay
from volet_demo.witness import WitnessBeside
from volet_protocol.canonical import JsonValue

HUB_CLIENT, REGISTRAR_CLIENT = "volet-hub", "volet-registrar"
_STAFF_DAYS = 200
_KEYS, _THRESHOLD = 3, 2
_NOTHING: Mapping[str, str] = {}
_DEMO = {"VOLET_DEMO": "1"}


@dataclass(frozen=True)
class Addresses:
    """Where each process answers; `hub` is what clients talk to, `hub_port` where the hub listens."""

    provider: str
    registrar: str
    hub: str
    hub_port: int


@dataclass
class World:
    """Everything that runs. Use as a context manager: leaving it stops what it started, and only that."""

    root: Path
    record: bool = False
    # Accounts that wait for somebody at a browser.
    guests: tuple[Role, ...] = GUESTS
    # Another institution's process signs the log too, and the trust bundle asks for its signature.
    witnessed: bool = False
    # What the hub's folder holds already when it starts: files of another hub, which ask this one to work less.
    hub_files: Path | None = None
    # Under which name the hub is reached: a browser makes passkeys for a name, and for no number.
    hub_name: str = HOST
    processes: Processes = field(init=False)
    browser: Browser = field(init=False)
    addresses: Addresses = field(init=False)
    hub: Running = field(init=False)
    registrar: Running = field(init=False)
    parties: dict[str, Party] = field(default_factory=dict[str, Party])
    relay: RecordingRelay | None = None
    witness: WitnessBeside | None = None

    def __post_init__(self) -> None:
        self.processes = Processes(self.root / "logs")
        self.browser = Browser()

    @property
    def traffic(self) -> Path:
        """The recorded bytes between clients and hub, where a record was asked for."""
        return self.root / "traffic.bin"

    def path(self, *parts: str) -> Path:
        """Return a path in the world's folder."""
        return self.root.joinpath(*parts)

    def start(self, roles: Iterable[Role] = CAST) -> None:
        """Make keys and configuration, start every process, make a profile for each party of `roles`."""
        self.root.mkdir(parents=True, exist_ok=False, mode=0o700)
        self._choose_addresses()
        provider = self._launch_provider()
        printed = self.processes.run(
            ("controller-init", ["controller", "init", str(self.path("controller")), "--keys", str(_KEYS),
                                 "--threshold", str(_THRESHOLD)], _NOTHING),
            ("registrar-key", ["registrar", "key", "--out", str(self.path("registrar", "registrar.key"))], _NOTHING),
            ("admin-init", ["admin", "init", str(self.path("hub")), "--origin", self.addresses.hub], _NOTHING),
        )  # fmt: skip
        self.processes.wait(provider, f"{self.addresses.provider}/.well-known/openid-configuration")
        log_vkey = printed[2].strip().rsplit(" ", 1)[-1]
        if self.witnessed:
            self.witness = WitnessBeside.make(self.processes, self.path("witness"), log_vkey)
            self.witness.start()
        self._sign(registrar_key=printed[1].strip(), log_vkey=log_vkey)
        self._start_services()
        self.make_parties(roles)

    def make_parties(self, roles: Iterable[Role]) -> None:
        """Give each role a profile with its own passphrase, and start its client."""
        made: list[Party] = []
        self.path("profiles").mkdir(mode=0o700, exist_ok=True)
        for role in roles:
            passphrase = self.path("profiles", f"{role.key}.passphrase")
            _write(passphrase, secrets.token_urlsafe(24), private=True)
            party = Party(role.key, role.name, self.path("profiles", role.key), passphrase)
            party.start(self.processes)
            party.send("init", "--trust", str(self.path("controller", "trust.json")))
            self.parties[role.key] = party
            made.append(party)
        for party in made:
            words = ("init",)
            party.succeeded(words, party.receive(words))

    def _choose_addresses(self) -> None:
        ports = free_ports(3)
        hub_port = ports[2]
        if self.record:
            self.relay = RecordingRelay(hub_port, self.traffic)
        origins = [f"http://{HOST}:{port}" for port in ports[:2]]
        hub = f"http://{self.hub_name}:{self.relay.port if self.relay else hub_port}"
        self.addresses = Addresses(origins[0], origins[1], hub, hub_port)

    def _launch_provider(self) -> Running:
        callbacks = {
            HUB_CLIENT: f"{self.addresses.hub}/v1/logins/callback",
            REGISTRAR_CLIENT: f"{self.addresses.registrar}/v1/callback",
        }
        people = [{"sub": r.key, "label": r.label, "kind": r.kind, "acr": "eidas2"} for r in (*CAST, *self.guests)]
        manager = {"sub": MANAGER, "label": MANAGER_LABEL, "kind": "professional", "acr": "eidas2"}
        known = {
            "clients": [{"client_id": client, "redirect_uris": [uri]} for client, uri in callbacks.items()],
            "accounts": [*people, manager],
        }
        for folder in ("provider", "registrar"):
            self.path(folder).mkdir()
        _write(self.path("provider", "accounts.json"), known)
        arguments = [
            "demo-provider", "--accounts", str(self.path("provider", "accounts.json")),
            "--keys", str(self.path("provider", "keys.json")), "--port", self.addresses.provider.rsplit(":", 1)[1],
        ]  # fmt: skip
        return self.processes.launch("provider", arguments, _DEMO)

    def _sign(self, *, registrar_key: str, log_vkey: str) -> None:
        """Let the controller sign trust.json and the activation of the rules, and hand both to the hub."""
        folder = self.path("controller")
        published = httpx.get(f"{self.addresses.provider}/jwks.json", trust_env=False).json()
        _write(folder / "provider.jwks.json", published)
        _write(folder / "parties.json", self._parties(registrar_key))
        signing = ["--key", str(folder / "controller-1.key"), "--key", str(folder / "controller-2.key")]
        trust, activation = folder / "trust.json", folder / "activation.json"
        compose = [
            "controller", "trust", "--hub", self.addresses.hub, "--log-vkey", log_vkey,
            "--parties", str(folder / "parties.json"), "--controllers", str(folder / "controllers.json"),
            *signing, "--out", str(trust),
            *(("--log-policy", str(self.witness.policy)) if self.witness else ()),
        ]  # fmt: skip
        self.processes.run(("controller-trust", compose, _NOTHING))
        activate = ["controller", "activate-policy", "--trust", str(trust), "--yes", *signing, "--out", str(activation)]
        self.processes.run(("controller-activate", activate, _NOTHING))
        for path in (trust, activation):
            self.path("hub", path.name).write_bytes(path.read_bytes())
        if self.hub_files is not None:
            shutil.copytree(self.hub_files, self.path("hub"), dirs_exist_ok=True)
        issuer = {
            "issuer": self.addresses.provider, "client_id": HUB_CLIENT, "after_logout": f"{self.addresses.hub}/",
        }  # fmt: skip
        _write(self.path("hub", "issuers.json"), {"issuers": [issuer]})

    def _parties(self, registrar_key: str) -> Mapping[str, object]:
        rows = sorted({str(role.capacity["row"]) for role in (*CAST, *self.guests) if role.capacity is not None})
        structures = [{"id": id_, "label": label, "kind": kind} for id_, label, kind in STRUCTURES]
        issuer = {
            "iss": self.addresses.provider, "jwks": "provider.jwks.json",
            "audiences": [{"aud": HUB_CLIENT, "mode": "self"}, {"aud": REGISTRAR_CLIENT, "mode": "registrar"}],
            "rows": rows, "structures": [structure["id"] for structure in structures],
        }  # fmt: skip
        registrar = {
            "name": REGISTRAR_NAME, "key": registrar_key, "rows": rows, "structures": structures,
            "roles": ["auditor"],
        }  # fmt: skip
        return {"issuers": [issuer], "registrars": [registrar]}

    def _start_services(self) -> None:
        until = (datetime.now(UTC) + timedelta(days=_STAFF_DAYS)).date().isoformat()
        staff: list[JsonValue] = [
            {
                "sub": role.key,
                "until": until,
                "capacity": dict(role.capacity),
                **({"scope": {}} if role.kind == "auditor" else {}),
            }
            for role in (*CAST, *self.guests)
            if role.capacity
        ]
        config: dict[str, JsonValue] = {
            "name": REGISTRAR_NAME, "origin": self.addresses.registrar, "hubs": [self.addresses.hub],
            "port": int(self.addresses.registrar.rsplit(":", 1)[1]), "issuer": self.addresses.provider,
            "client_id": REGISTRAR_CLIENT, "key": "registrar.key", "staff": "staff.json",
            "pages": {"trust": "trust.json", "managers": [{"sub": MANAGER, "structures": list(MANAGED)}]},
        }  # fmt: skip
        shutil.copyfile(self.path("controller", "trust.json"), self.path("registrar", "trust.json"))
        _write(self.path("registrar", "staff.json"), staff)
        _write(self.path("registrar", "registrar.json"), config)
        self.registrar = self.processes.launch(
            "registrar", ["registrar", "serve", "--config", str(self.path("registrar", "registrar.json"))], _NOTHING
        )
        self.start_hub()
        self.processes.wait(self.registrar, f"{self.addresses.registrar}/v1/about")

    def start_hub(self) -> None:
        """Start the hub of this world's folder and wait until it is ready."""
        self.hub = self.processes.launch(
            "hub",
            ["serve", str(self.path("hub")), "--port", str(self.addresses.hub_port)],
            {"VOLET_REGISTRARS": self.addresses.registrar},
        )
        self.processes.wait(self.hub, f"{self.addresses.hub}/v1/ready")

    def stop_hub(self) -> None:
        """End the hub alone: whoever asks gets no answer until `start_hub`."""
        self.hub.process.terminate()
        self.processes.finish(self.hub)

    def stop(self) -> None:
        """Stop every process and the relay."""
        self.browser.__exit__()
        self.processes.stop()
        if self.relay is not None:
            self.relay.close()
            self.relay = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def next_folder(parent: Path) -> Path:
    """Return a folder of `parent` that does not exist yet, numbered one further than the last."""
    parent.mkdir(parents=True, exist_ok=True)
    used = [int(path.name) for path in parent.iterdir() if path.name.isdecimal()]
    return parent / str(max(used, default=0) + 1)


def check_alive(world: World) -> None:
    """Raise `ProcessFailedError` when a process of the world has ended by itself."""
    for running in world.processes.running:
        if running.process.poll() is not None:
            raise ProcessFailedError(f"{running.name} ended:\n{running.tail()}")


def wait_until_interrupted(world: World) -> None:
    """Serve until somebody presses Ctrl-C."""
    while True:
        time.sleep(1.0)
        check_alive(world)


def _write(path: Path, content: object, *, private: bool = False) -> None:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
