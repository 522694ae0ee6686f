"""Whoever was left behind opens nothing written afterwards, even with the whole database; and nothing they had not
opened before without the operator's store of server shares (I7, protocol 7.5 and 9.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.played_story import StolenHub, client_of, client_shares, opens, section_keys
from volet_demo import sample
from volet_demo.story import CASE, Story
from volet_protocol import key_boxes
from volet_protocol.errors import ProtocolError
from volet_protocol.link_reading import read_link, targets
from volet_protocol.sealing import PARTS, client_share_from_section

AFTER = "Écrit après le départ d'Inf. Réf. canari : SIZERIN-AMBRE-4471."


Keys = dict[tuple[str, int, int], bytes]


@dataclass(frozen=True)
class Removal:
    """What was written after Inf's participation ended, and the keys that each party held while they took part."""

    entry: str
    keys: Mapping[str, Keys]


@pytest.fixture(scope="module")
def removal(played: Story, secrets: dict[str, bytes | str]) -> Removal:
    """Coord ends Inf's participation; Dr Mo writes. Who is removed can no longer be asked for their secrets."""
    assert secrets
    keys: dict[str, Keys] = {}
    for key in ("idel", "inf", "coord"):
        with client_of(played.party(key)) as client:
            keys[key] = section_keys(client, played.case)
    played.party("coord").do("member", "end", "Inf", "--case", CASE)
    posted = played.party("mo").do("post", "medical/2", "--title", "Après", "--text", AFTER, "--case", CASE)
    return Removal(str(posted.result["id"]), keys)


@pytest.fixture
def stolen(played: Story, removal: Removal, tmp_path: Path) -> Iterator[StolenHub]:
    assert removal.entry
    hub = StolenHub(played.world.path("hub"), tmp_path / "stolen.sqlite")
    yield hub
    hub.close()


@pytest.mark.slow
@pytest.mark.parametrize("key", ["idel", "inf"])
def test_the_next_release_is_refused(played: Story, removal: Removal, key: str) -> None:
    assert removal.entry
    refused = played.party(key).refused("read", "medical/2", played.ids["report"], "--case", CASE)
    assert refused.problem in {"consent-missing", "not-found"}


@pytest.mark.slow
def test_the_next_write_rotates_first(played: Story, removal: Removal, stolen: StolenHub) -> None:
    before, after = stolen.entry(played.ids["after"]).header.epoch, stolen.entry(removal.entry).header.epoch
    assert (stolen.entry(played.ids["report"]).header.epoch, before, after) == (1, 2, 3)


@pytest.mark.slow
@pytest.mark.parametrize(("key", "entry"), [("idel", "after"), ("idel", "ended"), ("inf", "ended")])
def test_nothing_written_afterwards_opens_even_with_the_operators_shares(
    played: Story, removal: Removal, stolen: StolenHub, key: str, entry: str
) -> None:
    id_ = removal.entry if entry == "ended" else played.ids[entry]
    target = stolen.entry(id_)
    for part in PARTS:
        chunks, server_share = stolen.chunks(id_, part), stolen.share_with_the_operators_key(id_, part)
        for which, section_key in removal.keys[key].items():
            share = client_share_from_section(section_key, id_, part)
            assert not opens(target, part, chunks, share, server_share), which
        with client_of(played.party("mo")) as reader:
            held = client_shares(reader, played.case)
        assert opens(target, part, chunks, held[id_, part], server_share)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["idel", "inf"])
def test_no_box_of_the_rotation_opens_for_who_was_left_behind(
    played: Story, removal: Removal, stolen: StolenHub, key: str
) -> None:
    assert removal.entry
    rotation = stolen.newest("rotate")
    boxes = stolen.boxes(rotation.hash)
    with client_of(played.party(key)) as client:
        me, mine = client.author.user, client.author.box_key(1)
    assert me not in boxes
    for target in targets(read_link(rotation)):
        with pytest.raises(ProtocolError):
            key_boxes._plaintext(rotation, target, boxes[target.user], mine, "rotate")
    with client_of(played.party("mo")) as reader:
        theirs, user = reader.author.box_key(1), reader.author.user
    target = next(one for one in targets(read_link(rotation)) if one.user == user)
    assert key_boxes._plaintext(rotation, target, boxes[user], theirs, "rotate")


@pytest.mark.slow
def test_nothing_unopened_from_before_opens_without_the_share_store(
    played: Story, removal: Removal, stolen: StolenHub
) -> None:
    # Ide-L was granted the section while Mme A consented, and never opened this entry.
    id_ = played.ids["unopened"]
    target, keys = stolen.entry(id_), removal.keys["idel"]
    section_key = keys["medication/2", target.header.epoch or 0, target.header.step or 0]
    for part in PARTS:
        chunks, share = stolen.chunks(id_, part), client_share_from_section(section_key, id_, part)
        guesses = [bytes(32), share, stolen.share_with_the_operators_key(played.ids["report"], part)]
        assert not any(opens(target, part, chunks, share, guess) for guess in guesses)
        # What is given up, as the README says: a former holder who also has the share store and its key.
        assert opens(target, part, chunks, share, stolen.share_with_the_operators_key(id_, part))


@pytest.mark.slow
def test_what_was_taken_back_has_no_share_left_even_for_the_operator(played: Story, stolen: StolenHub) -> None:
    assert not stolen.has_share(played.ids["mis-sent"])
    assert stolen.has_share(played.ids["report"])


@pytest.mark.slow
def test_the_coordinator_never_held_a_key_of_the_medical_detail(removal: Removal) -> None:
    held = {(section, epoch) for section, epoch, _ in removal.keys["coord"]}
    assert not [which for which in held if which[0] in {"medical/2", "medication/2"}]
    assert ("medical/1", 1) in held


@pytest.mark.slow
def test_who_stays_reads_what_is_written_afterwards(played: Story, removal: Removal) -> None:
    read = played.party("mme-a").do("read", "medical/2", removal.entry, "--case", CASE)
    assert AFTER in str(read.result["body"])
    assert sample.REPORT in str(
        played.party("mme-a").do("read", "medical/2", played.ids["report"], "--case", CASE).result["body"]
    )
