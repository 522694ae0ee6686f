"""The table that a client decides by: activated by the pinned controllers, logged, and no wider than the ceiling."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from support.identities import CONTROLLER, HUB, REGISTRAR, START_MS, bundle_body
from support.log_builder import LogBuilder
from volet_client.errors import EvidenceError, VerificationError
from volet_client.hub import Hub
from volet_client.profile import Profile
from volet_client.refusals import refusal_for
from volet_client.resources import policies, shipped_table
from volet_client.rules import Rules
from volet_client.transport import Transport
from volet_protocol import canonical
from volet_protocol.activation import PolicyActivation, activation_body, sign_activation
from volet_protocol.active_tables import OVERLAP_MS, active_table
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import Reason
from volet_protocol.hashing import sha256
from volet_protocol.keys import SigningKey
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.narrowing import Cell, narrow
from volet_protocol.policy_table import PolicyTable
from volet_protocol.problems import Problem
from volet_protocol.receipt import Opening
from volet_protocol.trust_bundle import TrustBundle, sign_bundle

CEILING = shipped_table()
CEILING_BYTES = (policies() / "table.json").read_bytes()
NARROWER = narrow(CEILING_BYTES, [Cell("S1", "housing", "0")])
NARROWEST = narrow(NARROWER, [Cell("S1", "budget", "0")])
NEXT_MS = START_MS + 3_600_000


@dataclass
class Kept:
    """What a profile keeps between two commands."""

    bundle: TrustBundle
    state: JsonObject = field(default_factory=dict[str, JsonValue])
    evidence: Path = Path("evidence")

    @property
    def config(self) -> Kept:
        return self

    def load(self, _name: str) -> JsonObject:
        return self.state

    def save(self, _name: str, state: JsonObject) -> None:
        self.state = state

    def keep_evidence(self, _name: str, _data: bytes) -> None: ...


class Served:
    """A hub that serves a policy with its history: what `Rules` asks of a transport."""

    def __init__(self) -> None:
        self.log = LogBuilder("log.example")
        body = bundle_body(ceiling=CEILING.hash, log_vkey=self.log.signer.vkey)
        body = {**body, "log_policy": self.log.policy}
        self.bundle = TrustBundle.read(sign_bundle(body, [CONTROLLER])).verify(None)
        self.tables = {CEILING.hash: CEILING_BYTES}
        self.receipts: list[JsonObject] = []
        self.activations: list[bytes] = []
        self.data = CEILING_BYTES
        self.policy: str | None = CEILING.hash
        self.tree_size: int | None = None
        self.asked: list[str] = []
        self.kept = Kept(self.bundle)

    def get(self, path: str, **params: int) -> JsonObject:
        self.asked.append(path)
        if path == "/v1/policy":
            answer: dict[str, JsonValue] = {"table": to_base64url(self.data)}
            if self.activations:
                answer["activation"] = canonical.decode(self.activations[-1])
            return answer
        if path == "/v1/policy/activations":
            return {"receipts": cast("list[JsonValue]", self.receipts)}
        if path == "/v1/log/consistency":
            return {"hashes": [to_base64url(one) for one in self.log.consistency(params["from"], params["to"])]}
        table = self.tables.get(path.removeprefix("/v1/policy/tables/"))
        if table is None:
            raise refusal_for(Problem.NOT_FOUND, {})
        return {"table": to_base64url(table)}

    def activate(
        self, data: bytes, at_ms: int = START_MS, signer: SigningKey = CONTROLLER, *, logged: bool = True,
        **changes: JsonValue,
    ) -> None:  # fmt: skip
        """Let the controllers activate a table, and the hub log and serve it."""
        before = PolicyActivation.read(self.activations[-1]).content if self.activations else None
        body = activation_body(
            hub=HUB, table=sha256(data).hex(), version=before.version + 1 if before else 1, from_ms=START_MS,
            previous=before.hash if before else None,
        )  # fmt: skip
        signed = sign_activation({**body, **changes}, [signer])
        self.tables[sha256(data).hex()] = self.data = data
        self.policy = sha256(data).hex()
        self.activations.append(signed)
        if logged:
            view = ViewPayload("policy", at_ms, policy=sha256(data).hex())
            who = IdentityPayload(
                request_hash=PolicyActivation.read(signed).content.hash, request=canonical.decode(signed)
            )
            made = self.log.receipt(Opening(view.to_json(), bytes(32)), Opening(who.to_json(), bytes(32)))
            self.receipts.append(made.to_json())

    def hub(self) -> Hub:
        """Return what one command sees of this hub, with what the commands before it kept."""
        return Hub(cast("Profile", self.kept), cast("Transport", self))

    def rules(self) -> Rules:
        return Rules(self.hub())


def refused(served: Served, reason: Reason) -> None:
    with pytest.raises(VerificationError) as caught:
        _ = served.rules().table
    assert caught.value.reason is reason


def wider() -> bytes:
    """The shipped table with the first denial turned into a permit."""
    body = dict(canonical.decode(CEILING_BYTES, len(CEILING_BYTES)))
    outcomes = [dict(cast("JsonObject", one)) for one in cast("list[JsonValue]", body["outcomes"])]
    first = next(one for one in outcomes if one["effect"] == "deny")
    first["effect"] = "permit"
    first.pop("hidden", None)
    return canonical.encode({**body, "outcomes": cast("JsonValue", outcomes)})


def test_the_ceiling_itself_needs_no_activation() -> None:
    assert Served().rules().table.hash == CEILING.hash


def test_an_activated_ceiling_is_in_force() -> None:
    served = Served()
    served.activate(CEILING_BYTES)
    assert served.rules().table.hash == CEILING.hash


def test_a_narrower_table_is_used_only_with_an_activation() -> None:
    served = Served()
    served.data = NARROWER
    refused(served, Reason.WRONG_POLICY)
    served.activate(NARROWER)
    assert served.rules().table.hash == sha256(NARROWER).hex()


def test_an_activation_of_another_table_is_refused() -> None:
    served = Served()
    served.activate(NARROWER)
    served.data = CEILING_BYTES
    refused(served, Reason.WRONG_POLICY)


def test_an_activation_signed_by_others_is_refused() -> None:
    served = Served()
    served.activate(NARROWER, signer=REGISTRAR)
    refused(served, Reason.NOT_TRUSTED)


def test_an_activation_of_another_hub_is_refused() -> None:
    served = Served()
    served.activate(NARROWER, hub="https://other.example")
    refused(served, Reason.WRONG_HUB)


def test_an_activation_that_the_log_does_not_show_is_refused() -> None:
    served = Served()
    served.activate(NARROWER, logged=False)
    refused(served, Reason.WRONG_POLICY)


def test_an_activation_logged_before_its_date_is_refused() -> None:
    served = Served()
    served.activate(NARROWER, START_MS - 1)
    refused(served, Reason.NOT_YET)


def test_two_activations_of_one_version_are_refused() -> None:
    served = Served()
    served.activate(NARROWER)
    served.activate(NARROWEST, NEXT_MS, version=1)
    refused(served, Reason.ROLLED_BACK)


def test_a_hub_that_returns_to_an_earlier_activation_is_evidence() -> None:
    served = Served()
    served.activate(NARROWER)
    served.activate(NARROWEST, NEXT_MS)
    hub = served.hub()
    assert Rules(hub).table.hash == sha256(NARROWEST).hex()
    hub.save()
    served.activations.pop()
    served.receipts.pop()
    served.data = NARROWER
    with pytest.raises(EvidenceError) as caught:
        _ = served.rules().table
    assert caught.value.reason is Reason.ROLLED_BACK


def test_a_hub_that_forgets_every_activation_is_evidence() -> None:
    served = Served()
    served.activate(NARROWER)
    hub = served.hub()
    assert Rules(hub).table.hash == sha256(NARROWER).hex()
    hub.save()
    served.activations.clear()
    served.data = CEILING_BYTES
    with pytest.raises(EvidenceError) as caught:
        _ = served.rules().table
    assert caught.value.reason is Reason.ROLLED_BACK


def test_a_second_history_of_activations_is_evidence() -> None:
    served = Served()
    served.activate(NARROWER)
    hub = served.hub()
    assert Rules(hub).table.hash == sha256(NARROWER).hex()
    hub.save()
    served.activations.clear()
    served.receipts.clear()
    served.activate(NARROWEST)
    with pytest.raises(EvidenceError) as caught:
        _ = served.rules().table
    assert caught.value.reason is Reason.FORKED


def test_what_was_verified_once_is_not_fetched_again() -> None:
    served = Served()
    served.activate(NARROWER)
    hub = served.hub()
    assert Rules(hub).table.hash == sha256(NARROWER).hex()
    hub.save()
    served.asked.clear()
    assert served.rules().table.hash == sha256(NARROWER).hex()
    assert served.asked == ["/v1/policy"]


def test_a_table_wider_than_the_ceiling_decides_nothing_and_asks_for_an_update() -> None:
    served = Served()
    served.activate(wider())
    with pytest.raises(VerificationError) as caught:
        _ = served.rules().table
    assert caught.value.reason is Reason.POLICY_TOO_WIDE
    assert "mettez votre application à jour" in caught.value.hint.fr


def test_under_a_table_that_is_too_wide_what_was_made_before_can_still_be_read() -> None:
    served = Served()
    served.activate(NARROWER)
    served.activate(wider(), NEXT_MS)
    rules = served.rules()
    assert rules.named == sha256(wider()).hex()
    assert active_table(rules.tables, sha256(NARROWER).hex(), NEXT_MS - 1) is not None


def test_a_client_that_stays_open_decides_by_the_next_table_at_once() -> None:
    served = Served()
    rules = served.rules()
    assert rules.table.hash == CEILING.hash
    served.activate(NARROWER)
    assert rules.table.hash == sha256(NARROWER).hex()


def test_a_link_is_judged_by_the_table_that_was_in_force_when_it_was_made() -> None:
    served = Served()
    served.activate(NARROWER)
    served.activate(NARROWEST, NEXT_MS)
    tables, first, second = served.rules().tables, sha256(NARROWER).hex(), sha256(NARROWEST).hex()
    assert active_table(tables, CEILING.hash, START_MS - 1) is not None
    assert active_table(tables, CEILING.hash, START_MS + OVERLAP_MS) is None
    found = active_table(tables, first, NEXT_MS - 1)
    assert found is not None
    assert found.hash == PolicyTable.load(NARROWER).hash
    assert active_table(tables, first, NEXT_MS + OVERLAP_MS) is None
    assert active_table(tables, second, NEXT_MS) is not None
    assert f"/v1/policy/tables/{first}" in served.asked


def test_a_table_that_was_never_activated_judges_nothing_and_is_not_even_asked_for() -> None:
    served = Served()
    served.activate(NARROWER)
    stray = sha256(NARROWEST).hex()
    served.tables[stray] = NARROWEST
    assert active_table(served.rules().tables, stray, START_MS) is None
    assert f"/v1/policy/tables/{stray}" not in served.asked


@pytest.mark.parametrize("instead", [None, NARROWEST])
def test_an_earlier_table_that_is_not_served_or_is_another_judges_nothing(instead: bytes | None) -> None:
    served = Served()
    served.activate(NARROWER)
    served.activate(NARROWEST, NEXT_MS)
    first = sha256(NARROWER).hex()
    if instead is None:
        del served.tables[first]
    else:
        served.tables[first] = instead
    assert active_table(served.rules().tables, first, START_MS) is None


def test_the_newest_activation_vouches_for_those_signed_by_earlier_controllers() -> None:
    served = Served()
    served.activate(NARROWER, signer=REGISTRAR)
    served.activate(NARROWEST, NEXT_MS)
    assert served.rules().table.hash == sha256(NARROWEST).hex()
