"""A person keeps the proof of an act, has it cosigned later, and verifies it without the hub."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.client_world import World, client_world
from support.witness_log import SIGNERS
from volet_client.cli.context import Context
from volet_client.cli.receipts import receipt_verify
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.errors import UsageError, VerificationError
from volet_client.members import GENERAL
from volet_client.receipt_files import FORMER
from volet_client.refusals import NotFoundError
from volet_client.transport import HttpTransport
from volet_protocol.note import Note

COSIGNED = "/v1/log/checkpoint/cosigned"


class WitnessedTransport(HttpTransport):
    """The real hub, with a witness beside it: what the witness saw last, or nothing, is served as the hub would."""

    seen: str | None = None

    def witness(self, *, lines: int = len(SIGNERS)) -> None:
        note = Note.parse(super().get_text("/v1/log/checkpoint").encode())
        lines_of = [signer.line(note.text, 1_760_000_000) for signer in SIGNERS[:lines]]
        self.seen = str(replace(note, lines=(*note.lines, *lines_of)))

    def get_text(self, path: str, **params: str | int) -> str:
        if path != COSIGNED:
            return super().get_text(path, **params)
        if self.seen is None:
            raise NotFoundError({})
        return self.seen


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("receipts")) as world:
        world.professional("mo", "H1", "practice")
        world.person("person")
        yield world


@pytest.fixture
def case(world: World) -> str:
    mo = world.clients["mo"]
    case = mo.cases.open(person=world.clients["person"].author.user).case
    mo.members.give_notice(case, [GENERAL], "oral")
    return case


def watched(world: World) -> tuple[Client, WitnessedTransport]:
    """The person's client, whose trust bundle names two keys of a witness."""
    former = world.clients["person"]
    former.close()
    bundle = former.profile.bundle
    names = "".join(f"witness w{n} {one.vkey}\n" for n, one in enumerate(SIGNERS))
    policy = f"log {bundle.log_vkey}\n{names}group w all w0 w1\nquorum w\n"
    former.profile.bundle = replace(bundle, log_policy=policy)
    transport = WitnessedTransport(world.url)
    world.clients["person"] = Client(former.profile, transport)
    return world.clients["person"], transport


def newest(client: Client, case: str) -> int:
    return client.audit.accesses(case).acts[-1].index


def test_the_immediate_receipt_is_replaced_by_the_cosigned_one_and_kept(
    world: World, case: str, tmp_path: Path
) -> None:
    client, transport = watched(world)
    path, index = tmp_path / "act.tlog-proof", newest(client, case)
    assert not client.receipts.save(case, index, path, client.clock())
    immediate = path.read_text()
    assert not client.receipts.renew(path, client.clock())
    assert path.read_text() == immediate
    transport.witness()
    assert client.receipts.renew(path, client.clock())
    assert path.read_text().count("— w.example ") == len(SIGNERS)
    assert path.with_name(path.name + FORMER).read_text() == immediate
    assert client.receipts.renew(path, client.clock())


def test_a_receipt_is_cosigned_at_once_where_witnesses_saw_the_act(world: World, case: str, tmp_path: Path) -> None:
    client, transport = watched(world)
    index = newest(client, case)
    transport.witness()
    assert client.receipts.save(case, index, tmp_path / "act.tlog-proof", client.clock())


def test_an_act_younger_than_what_witnesses_saw_keeps_its_immediate_receipt(
    world: World, case: str, tmp_path: Path
) -> None:
    client, transport = watched(world)
    transport.witness()
    world.clients["mo"].members.give_notice(case, [GENERAL], "paper")
    assert not client.receipts.save(case, newest(client, case), tmp_path / "act.tlog-proof", client.clock())


def test_too_few_witnesses_are_not_taken_for_enough(world: World, case: str, tmp_path: Path) -> None:
    client, transport = watched(world)
    index = newest(client, case)
    transport.witness(lines=1)
    with pytest.raises(VerificationError):
        client.receipts.save(case, index, tmp_path / "act.tlog-proof", client.clock())
    assert not list(tmp_path.iterdir())


def test_nobody_keeps_a_receipt_of_an_act_that_is_not_shown_to_them(world: World, case: str, tmp_path: Path) -> None:
    client = world.clients["person"]
    with pytest.raises(UsageError):
        client.receipts.save(case, 1_000_000, tmp_path / "act.tlog-proof", client.clock())


def test_the_command_verifies_with_a_trust_bundle_and_no_profile(world: World, case: str, tmp_path: Path) -> None:
    client = world.clients["person"]
    path, trust = tmp_path / "act.tlog-proof", tmp_path / "trust.json"
    assert not client.receipts.save(case, newest(client, case), path, client.clock())
    trust.write_bytes(world.trust)
    voice = Recorder("fr")
    # A profile that does not exist: nothing but the two files and the bundle is read.
    config = replace(client.profile.config, profile=tmp_path / "nothing")
    receipt_verify(Context(config, voice), argparse.Namespace(file=path, trust=trust))
    lines = str(voice.answer()["lines"])
    assert "lecture du journal" in lines
    assert "la plateforme a signé seule" in lines
