"""Somebody with full control of the database rewrites the log; each way is found, and each test says by whom.

Without the log's key the next start finds it. With the key a whole other history can be signed: then it is found by
whoever remembers something of the true one, a client's state, `volet log watch`, a kept receipt, a witness; times that
go back are found by anybody, from nothing but the public key. Triggers and what a running hub answers:
test_log_tampering.py; lies about one receipt, proof or number: test_log_operator.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.client_world import PASSPHRASE, World, client_world
from support.forgery import at_time, copy_of, forged_leaf, leaves_of, rewrite
from support.hub import HandClock, LiveHub, running_hub
from support.log_builder import LogBuilder
from support.witness_log import NOW_S, witness
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.config import Config
from volet_client.errors import EvidenceError
from volet_client.log_export import FORMAT, check_export
from volet_client.members import GENERAL
from volet_client.profile import Profile
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.leaf import Leaf
from volet_protocol.map_epochs import EPOCH_MS
from volet_protocol.merkle import leaf_hash, verify_inclusion
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner
from volet_protocol.places import Place
from volet_protocol.witness_request import WitnessRequest
from volet_service.bootstrap.hub import CannotStart

DETAIL = Place("section", "medical/2")
HOUR_MS = 3_600_000
Change = Callable[[list[bytes], int], list[bytes]]


@dataclass
class Told:
    """A hub's past: its folder, the leaf of a release that somebody wants gone, a client who saw all of it."""

    folder: Path
    world: World
    # The hub's folder as it was then, with a database that nobody uses.
    image: Path
    leaves: list[bytes]
    release: int

    @property
    def last_ms(self) -> int:
        return Leaf.parse(self.leaves[-1]).ts_ms


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, each_database: str) -> Iterator[Told]:
    """An entry is posted, then read twice; the doctor's client verified the log after that. On either database."""
    del each_database
    folder = tmp_path_factory.mktemp("tampering")
    with client_world(folder) as world:
        doctor = world.professional("doctor", "H1", "practice")
        case = doctor.cases.open().case
        doctor.members.give_notice(case, [GENERAL], "oral")
        entry = doctor.entries.post(case, DETAIL, "Titre", fields={"text": "texte"}).id
        doctor.entries.read(case, DETAIL, entry)
        release = len(leaves_of(folder / "hub")) - 1
        doctor.entries.read(case, DETAIL, entry)
        doctor.audit.verify()
        doctor.hub.save()
        doctor.close()
        world.clients.clear()
        image = copy_of(folder / "hub", folder / "image")
        yield Told(folder, world, image, leaves_of(image), release)


def delete(leaves: list[bytes], at: int) -> list[bytes]:
    return leaves[:at] + leaves[at + 1 :]


def edit(leaves: list[bytes], at: int) -> list[bytes]:
    return [*leaves[:at], forged_leaf(Leaf.parse(leaves[at]).ts_ms), *leaves[at + 1 :]]


def reorder(leaves: list[bytes], at: int) -> list[bytes]:
    times = [Leaf.parse(leaf).ts_ms for leaf in leaves[at : at + 2]]
    return [*leaves[:at], at_time(leaves[at + 1], times[0]), at_time(leaves[at], times[1]), *leaves[at + 2 :]]


def back_date(leaves: list[bytes], at: int) -> list[bytes]:
    return [*leaves[:at], at_time(leaves[at], Leaf.parse(leaves[at]).ts_ms - HOUR_MS), *leaves[at + 1 :]]


def insert(leaves: list[bytes], at: int) -> list[bytes]:
    return [*leaves[:at], forged_leaf(Leaf.parse(leaves[at]).ts_ms), *leaves[at:]]


def truncate(leaves: list[bytes], at: int) -> list[bytes]:
    return leaves[:at]


def fork(leaves: list[bytes], at: int) -> list[bytes]:
    """The past up to the release, then another one, longer than the true one."""
    return [*leaves[:at], *(forged_leaf(Leaf.parse(leaves[-1]).ts_ms) for _ in range(len(leaves) - at + 3))]


CHANGES: tuple[Change, ...] = (delete, edit, reorder, back_date, insert, truncate, fork)


@contextmanager
def rewritten(told: Told, folder: Path, change: Change) -> Iterator[LiveHub]:
    """Serve a copy of the hub in which the log was rewritten and signed anew."""
    rewrite(copy_of(told.image, folder), change(told.leaves, told.release))
    with running_hub(folder, HandClock(told.last_ms)) as hub:
        yield hub


@contextmanager
def doctor_at(told: Told, url: str, folder: Path) -> Iterator[Client]:
    """The doctor's client, with all that it remembers, at another hub under the same name."""
    shutil.copytree(told.folder / "doctor", folder)
    client = Client(Profile.open(Config(folder, None, "fr"), PASSPHRASE), HttpTransport(url))
    try:
        yield client
    finally:
        client.close()


def shown_by(hub: LiveHub) -> JsonObject:
    """What an outsider who never saw this log is handed."""
    with hub.client() as http:
        note = http.get("/v1/log/checkpoint").text
        size = hub.verifier.open(note).size
        leaves = http.get("/v1/log/leaves", params={"from": 0, "to": size}).json()["leaves"]
    return {"format": FORMAT, "log": {}, "checkpoint": note, "leaves": leaves, "records": [], "users": {}}


@pytest.mark.parametrize("change", CHANGES)
def test_without_the_logs_key_the_next_start_finds_it(told: Told, tmp_path: Path, change: Change) -> None:
    folder = copy_of(told.image, tmp_path / "hub")
    rewrite(folder, change(told.leaves, told.release), key=False)
    with pytest.raises(CannotStart, match=r"not the tree it last signed"), running_hub(folder):
        pass


@pytest.mark.parametrize("change", CHANGES)
def test_signed_anew_it_is_found_by_a_client_that_had_verified_the_log(
    told: Told, tmp_path: Path, change: Change
) -> None:
    with rewritten(told, tmp_path / "hub", change) as hub, doctor_at(told, hub.url, tmp_path / "doctor") as doctor:
        with pytest.raises(EvidenceError) as caught:
            doctor.audit.verify()
        assert caught.value.reason in {Reason.FORKED, Reason.ROLLED_BACK, Reason.BAD_PROOF}
        kept = "".join(path.read_text("utf-8") for path in (tmp_path / "doctor").rglob("*.json"))
        with hub.client() as http:
            shown = hub.verifier.open(http.get("/v1/log/checkpoint").text)
        # Both signed states are on the doctor's disk: whom the log accuses can be shown to anybody.
        assert shown.note.splitlines()[2] in kept


@pytest.mark.parametrize("change", CHANGES)
def test_signed_anew_it_is_found_by_whoever_watches(told: Told, tmp_path: Path, change: Change) -> None:
    with rewritten(told, tmp_path / "hub", change) as hub, doctor_at(told, hub.url, tmp_path / "doctor") as doctor:
        assert watch(doctor) == EvidenceError.exit_status
        # And it says so at every look from then on, whatever the hub shows next.
        assert watch(doctor) != 0


def test_watching_a_true_log_finds_nothing(told: Told, tmp_path: Path) -> None:
    with doctor_at(told, told.world.url, tmp_path / "doctor") as doctor:
        assert watch(doctor) == 0


def watch(client: Client) -> int:
    """`volet log watch`, one look."""
    context = Context(client.profile.config, Terminal("fr", as_json=False))
    context._client = client
    return run_line(context, ("log", "watch", "--times", "1"))


@pytest.mark.parametrize("change", CHANGES)
def test_signed_anew_it_is_found_by_whoever_kept_the_leaf_of_their_receipt(
    told: Told, tmp_path: Path, change: Change
) -> None:
    with rewritten(told, tmp_path / "hub", change) as hub, hub.client() as http:
        now = hub.verifier.open(http.get("/v1/log/checkpoint").text)
        answer = http.get("/v1/log/proof", params={"index": told.release, "size": now.size})
        if now.size <= told.release:
            assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
            return
        path = [from_base64url(one) for one in answer.json()["hashes"]]
        kept = leaf_hash(told.leaves[told.release])
        assert not verify_inclusion(told.release, now.size, kept, path, now.root)


@pytest.mark.parametrize("change", CHANGES)
def test_signed_anew_it_is_found_by_a_witness_which_keeps_both(told: Told, tmp_path: Path, change: Change) -> None:
    true, false = history(told, told.leaves), history(told, change(told.leaves, told.release))
    with witness(tmp_path, true) as (judge, store):
        assert judge.add_checkpoint(asking(true, 0), NOW_S).status == 200
        # The liar names the size that the witness knows, and gives the best proof that its own tree has.
        held = min(len(told.leaves), false.tree.size)
        answer = judge.add_checkpoint(asking(false, held), NOW_S)
        assert answer.status in {409, 422}
        known = store.known(true.signer.name)
        assert known is not None
        assert (known.size, known.root) == (len(told.leaves), true.checkpoint().root)
        if false.tree.size >= len(told.leaves):
            assert [one.refused for one in store.evidence()] == [false.checkpoint().note]


def test_a_leaf_dated_back_is_found_from_nothing_but_the_public_key(told: Told, tmp_path: Path) -> None:
    with rewritten(told, tmp_path / "hub", back_date) as hub:
        with pytest.raises(ProtocolError) as caught:
            check_export(shown_by(hub), hub.verifier)
        assert caught.value.reason is Reason.TIME_BACKWARDS


def test_a_map_epoch_that_does_not_begin_with_its_map_is_found_from_nothing_but_the_public_key(
    told: Told, tmp_path: Path
) -> None:
    def earlier(leaves: list[bytes], release: int) -> list[bytes]:
        return [at_time(leaf, Leaf.parse(leaf).ts_ms - EPOCH_MS) for leaf in leaves[:release]] + leaves[release:]

    with rewritten(told, tmp_path / "hub", earlier) as hub:
        with pytest.raises(ProtocolError) as caught:
            check_export(shown_by(hub), hub.verifier)
        assert caught.value.reason is Reason.WRONG_SEQUENCE


def test_two_histories_shown_to_two_clients_are_found_when_either_sees_the_others_checkpoint(
    told: Told, tmp_path: Path
) -> None:
    with doctor_at(told, told.world.url, tmp_path / "doctor") as doctor:
        doctor.audit.verify()
        trust = doctor.hub.trust
        seen = trust.view.newest(trust.log.origin)
        assert seen is not None
        with rewritten(told, tmp_path / "hub", fork) as hub:
            with hub.client() as http:
                other = hub.verifier.open(http.get("/v1/log/checkpoint").text)
                # All that the other history can show for itself, from the size that this client has seen.
                asked = http.get("/v1/log/consistency", params={"from": seen.size, "to": other.size})
            # Alone with its own hub each client is content: a fork is never visible from one side.
            check_export(shown_by(hub), hub.verifier)
        proof = [from_base64url(one) for one in asked.raise_for_status().json()["hashes"]]
        with pytest.raises(ProtocolError) as caught:
            trust.accept_checkpoint(other, proof)
        assert caught.value.reason in {Reason.FORKED, Reason.BAD_PROOF}
        assert trust.stopped


def test_two_histories_are_never_both_cosigned(told: Told, tmp_path: Path) -> None:
    true, false = history(told, told.leaves), history(told, edit(told.leaves, told.release))
    for first, second in ((true, false), (false, true)):
        folder = tmp_path / str(first is true)
        folder.mkdir()
        with witness(folder, first) as (judge, store):
            assert judge.add_checkpoint(asking(first, 0), NOW_S).status == 200
            assert judge.add_checkpoint(asking(second, 0), NOW_S).status == 409
            assert judge.add_checkpoint(asking(second, second.tree.size), NOW_S).status == 422
            assert {one.reason for one in store.evidence()} == {"forked"}


def history(told: Told, leaves: list[bytes]) -> LogBuilder:
    """A log of these leaves under the hub's own name and key."""
    key = NoteSigner.parse_private((told.folder / "hub" / "keys" / "log.key").read_text("ascii").strip())
    log = LogBuilder(key.name, key.key.seed)
    for leaf in leaves:
        log.append(leaf)
    return log


def asking(log: LogBuilder, old: int) -> bytes:
    proof = log.consistency(old) if 0 < old < log.tree.size else ()
    return WitnessRequest(old, proof, Note.parse(log.checkpoint().note.encode())).to_bytes()
