"""The log as static files: somebody else rebuilds the tree from them, and proves what we verify."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from aics_tlog import MemoryTileReader, consistency_proof_from_tiles, inclusion_proof_from_tiles, tree_root_from_tiles

from support.hub import HubCase, LiveHub, running_hub
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import leaf_hash, verify_consistency, verify_inclusion
from volet_protocol.tiles import tiles_of, unbundle
from volet_service.application.ports import UnitOfWork
from volet_service.domain.leaves import LeafContent


def many(uow: UnitOfWork, /) -> None:
    for _ in range(300):
        uow.log.append(LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload()))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHub]:
    with running_hub(tmp_path_factory.mktemp("tiles") / "hub") as hub:
        HubCase(hub)
        hub.running.hub.store.submit(many).result()  # type: ignore[attr-defined]  # the sequencer's own method
        yield hub


@pytest.fixture
def http(hub: LiveHub) -> Iterator[httpx.Client]:
    with hub.client() as client:
        yield client


def test_the_tree_is_rebuilt_from_its_tiles_by_other_software(hub: LiveHub, http: httpx.Client) -> None:
    checkpoint = hub.verifier.open(http.get("/v1/log/checkpoint").text)
    paths = [str(path) for path in tiles_of(checkpoint.size)]
    files = {f"tile/{path}": http.get(f"/v1/log/tile/{path}").raise_for_status().content for path in paths}
    reader = MemoryTileReader(files)
    assert checkpoint.size > 300
    assert tree_root_from_tiles(reader, checkpoint.size) == checkpoint.root
    leaves = [leaf for path in paths if path.startswith("entries") for leaf in unbundle(files[f"tile/{path}"])]
    for index in (0, 255, 256, checkpoint.size - 1):
        proof = inclusion_proof_from_tiles(reader, index, checkpoint.size)
        assert verify_inclusion(index, checkpoint.size, leaf_hash(leaves[index]), list(proof), checkpoint.root)
    path = consistency_proof_from_tiles(reader, 257, checkpoint.size)
    before = tree_root_from_tiles(reader, 257, checkpoint.size)
    assert verify_consistency(257, checkpoint.size, before, checkpoint.root, list(path))


def test_a_partial_tile_stays_what_it_was_when_the_tile_is_full(http: httpx.Client) -> None:
    full = http.get("/v1/log/tile/0/000").raise_for_status()
    assert full.content[: 32 * 40] == http.get("/v1/log/tile/0/000.p/40").raise_for_status().content
    assert "immutable" in full.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["0/009", "0/001.p/255", "1/001", "5/000", "0/1", "0/x000/000", "64/000", "entries/009", "x"]
)
def test_what_is_not_filled_or_spelled_otherwise_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(f"/v1/log/tile/{path}").status_code == 404
