"""The cases in an exported log: their records grouped, and each decision asked again with what the file itself proves.

Chains of users are bound to their ids, attestations to registrars of the trust bundle, tables to their hashes, and the
times when each table was in force to the controllers' statements and their leaves. So the file needs no hub and no
trust but the bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from volet_client.log_decisions import Decided, judge_case
from volet_client.log_replay import Logged
from volet_client.resources import shipped_table
from volet_protocol import canonical
from volet_protocol.activation import ActivationHistory, entered
from volet_protocol.active_tables import ActiveTables, Period
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import TYPE as ATTESTATION
from volet_protocol.capacities import Attestation, verify_attestation
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.leaf import ZERO, Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.policy_table import PolicyTable
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.statements import UnverifiedStatement, from_json
from volet_protocol.trust_bundle import TrustBundle
from volet_protocol.user_state import UserChain


class ExportedDirectory:
    """The users of an export and the attestations in its records."""

    def __init__(self, chains: Mapping[str, UserChain], attestations: Mapping[str, Attestation]) -> None:
        self._chains = chains
        self._attestations = attestations

    def user(self, user: str) -> UserChain:
        """Return the chain of a user; raise unknown-reference."""
        if user not in self._chains:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"user {user[:16]} of an exported log")
        return self._chains[user]

    def attestation(self, attestation: str) -> Attestation:
        """Return an attestation by the hash of its statement; raise unknown-reference."""
        if attestation not in self._attestations:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"attestation {attestation[:16]} of an exported log")
        return self._attestations[attestation]


def logged(record: JsonObject, log: LogVerifier) -> tuple[Logged, VerifiedReceipt | None]:
    """Return a record with its receipt verified; the bare leaf of one whose content was erased."""
    if "receipt" not in record:
        leaf = Leaf.parse(from_base64url(str(record.get("leaf", ""))))
        return Logged(int(cast("int", record.get("index", 0))), leaf, None, None), None
    found = Receipt.read(cast("JsonObject", record["receipt"])).verify(log)
    identity = None if found.identity is None else IdentityPayload.read(found.identity)
    fact = cast("JsonObject | None", record.get("fact"))
    return Logged(found.index, found.leaf, ViewPayload.read(found.view), identity, fact), found


def decide_export(
    content: JsonObject, chains: Mapping[str, UserChain], log: LogVerifier, bundle: TrustBundle
) -> dict[str, Decided]:
    """Return, by case, what asking every decision again told; `content` and `chains` were checked before.

    A case that the records do not hold from its creation on was not asked for in whole: it is left out.
    """
    records = cast("list[JsonObject]", content.get("records", []))
    read = sorted((logged(record, log) for record in records), key=lambda pair: pair[0].index)
    acts = [act for act, _ in read]
    named = [from_json(one) for one in cast("list[JsonObject]", content.get("attestations", []))]
    directory = ExportedDirectory(chains, {**dict(_beside(named, bundle)), **dict(_attestations(acts, bundle))})
    tables = ActiveTables(_tables(content), _periods([one for _, one in read if one is not None], bundle))
    cases = [case for act in acts if (case := created(act)) is not None]
    unsigned = frozenset(_numbers(act for act in acts if act.statement is None))
    return {
        case: judge_case([act for act in acts if _erased(act) or case_of(act) == case], directory, tables, unsigned)
        for case in cases
    }  # fmt: skip


def _numbers(acts: Iterable[Logged]) -> Iterator[tuple[str, int]]:
    for act in acts:
        if act.view is not None and act.view.class_ is not None and act.view.case_seq is not None:
            yield act.view.class_, act.view.case_seq


def _erased(act: Logged) -> bool:
    """Tell whether a leaf lost what it committed to; those that commit to nothing concern no case."""
    return act.view is None and act.leaf.commit != ZERO


def created(act: Logged) -> str | None:
    """Return the case that an act creates."""
    statement = act.statement if act.view is not None and act.view.act == "case" else None
    return statement.hash if statement is not None and statement.type == "case-create" else None


def case_of(act: Logged) -> str | None:
    """Return the case of an act as its actor signed it, None outside any."""
    statement = act.statement
    if statement is None:
        return None
    scope = statement.body.get("scope")
    case = scope.get("case") if isinstance(scope, Mapping) else statement.body.get("case")
    return created(act) or (case if isinstance(case, str) else None)


def _attestations(acts: list[Logged], bundle: TrustBundle) -> Iterator[tuple[str, Attestation]]:
    for act in acts:
        statement = act.statement
        if statement is None or act.view is None or (act.view.act, statement.type) != (ATTESTATION, ATTESTATION):
            continue
        # At the time of its leaf: what a registrar signed after its end was dated back.
        yield from _counting(statement, bundle, act.leaf.ts_ms)


def _beside(statements: Iterable[UnverifiedStatement], bundle: TrustBundle) -> Iterator[tuple[str, Attestation]]:
    for statement in statements:
        yield from _counting(statement, bundle, 0)


def _counting(statement: UnverifiedStatement, bundle: TrustBundle, logged_ms: int) -> Iterator[tuple[str, Attestation]]:
    try:
        start = Attestation.read(statement, bundle.hub).from_ms
        yield statement.hash, verify_attestation(statement, bundle, max(start, logged_ms))
    except ProtocolError as error:
        # A registrar that the controller took out of the bundle proves nothing any more: acts under it show it.
        if error.reason not in {Reason.NOT_TRUSTED, Reason.NOT_ENTITLED, Reason.EXPIRED}:
            raise


def _tables(content: JsonObject) -> dict[str, PolicyTable]:
    shipped = shipped_table()
    found = {shipped.hash: shipped}
    for hash_, data in cast("Mapping[str, str]", content.get("tables", {})).items():
        raw = from_base64url(data)
        if sha256(raw).hex() != hash_:
            raise ProtocolError(Reason.WRONG_HASH, "policy table of an exported log")
        found[hash_] = PolicyTable.load(raw)
    return found


def _periods(receipts: list[VerifiedReceipt], bundle: TrustBundle) -> tuple[Period, ...]:
    """Return when each table was in force, by the activations among the records."""
    activations = [
        (one, request)
        for one in receipts
        if ViewPayload.read(one.view).act == "policy"
        and one.identity is not None
        and (request := IdentityPayload.read(one.identity).request) is not None
    ]
    if not activations:
        return (Period(bundle.ceiling, 0),)
    history = ActivationHistory.verify((canonical.encode(request) for _, request in activations), bundle)
    leaves = [entered(one, leaf) for one, (leaf, _) in zip(history.activations, activations, strict=True)]
    return history.entered(leaves, bundle.ceiling)
