"""Who is handed the keys of a case's log: the person, and who represents them for as long as they do."""

from __future__ import annotations

from support.hub import HubCase
from support.hub_entries import problem
from volet_protocol.encodings import from_base64url
from volet_protocol.fact_powers import Mandate, MandateEnd
from volet_protocol.places import MAIN
from volet_protocol.receipt import Receipt


def test_a_representative_is_handed_the_key_until_their_mandate_ends_and_each_hand_over_has_its_leaf(
    team: HubCase,
) -> None:
    path = f"/v1/cases/{team.main.case}/log-keys"
    mandate = Mandate("tutelle", team.user("daughter"), ("person",), "representation", team.now_ms)
    recorded = team.fact("coordinator", mandate)
    assert team.verdict(recorded) is None
    daughter = team.clients["daughter"]
    answer = daughter.get(path).json()
    assert len(from_base64url(answer["keys"][MAIN])) == 32
    assert set(answer["receipts"]) == set(answer["keys"])
    receipt = Receipt.read(answer["receipts"][MAIN])
    receipt.verify(team.hub.verifier)
    assert (receipt.view.payload["act"], receipt.view.payload["class"]) == ("log-look", MAIN)
    team.wait()
    team.fact("coordinator", MandateEnd(str(recorded.body["fact"]), team.now_ms), widens=False)
    assert problem(daughter.get(path)) == "not-found"


def test_a_member_in_a_capacity_is_refused_and_a_stranger_learns_nothing(team: HubCase) -> None:
    path = f"/v1/cases/{team.main.case}/log-keys"
    assert problem(team.clients["nurse"].get(path)) == "denied"
    team.person("stranger")
    assert problem(team.clients["stranger"].get(path)) == "not-found"
    assert problem(team.clients["nurse"].get(f"/v1/cases/{'0' * 64}/log-keys")) == "not-found"
