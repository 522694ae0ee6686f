"""A case whose acts an auditor asks again, and a hub that lies about one of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.log_decisions import Flaw
from volet_client.members import GENERAL, Terms
from volet_protocol.entry_list import list_id
from volet_protocol.places import Place
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Decision
from volet_protocol.release import ReleaseRequest
from volet_protocol.release_decision import Ruled

DETAIL = Place("section", "medical/2")


class Scene:
    """A case whose doctor writes and reads; a social worker of it; an auditor."""

    def __init__(self, world: World) -> None:
        self.doctor, self.coord, self.auditor = (world.clients[name] for name in ("doctor", "coord", "auditor"))
        self.case = self.doctor.cases.open(person=world.clients["person"].author.user).case
        self.doctor.members.give_notice(self.case, [GENERAL], "oral")
        self.doctor.members.add(self.case, self.coord.author.user, Terms())
        self.entry = self.doctor.entries.post(self.case, DETAIL, "Titre", fields={"text": "texte"}).id
        self.doctor.entries.read(self.case, DETAIL, self.entry)

    def flaws(self) -> set[Flaw]:
        return {one.flaw for one in self.auditor.audit.verify().cases[self.case].findings}


@contextmanager
def peopled(folder: Path) -> Iterator[World]:
    # Acts that nobody signs stand in the log too: this hub says which web client it serves.
    (folder / "built").mkdir()
    (folder / "built" / "index.html").write_text("<!doctype html>", "utf-8")
    with client_world(folder, web=str(folder / "built")) as world:
        world.professional("doctor", "H1", "dac")
        world.professional("coord", "S10", "dac")
        world.professional("auditor", "O14", "operator")
        world.person("person")
        yield world


def run(client: Client, *arguments: str) -> int:
    context = Context(client.profile.config, Terminal("fr", as_json=False))
    context._client = client
    return run_line(context, arguments)


def permits(ruled: Ruled) -> Ruled:
    return replace(ruled, decision=Decision(PERMIT, ("R16",), ruled.decision.policy))


def lying(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, lie: Callable[[Ruled], Ruled]) -> None:  # noqa: ANN401
    honest = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args, **more: lie(honest(*args, **more)))


def ask(scene: Scene, client: Client, **changes: Any) -> None:  # noqa: ANN401 -- fields of the request
    """Ask the hub for the title, whatever the client's own rules say."""
    fields: dict[str, Any] = {
        "preamble": client.author.preamble(), "request_id": os.urandom(16), "case": scene.case,
        "list": list_id(scene.case, str(DETAIL)), "part": "title", "intent": "open", "purpose": "coordination",
        "policy": client.rules.named, "checkpoint": client.hub.checkpoint(), "ids": (scene.entry,),
        "capacity": client.author.capacity,
    }  # fmt: skip
    statement = client.author.sign(ReleaseRequest(**{**fields, **changes}).to_json())
    client.hub.transport.post("/v1/releases", {"statement": statement.to_json()})
