"""Somebody with the database file rewrites the access log: triggers refuse, and without them every client notices.

What a restart says of it is in test_startup.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from support.databases import REFUSED, Disk, open_disk
from support.hub import HubCase
from support.hub_entries import ask, deposit_body, header, post, release_request, seal
from support.provoked import assert_problem
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from volet_protocol.problems import Problem
from volet_protocol.receipt import Receipt
from volet_service.adapters.store.tables import metadata

EDITS = {
    "edited": ["UPDATE log_entry SET leaf = {leaf} WHERE idx = {index}"],
    "edited with its hash": ["UPDATE log_entry SET leaf = {leaf}, leaf_hash = {hash} WHERE idx = {index}"],
    "replaced by another": [
        "UPDATE log_entry SET leaf = (SELECT leaf FROM log_entry WHERE idx = 0) WHERE idx = {index}",
        "UPDATE log_entry SET leaf_hash = (SELECT leaf_hash FROM log_entry WHERE idx = 0) WHERE idx = {index}",
    ],
}  # fmt: skip


@pytest.fixture
def disk(team: HubCase) -> Iterator[Disk]:
    """The database of a running hub, as its operator may open it."""
    with open_disk(team.hub.folder) as opened:
        yield opened


@pytest.mark.parametrize("table", ["log_entry", "log_node", "log_checkpoint", "link", "user_link"])
def test_what_only_grows_is_neither_changed_nor_deleted(team: HubCase, disk: Disk, table: str) -> None:
    post(team, "doctor")
    key = next(iter(metadata.tables[table].primary_key)).name
    for statement in (
        f'UPDATE {table} SET "{key}" = "{key}"',  # noqa: S608 -- a table of ours
        f"DELETE FROM {table}",  # noqa: S608 -- as above
        f'DELETE FROM {table} WHERE "{key}" = (SELECT max("{key}") FROM {table})',  # noqa: S608 -- as above
    ):
        with pytest.raises(REFUSED, match="append-only"):
            disk.edit(statement)


@pytest.mark.parametrize("edit", EDITS)
def test_a_leaf_rewritten_under_a_running_hub_fails_at_whoever_asks(team: HubCase, disk: Disk, edit: str) -> None:
    statement = release_request(team, "doctor", [post(team, "doctor").entry.id])
    kept = ask(team, "doctor", statement).json()["receipt"]
    shown = team.hub.receipt(kept)
    disk.drop_triggers()
    said = {"index": shown.index, "leaf": disk.quoted(bytes(90)), "hash": disk.quoted(leaf_hash(bytes(90)))}
    disk.edit(*(line.format(**said) for line in EDITS[edit]))
    assert deposit(team).status_code == 201
    with team.hub.client() as http:
        now = team.hub.verifier.open(http.get("/v1/log/checkpoint").text)
        # The monitor: leaves as served now are not the tree that is signed now.
        assert root_of(leaf_hash(leaf) for leaf in leaves(http, now.size)) != now.root
        # The reader: their kept leaf no longer proves, or the leaf that is served is another.
        proof = hashes(http, "/v1/log/proof", index=shown.index, size=now.size)
        served = leaves(http, now.size)[shown.index]
        assert served != from_base64url(kept["leaf"])
        assert not verify_inclusion(shown.index, now.size, leaf_hash(served), proof, now.root)
        if edit == "edited":
            # The tree itself is untouched, and still extends what the reader had seen.
            path = hashes(http, "/v1/log/consistency", **{"from": shown.checkpoint.size, "to": now.size})
            assert verify_consistency(shown.checkpoint.size, now.size, shown.checkpoint.root, now.root, path)
    again = ask(team, "doctor", statement)
    if again.is_success:
        with pytest.raises(ProtocolError):
            Receipt.read(again.json()["receipt"]).verify(team.hub.verifier)
    else:
        assert again.status_code == 503


def deposit(team: HubCase) -> httpx.Response:
    return team.clients["doctor"].post("/v1/entries", json=deposit_body(seal(team, "doctor", header(team, "doctor"))))


def leaves(http: httpx.Client, size: int) -> list[bytes]:
    answer = http.get("/v1/log/leaves", params={"from": 0, "to": size}).raise_for_status()
    return [from_base64url(leaf) for leaf in answer.json()["leaves"]]


def hashes(http: httpx.Client, path: str, **params: int) -> list[bytes]:
    return [from_base64url(one) for one in http.get(path, params=params).raise_for_status().json()["hashes"]]


def test_a_leaf_that_was_deleted_is_missed_by_whoever_counts(team: HubCase, disk: Disk) -> None:
    statement = release_request(team, "doctor", [post(team, "doctor").entry.id])
    receipt = team.hub.receipt(ask(team, "doctor", statement).json()["receipt"])
    assert deposit(team).status_code == 201
    disk.drop_triggers()
    disk.edit(f"DELETE FROM log_entry WHERE idx = {receipt.index}")  # noqa: S608 -- an integer of ours
    with team.hub.client() as http:
        now = team.hub.verifier.open(http.get("/v1/log/checkpoint").text)
        assert len(leaves(http, now.size)) == now.size - 1
        answer = http.get("/v1/log/proof", params={"index": receipt.index ^ 1, "size": now.size})
        assert_problem(answer, Problem.LOG_UNAVAILABLE)


def test_a_head_that_was_put_back_stops_the_hub_from_signing_another_history(team: HubCase, disk: Disk) -> None:
    size, packed = disk.execute("SELECT size, compact_range FROM log_head").fetchone()
    post(team, "doctor")
    disk.edit(f"UPDATE log_head SET size = {size}, compact_range = {disk.quoted(packed)}")  # noqa: S608 -- ours
    before = [row[0] for row in disk.execute("SELECT root FROM log_checkpoint ORDER BY size")]
    for _ in range(3):
        assert_problem(deposit(team), Problem.LOG_UNAVAILABLE)
    after = [row[0] for row in disk.execute("SELECT root FROM log_checkpoint ORDER BY size")]
    assert after[: len(before)] == before
