"""What the auditor exported proves itself without the hub, and nothing in it can be changed, dropped or exchanged."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from volet_client.log_export import check_export
from volet_demo.story import Story
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.errors import ProtocolError
from volet_protocol.trust_bundle import TrustBundle


@pytest.fixture(scope="module")
def export(played: Story) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(played.world.path("files", "journal.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def log(played: Story) -> LogVerifier:
    bundle = TrustBundle.read(played.world.path("controller", "trust.json").read_bytes()).verify(None)
    return LogVerifier.configured(bundle.log_origin, bundle.log_vkey, bundle.log_policy)


@pytest.mark.slow
def test_the_export_verifies_with_every_readers_signature(export: dict[str, Any], log: LogVerifier) -> None:
    checked = check_export(export, log)
    signed = [record for record in export["records"] if "user" in _identity(record)]
    with_request = [record for record in signed if "request" in _identity(record)]
    assert checked.requests == len(with_request) > 50
    assert checked.checkpoint.size == len(export["leaves"])


def drop_a_leaf(content: dict[str, Any]) -> None:
    del content["leaves"][3]


def swap_two_leaves(content: dict[str, Any]) -> None:
    leaves = content["leaves"]
    leaves[4], leaves[5] = leaves[5], leaves[4]


def blame_somebody_else(content: dict[str, Any]) -> None:
    users = sorted({_identity(record)["user"] for record in content["records"] if "user" in _identity(record)})
    for record in content["records"]:
        if _identity(record).get("user") == users[0]:
            _identity(record)["user"] = users[1]
            return


def give_a_reader_other_keys(content: dict[str, Any]) -> None:
    users = sorted(content["users"])
    content["users"][users[0]] = content["users"][users[1]]


def forget_a_readers_chain(content: dict[str, Any]) -> None:
    del content["users"][min(content["users"])]


def move_a_record(content: dict[str, Any]) -> None:
    records = [record for record in content["records"] if "receipt" in record]
    records[0]["receipt"]["leaf"] = records[1]["receipt"]["leaf"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "tamper",
    [
        drop_a_leaf, swap_two_leaves, blame_somebody_else, give_a_reader_other_keys, forget_a_readers_chain,
        move_a_record,
    ],
)  # fmt: skip
def test_an_export_that_was_changed_is_refused(
    export: dict[str, Any], log: LogVerifier, tamper: Callable[[dict[str, Any]], None]
) -> None:
    changed = copy.deepcopy(export)
    tamper(changed)
    assert changed != export
    with pytest.raises(ProtocolError):
        check_export(changed, log)


def _identity(record: dict[str, Any]) -> dict[str, Any]:
    identity = record.get("receipt", {}).get("identity", {})
    found: dict[str, Any] = identity.get("payload", {}) if isinstance(identity, dict) else {}
    return found
