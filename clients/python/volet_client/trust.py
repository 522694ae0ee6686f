"""What this client believes of its hub, as a state machine without IO (docs/spec/trust.md, docs/spec/heads-map.md).

T1.  Hub, log key, issuers, registrars, ceiling come from the pinned bundle only. Another bundle replaces it when its
     version is greater and enough of the pinned bundle's controllers signed it too (`TrustBundle.verify`).
T2.  The log only grows: a checkpoint replaces the newest one under the rules V1-V8 of `log_view`.
T3.  A head counts only with map path, inclusion of its `chain-heads` leaf, and a checkpoint accepted by T2.
T4.  A proof under an older `chain-heads` leaf than one already seen shows yesterday's map: refused, nothing changes.
T5.  A chain never goes back. A head at a lower seq, or another hash at the same seq, or none where there was one, is
     kept as evidence.
T6.  A head further on counts once its links were shown to pass through the one held (`advance`).
T7.  Our own user chain moves only when we move it: a head that we did not make is an alarm.
T8.  For what widens, the `chain-heads` leaf is at most 10 minutes old by our own clock; for reads, T4 is enough.
T9.  A policy table is decided by when it is the pinned ceiling, or wider than it in no cell. Tables in force before it
     judge the links that name them. The row of activations only grows: a shorter or another one is kept as evidence.
T10. A log that a bundle ended is followed by the next one: what was seen of it beyond its end, and chains that went
     back to the backup, are told as lost (restart.py). Without such a bundle the name of another log is an error.
T11. What the map said of ourselves is checked for each of its epochs since the last visit (epoch_checks.py): a chain
     that vanished, went back, forked or held a link that we did not make is kept as evidence, also when the hub took
     it back before we looked.
T12. After evidence, everything is refused until a human has looked: the state says `stopped`.

Left out: witnesses' quorum (said in exports), and the pairwise comparison with other clients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.restart import Restart, heads_to_json, read_heads
from volet_protocol.activation import Entered, PolicyActivation
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import SignedCheckpoint
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.head_proof import FRESH_MS, HeadProof
from volet_protocol.log_view import LogView
from volet_protocol.map_epochs import Seen, ShownHead, check_course
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import HeadRef
from volet_protocol.trust_bundle import TrustBundle

USER = "user"
CASE = "case"
LIST = "list"
EXCHANGE = "exchange"
SUBJECT = "subject"


@dataclass(frozen=True)
class Proven:
    """A head that a proof showed: None where the map holds none. `checkpoint` and `time_ms` say how fresh it is.

    `index` is that of its `chain-heads` leaf.
    """

    head: HeadRef | None
    checkpoint: SignedCheckpoint
    time_ms: int
    index: int


@dataclass(frozen=True)
class Visit:
    """Up to where the epochs of a chain of ours were checked, and the newest head that the map showed by then."""

    seen: Seen
    head: HeadRef | None


@dataclass(frozen=True)
class KnownPolicy:
    """An activation that was verified: its hash, its table, its version, and where and when the log took it."""

    activation: str
    table: str
    version: int
    index: int
    since_ms: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return the form kept in the profile."""
        return {
            "activation": self.activation, "table": self.table, "version": self.version, "index": self.index,
            "since_ms": self.since_ms,
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields) -> KnownPolicy:
        """Read the form kept in the profile."""
        known = KnownPolicy(
            fields.hash("activation"), fields.hash("table"), fields.integer("version", 1), fields.integer("index"),
            fields.integer("since_ms"),
        )  # fmt: skip
        fields.done()
        return known


class TrustState:
    """Heads and checkpoints verified so far. Changes only through its methods; `to_json` for the profile."""

    def __init__(self, bundle: TrustBundle) -> None:
        self.bundle = bundle
        self.log = bundle.log
        self.view = LogView(*self.log.earlier, self.log)
        self.restart = Restart({}, [])
        self._heads: dict[tuple[str, str], HeadRef] = {}
        self._newest_map = 0
        self.visits: dict[tuple[str, str], Visit] = {}
        self._evidence: list[JsonObject] = []
        self.policies: tuple[KnownPolicy, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether the hub contradicted itself (T12)."""
        return bool(self._evidence) or bool(self.view.evidence)

    @property
    def evidence(self) -> list[JsonObject]:
        """Everything kept, oldest first."""
        return [
            *self._evidence,
            *({"reason": one.reason.value, "kept": one.kept, "offered": one.offered} for one in self.view.evidence),
        ]

    def newest(self) -> SignedCheckpoint | None:
        """Return the newest checkpoint verified."""
        return self.view.newest(self.bundle.log_origin)

    def head(self, label: str, chain: str) -> HeadRef | None:
        """Return the newest head verified for a chain."""
        return self._heads.get((label, chain))

    def consistency_needed(self, size: int, origin: str) -> tuple[int, int] | None:
        """Return the two sizes between which a consistency proof is needed to judge a checkpoint of a log, if any."""
        newest = self.view.newest(origin)
        if newest is None or newest.size in {0, size}:
            return None
        return (min(newest.size, size), max(newest.size, size))

    def accept_checkpoint(self, checkpoint: SignedCheckpoint, consistency: Sequence[bytes]) -> None:
        """Judge a checkpoint (T2)."""
        self._check_running()
        self.view.accept(checkpoint, consistency)

    def prove(self, label: str, chain: str, proof: HeadProof, consistency: Sequence[bytes]) -> Proven:
        """Judge a proof of a head (T3-T5). The head is not held yet: that is `advance`."""
        self._check_running()
        head, checkpoint = proof.verify(self.log, label, chain)
        self.view.accept(checkpoint, consistency)
        position = self.log.base + proof.proof.index
        if position < self._newest_map:
            raise ProtocolError(Reason.STALE, f"proof of the head of {label} {chain[:16]}")
        self._newest_map = position
        self._check_not_back(label, chain, head, proof)
        self.restart.met(label, chain, head)
        return Proven(head, checkpoint, proof.time_ms, proof.proof.index)

    def _check_not_back(self, label: str, chain: str, head: HeadRef | None, proof: HeadProof) -> None:
        held = self._heads.get((label, chain))
        if held is None or (head is not None and (head.seq > held.seq or head == held)):
            return
        forked = head is not None and head.seq == held.seq
        raise self._refuse(Reason.FORKED if forked else Reason.ROLLED_BACK, label, chain, proof.to_json())

    def advance(self, label: str, chain: str, head: HeadRef, hashes: Mapping[int, str]) -> None:
        """Hold a proven head whose chain was replayed: `hashes` maps each seq shown to its hash (T5, T6)."""
        self._check_running()
        if hashes.get(head.seq) != head.hash:
            raise ProtocolError(Reason.WRONG_HASH, f"links of {label} {chain[:16]} do not lead to its head")
        held = self._heads.get((label, chain))
        if held is not None and hashes.get(held.seq) != held.hash:
            shown: JsonObject = {"seq": held.seq, "hash": hashes.get(held.seq, "")}
            raise self._refuse(Reason.FORKED, label, chain, shown)
        self.restart.met(label, chain, head, hashes)
        self._heads[label, chain] = head

    def check_own(self, user: str, mine: HeadRef, proven: Proven) -> None:
        """Raise an alarm at a head of our own chain that this device did not make or see made (T7)."""
        if proven.head is not None and proven.head != mine and proven.head.seq >= mine.seq:
            raise self._refuse(Reason.WRONG_AUTHOR, USER, user, proven.head.to_json())

    def visited(
        self, of: tuple[str, str], visit: Visit, shown: Sequence[ShownHead], links: Mapping[int, str] | None,
        offered: JsonObject,
    ) -> Visit:  # fmt: skip
        """Judge what epochs showed of a (label, chain) of ours after `visit.head`; hold and return the visit (T11)."""
        self._check_running()
        try:
            check_course(visit.head, shown, links)
        except ProtocolError as error:
            kept = {} if visit.head is None else visit.head.to_json()
            self._keep(error.reason, *of, kept, offered)
            raise ProtocolError(error.reason, f"{of[0]} {of[1][:16]}: {error.what}") from None
        heads = [one.head for one in shown if one.head is not None]
        self.visits[of] = Visit(visit.seen, heads[-1] if heads else visit.head)
        return self.visits[of]

    def check_fresh(self, proven: Proven, now_ms: int) -> None:
        """Refuse to widen anything on a map older than 10 minutes (T8)."""
        if now_ms - proven.time_ms > FRESH_MS:
            raise ProtocolError(Reason.STALE, "heads of the hub, older than 10 minutes")

    def check_table(self, table: PolicyTable, ceiling: PolicyTable) -> None:
        """Refuse a table wider than the ceiling (T9); `ceiling` is the one whose hash is pinned."""
        if ceiling.hash != self.bundle.ceiling:
            raise ProtocolError(Reason.WRONG_POLICY, "ceiling table of this version is not the pinned one")
        # Asked at every act: nothing is wider than itself; to compare ten thousand answers takes about a millisecond.
        if table.hash == ceiling.hash:
            return
        wider = table.wider_than(ceiling)
        if wider:
            raise ProtocolError(Reason.POLICY_TOO_WIDE, f"policy table, cell {wider[0]}")

    def advance_policy(self, activations: Sequence[PolicyActivation], leaves: Sequence[Entered]) -> None:
        """Hold verified activations, oldest first, each with its leaf; those held before lead to them (T9)."""
        self._check_running()
        offered = tuple(
            KnownPolicy(one.hash, one.table, one.version, leaf.index, leaf.time_ms)
            for one, leaf in zip(activations, leaves, strict=True)
        )
        if not self.restart.activates(one.activation for one in offered):
            # Narrower rules that the backup did not hold: until the controllers publish them again nothing is granted.
            raise ProtocolError(Reason.ROLLED_BACK, "policy activations from before the restart")
        if offered[: len(self.policies)] != self.policies:
            shorter = self.policies[: len(offered)] == offered
            reason = Reason.ROLLED_BACK if shorter else Reason.FORKED
            kept, shown = ([one.to_json() for one in side] for side in (self.policies, offered))
            self._evidence.append(
                {"reason": reason.value, "label": "policy", "kept": {"policies": kept}, "offered": {"policies": shown}}
            )
            raise ProtocolError(reason, "policy activations")
        self.policies = offered

    def _check_running(self) -> None:
        if self.stopped:
            raise ProtocolError(Reason.FORKED, "hub that contradicted itself before")

    def _refuse(self, reason: Reason, label: str, chain: str, offered: JsonObject) -> ProtocolError:
        held = self._heads.get((label, chain))
        self._keep(reason, label, chain, {} if held is None else held.to_json(), offered)
        return ProtocolError(reason, f"head of {label} {chain[:16]}")

    def _keep(self, reason: Reason, label: str, chain: str, kept: JsonObject, offered: JsonObject) -> None:
        self._evidence.append(
            {"reason": reason.value, "label": label, "chain": chain, "kept": kept, "offered": offered}
        )

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state for the profile."""
        logs = len(self.log.earlier) + 1
        policies: list[JsonValue] = [one.to_json() for one in self.policies]
        return {
            **({"policies": policies} if policies else {}),
            **({"logs": logs} if logs > 1 else {}), **self.restart.to_json(),
            **({"visits": [_visit_to_json(*one) for one in self.visits.items()]} if self.visits else {}),
            "log": self.view.to_json(), "heads": heads_to_json(self._heads), "newest_map": self._newest_map,
            "evidence": cast("list[JsonValue]", self._evidence),
        }  # fmt: skip

    @staticmethod
    def restore(bundle: TrustBundle, value: JsonObject) -> TrustState:
        """Read a stored state; an empty object is a client's first day."""
        state = TrustState(bundle)
        if not value:
            return state
        fields = Fields(value, "trust state")
        state.view = LogView.restore(fields.raw("log"), *state.log.earlier, state.log)
        state._heads = read_heads(fields, "heads")
        state.restart = Restart.read(fields)
        state._newest_map = fields.integer("newest_map")
        if fields.has("visits"):
            state.visits = dict(map(_read_visit, fields.objects("visits")))
        if fields.has("policies"):
            state.policies = tuple(map(KnownPolicy.read, fields.objects("policies")))
        state._evidence = [cast("JsonObject", item) for item in fields.items("evidence")]
        logs = fields.integer("logs", 1) if fields.has("logs") else 1
        fields.done()
        if logs <= len(state.log.earlier):
            state._cross()
        state.restart.end_logs(state.view, bundle.previous_logs)
        return state

    def _cross(self) -> None:
        """Begin under a log that follows the one held: chains and rules are those of the backup (T10)."""
        self.restart.heads.update(self._heads)
        self._heads = {}
        # Their leaves are of the log that ended; what it said last and the next one does not is told as lost.
        self.visits = {}
        self.restart.activations = tuple(one.activation for one in self.policies) or self.restart.activations
        self.policies = ()


def _visit_to_json(of: tuple[str, str], visit: Visit) -> JsonObject:
    head: JsonObject = {} if visit.head is None else {"head": visit.head.to_json()}
    return {"label": of[0], "chain": of[1], "seen": visit.seen.to_json(), **head}


def _read_visit(fields: Fields) -> tuple[tuple[str, str], Visit]:
    of = (fields.text("label"), fields.hash("chain"))
    visit = Visit(Seen.read(fields.nested("seen")), HeadRef.read(fields.nested("head")) if fields.has("head") else None)
    fields.done()
    return of, visit
