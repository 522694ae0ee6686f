"""Every decision of a case asked again, from the logged facts and the policy version that each act names.

1. What a member was not entitled to make is void; a hub that took it is a finding.
2. A release or a refusal is judged by the chain as it stood just before its leaf, at the time of the leaf.
3. What the log says of it is what the reader signed; the signature is one of the reader's devices.
4. The rules and the facts that the log names are those that decide; another permit, or another ground, is a finding.
5. Numbers of a class go up by one without gap: a record that the hub keeps back is a finding.

A lying hub that writes a permit where the table denies is found here by whoever holds the records, off line too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from volet_client.log_replay import CaseReplay, Logged
from volet_client.words import Said
from volet_protocol.active_tables import active_table
from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import Capacity
from volet_protocol.case_state import Directory
from volet_protocol.entry import read_entry
from volet_protocol.entry_header import TYPE as ENTRY
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.policy_table import PolicyTable
from volet_protocol.release import TYPE as RELEASE
from volet_protocol.release import ReleaseRequest
from volet_protocol.release_decision import Asked, Ruled, rule_export, rule_release, rule_write
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.user_chain import verify_statement


@unique
class Flaw(StrEnum):
    """What is wrong with one act of the log."""

    WRONG_PERMIT = "wrong-permit"
    WRONG_REFUSAL = "wrong-refusal"
    OTHER_GROUNDS = "other-grounds"
    WRONG_TABLE = "wrong-table"
    FALSE_RECORD = "false-record"
    FORGED = "forged"
    VOID = "void"
    BROKEN = "broken-chain"
    UNKNOWN_ENTRY = "unknown-entry"
    WITHHELD = "withheld"


_SAID = {
    Flaw.WRONG_PERMIT: Said("permis alors que les règles refusaient", "permitted where the rules refuse"),
    Flaw.WRONG_REFUSAL: Said("refusé alors que les règles permettaient", "refused where the rules permit"),
    Flaw.OTHER_GROUNDS: Said(
        "les règles ou les faits inscrits ne sont pas ceux qui décident",
        "the rules or facts logged are not those that decide",
    ),
    Flaw.WRONG_TABLE: Said("la règle nommée n'était pas en vigueur", "the policy named was not in force"),
    Flaw.FALSE_RECORD: Said(
        "l'inscription ne dit pas ce que l'auteur a signé", "the leaf does not say what its actor signed"
    ),
    Flaw.FORGED: Said("la signature n'est pas celle de l'auteur", "the signature is not the actor's"),
    Flaw.VOID: Said("acte nul, que la plateforme ne devait pas prendre", "void act, which the hub must not take"),
    Flaw.BROKEN: Said("la suite des actes du dossier est rompue", "the chain of the case is broken"),
    Flaw.UNKNOWN_ENTRY: Said("élément remis que personne n'a déposé", "an entry released that nobody deposited"),
    Flaw.WITHHELD: Said("un acte inscrit au journal n'a pas été montré", "an act of the log was not shown"),
}


@dataclass(frozen=True)
class WrongAct:
    """One finding: the leaf, what is wrong, and the detail a machine needs."""

    index: int
    flaw: Flaw
    detail: str = ""

    def said(self) -> Said:
        """Return the sentence for a person."""
        said, more = _SAID[self.flaw], f" ({self.detail})" if self.detail else ""
        return Said(f"Journal n° {self.index} : {said.fr}{more}.", f"Leaf {self.index}: {said.en}{more}.")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the finding for a machine."""
        return {"index": self.index, "flaw": self.flaw.value, "detail": self.detail}


@dataclass(frozen=True)
class Decided:
    """Decisions asked again, those that could not be (erased facts, acts or entries), and the findings."""

    judged: int
    unjudged: int
    findings: tuple[WrongAct, ...]


def judge_case(
    acts: Iterable[Logged], directory: Directory, tables: Mapping[str, PolicyTable],
    unsigned: frozenset[tuple[str, int]] = frozenset(),
) -> Decided:  # fmt: skip
    """Judge every act of one case, given in the order of the log. A number is missing only where a later one stands.

    `unsigned`: class and number of acts that nobody signed, whose case the records do not tell (the keys of the tags
    handed over): each may fill one number. Whoever holds those keys tells them apart by their tags.
    """
    judging = _Judging(CaseReplay(directory, tables))
    numbers: dict[str, int] = {}
    for act in acts:
        view = act.view
        if view is None or act.identity is None:
            # Which chain it was of is erased with it: from here on nothing can be judged for certain.
            judging.blind()
            continue
        if view.class_ is not None and view.case_seq is not None:
            awaited = numbers.get(view.class_, 0)
            while (view.class_, awaited) in unsigned and awaited < view.case_seq:
                awaited += 1
            if view.case_seq != awaited and not judging.replay.blind:
                judging.found(act, Flaw.WITHHELD, f"{view.class_} {awaited}")
                judging.blind()
            numbers[view.class_] = view.case_seq + 1
        judging.judge(act, view, act.identity)
    return Decided(judging.judged, judging.unjudged, tuple(judging.findings))


class _Judging:
    """The state of judging one case."""

    def __init__(self, replay: CaseReplay) -> None:
        self.replay = replay
        self.findings: list[WrongAct] = []
        self.judged = 0
        self.unjudged = 0

    def found(self, act: Logged, flaw: Flaw, detail: str = "") -> None:
        self.findings.append(WrongAct(act.index, flaw, detail))

    def blind(self) -> None:
        self.replay.blind.update(self.replay.chains)

    def judge(self, act: Logged, view: ViewPayload, who: IdentityPayload) -> None:
        statement = act.statement
        if statement is None:
            return
        if statement.hash != who.request_hash:
            self.found(act, Flaw.FALSE_RECORD, "request_hash")
            return
        try:
            if view.act in {"release", "refusal"} and statement.type == RELEASE:
                verify_statement(self.replay.directory.user(who.user or ""), statement)
                self._release(act, view, who, ReleaseRequest.read(statement))
                return
            if view.act == "refusal":
                return
            if statement.type == ENTRY:
                verify_statement(self.replay.directory.user(who.user or ""), statement)
                self._deposit(act, view, statement)
            self._apply(act, statement)
        except ProtocolError as error:
            self.found(act, Flaw.FORGED if error.reason in _FORGED else Flaw.BROKEN, str(error.reason.value))
            self.blind()

    def _apply(self, act: Logged, statement: UnverifiedStatement) -> None:
        if self.replay.blind:
            return
        void = self.replay.apply(act, statement)
        if void is not None:
            self.found(act, Flaw.VOID, void.value)

    def _deposit(self, act: Logged, view: ViewPayload, statement: UnverifiedStatement) -> None:
        header = read_entry(statement).header
        state, table = self.replay.state_for(header), self._table(act, header.policy, view)
        if state is None or table is None:
            self.unjudged += 1
            return
        self.judged += 1
        user = header.preamble.user
        asked = Asked(user, self._capacity(user, header.capacity, act), "", "", table)
        number = len(self.replay.lists.get(header.list, ())) + 1
        meta = self.replay.meta(header)
        ruled = rule_write(asked, meta, header.place.kind, state, act.leaf.ts_ms, number=number)
        told = (view.entries, view.compartment, view.level)
        if told != ((header.id,), header.compartment, header.level):
            self.found(act, Flaw.FALSE_RECORD, "deposit")
        if not ruled.permitted:
            self.found(act, Flaw.WRONG_PERMIT, " ".join(ruled.decision.rules))
        elif ruled.decision.rules != view.rules:
            self.found(act, Flaw.OTHER_GROUNDS, " ".join(ruled.decision.rules))

    def _release(self, act: Logged, view: ViewPayload, who: IdentityPayload, asked: ReleaseRequest) -> None:
        signed = (asked.part, asked.intent, asked.purpose, asked.policy, asked.preamble.user)
        if (view.part, view.intent, view.purpose, view.policy, who.user) != signed:
            self.found(act, Flaw.FALSE_RECORD, "release-request")
        table = self._table(act, asked.policy, view)
        if table is None:
            self.unjudged += 1
            return
        ids = view.entries if view.act == "release" else self._asked_ids(asked)
        if view.act == "release" and asked.ids and not set(ids) <= set(asked.ids):
            self.found(act, Flaw.FALSE_RECORD, "entries")
        ruled = self._ruled(act, asked, ids, table)
        if ruled is None:
            self.unjudged += 1
            return
        self.judged += 1
        if view.act == "release":
            self._released(act, view, who, ruled)
        else:
            self._refused(act, view, ruled)

    def _released(self, act: Logged, view: ViewPayload, who: IdentityPayload, ruled: list[Ruled]) -> None:
        refused = [one for one in ruled if not one.permitted]
        if refused or not ruled:
            rules = sorted({rule for one in refused for rule in one.decision.rules})
            self.found(act, Flaw.WRONG_PERMIT, " ".join(rules))
            return
        grounds = tuple(sorted({rule for one in ruled for rule in one.decision.rules}))
        facts = tuple(sorted({fact for one in ruled for fact in one.decision.facts}))
        urgent = any(one.emergency for one in ruled)
        if (view.rules, who.facts, view.emergency) != (grounds, facts, urgent):
            self.found(act, Flaw.OTHER_GROUNDS, " ".join(grounds))

    def _refused(self, act: Logged, view: ViewPayload, ruled: list[Ruled]) -> None:
        refused = [one for one in ruled if not one.permitted]
        if ruled and not refused:
            self.found(act, Flaw.WRONG_REFUSAL, " ".join(ruled[0].decision.rules))
        elif refused and not any(one.decision.rules == view.rules for one in refused):
            self.found(act, Flaw.OTHER_GROUNDS, " ".join(refused[0].decision.rules))

    def _ruled(
        self, act: Logged, asked: ReleaseRequest, ids: tuple[str, ...], table: PolicyTable
    ) -> list[Ruled] | None:
        """Return the decision on each entry, None where the chain is not known well enough to ask."""
        user = asked.preamble.user
        question = Asked(user, self._capacity(user, asked.capacity, act), asked.part, asked.purpose, table)
        found: list[Ruled] = []
        for id_ in ids:
            header = self.replay.entries.get(id_)
            if header is None and not self.replay.blind:
                self.found(act, Flaw.UNKNOWN_ENTRY, id_[:16])
            state = None if header is None else self.replay.state_for(header)
            if header is None or state is None:
                return None
            ruled = rule_release(question, self.replay.meta(header), header.place.kind, state, act.leaf.ts_ms)
            found.append(rule_export(ruled, asked.to, state.facts, table))
        return found

    def _asked_ids(self, asked: ReleaseRequest) -> tuple[str, ...]:
        if asked.range is None:
            return asked.ids
        return tuple(self.replay.lists.get(asked.list, ())[asked.range.from_ - 1 : asked.range.to])

    def _table(self, act: Logged, policy: str, view: ViewPayload) -> PolicyTable | None:
        table = active_table(self.replay.tables, policy, act.leaf.ts_ms)
        if table is None or view.policy != policy:
            self.found(act, Flaw.WRONG_TABLE, policy[:16])
            return None
        return table

    def _capacity(self, user: str, capacity: str | None, act: Logged) -> Capacity | None:
        if capacity is None:
            return None
        attestation = self.replay.directory.attestation(capacity)
        if attestation.user != user:
            raise ProtocolError(Reason.WRONG_AUTHOR, "attestation of somebody else")
        attestation.check_at(act.leaf.ts_ms)
        return attestation.capacity


_FORGED = frozenset({Reason.BAD_SIGNATURE, Reason.WRONG_AUTHOR, Reason.REVOKED, Reason.EXPIRED, Reason.NOT_YET})
