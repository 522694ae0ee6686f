"""Several acts of one case in one batch: each takes the next number, a refused one gives its number back."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from support.folders import database
from support.hub import HubCase
from support.identities import HUB, attest
from volet_protocol import statements
from volet_protocol.capacities import Attestation
from volet_protocol.leaf import Leaf, tag
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.places import MAIN
from volet_service.adapters.sequencer import Sequencer
from volet_service.application.ports import UnitOfWork
from volet_service.application.records import StoredAttestation
from volet_service.domain.errors import NotFound
from volet_service.domain.leaves import LeafContent

NOTHING = LeafContent(ViewPayload("attestation", 0), IdentityPayload())


def test_numbers_of_a_case_have_no_gap_when_an_act_of_the_same_batch_is_refused(team: HubCase) -> None:
    sequencer, gate = team.hub.running.hub.store, threading.Event()
    assert isinstance(sequencer, Sequencer)

    def look(uow: UnitOfWork, /) -> int:
        content = LeafContent(ViewPayload("log-look", uow.now_ms), IdentityPayload(), team.main.case, MAIN)
        return uow.log.append(content)

    def refused(uow: UnitOfWork, /) -> int:
        look(uow)
        look(uow)
        raise NotFound

    held = sequencer.submit(lambda _uow, /: gate.wait(20))
    first, second, third = (sequencer.submit(work) for work in (look, refused, look))
    gate.set()
    assert held.result()
    with pytest.raises(NotFound):
        second.result()
    # One batch, and the refused leaves stand in no index between the two.
    assert third.result() == first.result() + 1
    with closing(database(team.hub.folder)) as disk:
        tags = [Leaf.parse(leaf).tag for (leaf,) in disk.execute("SELECT leaf FROM log_entry")]
        query = 'SELECT next_seq FROM log_case WHERE "case" = ? AND class = ?'
        (count,) = disk.execute(query, (team.main.case, MAIN)).fetchone()
        payloads = {index for (index,) in disk.execute("SELECT idx FROM log_payload")}
    assert [tags.count(tag(team.log_keys[MAIN], number)) for number in range(count + 3)] == [1] * count + [0] * 3
    assert {first.result(), third.result()} <= payloads
    assert max(payloads) == third.result()


def test_an_attestation_that_was_refused_after_all_is_not_remembered(team: HubCase) -> None:
    statement = attest(team.person("doctor"), "H2", "clinic")
    store = team.hub.running.hub.store
    assert isinstance(store, Sequencer)

    def refused(uow: UnitOfWork, /) -> None:
        read = Attestation.read(statements.parse(statement.to_bytes()), HUB)
        uow.users.add_attestation(StoredAttestation(read, statement.to_bytes(), uow.log.append(NOTHING)))
        assert uow.users.attestation(read.id) == read
        raise NotFound

    with pytest.raises(NotFound):
        store.submit(refused).result()
    assert store.submit(lambda uow, /: uow.users.stored_attestation(statement.hash)).result() is None
