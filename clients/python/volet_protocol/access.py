"""May this actor do this now? The decision order of rules.md section 2, from facts and table alone.

Pure: the server, the client before it grants, and whoever checks a chain years later decide alike. Facts are folded
into closed codes (`situation`, `shields`, `notices`, `consents`); the table, authored by the policy engine, answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from volet_protocol import acts, consents, exchange_access, outbound, shields, situation
from volet_protocol.case_facts import CaseFacts
from volet_protocol.decisions import answer, best, bound, worst
from volet_protocol.fact_notices import Information
from volet_protocol.notices import Cover, Reader, deferred, notice_cover
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import ConsentAsked, Decision, EntryMeta, Missing, Party, Question
from volet_protocol.reach import PARTICIPATING, REPRESENTING, reach_of
from volet_protocol.situation import Standing
from volet_protocol.vocabulary import COMPARTMENT_SET

__all__ = ["ConsentAsked", "Decision", "EntryMeta", "Missing", "Party", "Question", "decide"]

_CONSENTED = {"care": consents.SHARE, "mdph_cross": consents.MDPH, "curator": consents.SHARE}
_REPORT_PURPOSES = frozenset({"child_protection", "authority_alert"})
_KEY_ACTIONS = {"claim": ("read", "write"), "rotate": ("read", "write"), "grant": ("read",)}
_BASES = PARTICIPATING | REPRESENTING | {"self", "emergency", "report"}
_STEPS = {"team": "team", "care": "care"}
_NEVER = frozenset({"x", "x*"})
_BOUND_BY_OPPOSITION = frozenset({"team", "care", "mdph", "mdph_designated", "mdph_cross", "coordination", "emergency"})


def decide(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Return the decision on a question; what no rule allows is denied (R1). Total: raises on nothing a caller asks."""
    if question.compartment not in COMPARTMENT_SET and question.action not in acts.WITHOUT_COMPARTMENT:
        return answer(table, question, table.ask("shield", "unknown_code", "O14"), "gate")
    match question.action:
        # Each party is asked about by itself there, and bound by its own structure.
        case "invite" if question.compartment != "child_protection":
            asked = replace(question, action="list", via="any")
            outside = [shields.without_account(table, question, party) for party in question.recipients]
            everyone = [asked.of(party) for party in question.recipients]
            asks = [decide(table, facts, one) for one in (replace(asked, recipients=()), *everyone)]
            return worst([*(decision for decision in outside if decision), *asks])
        case "exchange_send" | "exchange_receive" | "exchange":
            return exchange_access.decide_exchange(table, facts, question)
        case "export_document":
            return outbound.decide_export(table, facts, question)
        case _:
            return bound(table, question, lambda binding: _alone(binding, facts, question))


def _alone(table: PolicyTable, facts: CaseFacts, question: Question) -> Decision:
    """Decide what concerns the asker alone."""
    match question.action:
        case "read" | "write":
            decision = _Asking(table, facts, question).decide()
            # Minutes of a case conference rest on its conditions too (R78).
            minutes = question.entry is not None and question.entry.kind == "minutes"
            return replace(decision, rules=(*decision.rules, "R78")) if minutes else decision
        case "list":
            levels = (question.level,) if question.level else (1, 2)
            return best([
                _Asking(table, facts, replace(question, action="read", level=level), listing=True).decide()
                for level in levels
            ])  # fmt: skip
        case "claim" | "grant" | "rotate":
            return worst([
                _Asking(table, facts, replace(question, action=action, entry=None)).decide()
                for action in _KEY_ACTIONS[question.action]
            ])  # fmt: skip
        case "break_glass":
            return _Asking(table, facts, replace(question, action="read", via="emergency")).decide()
        case _:
            return acts.decide_act(table, facts, question)


@dataclass(frozen=True)
class _Asking:
    """One read or write being decided."""

    table: PolicyTable
    facts: CaseFacts
    question: Question
    listing: bool = False

    def decide(self) -> Decision:
        question, facts, table = self.question, self.facts, self.table
        standing = situation.standing_of(facts, question)
        gate = shields.gate(table, facts, question, question.capacity.row if question.capacity else None)
        if gate:
            row = question.capacity.row if question.capacity and table.row(question.capacity.row) else "O14"
            return answer(table, question, table.ask("shield", gate, row), "gate")
        standing = self._undesignated(self._reporting(standing))
        if standing.relation not in _BASES:
            return self._without_basis(standing)
        if standing.row is None:
            return self._answer("unqualified", "-", "-", standing, "gate")
        if table.cell(standing.row, question.compartment) in _NEVER:
            return answer(table, question, table.ask("shield", "never", standing.row), "never", standing.facts)
        if shields.wrong_purpose(question):
            return answer(table, question, table.ask("shield", "purpose", standing.row), "regime", standing.facts)
        return self._own_or_masked(standing, standing.row)

    def _own_or_masked(self, standing: Standing, row: str) -> Decision:
        """Decide step 3, then step 4."""
        question, entry = self.question, self.question.entry
        if entry is not None and question.action == "read":
            if entry.author == question.user and standing.relation != "emergency":
                return self._own(standing, row)
            if question.via == "own" and standing.relation in PARTICIPATING | REPRESENTING:
                return self._answer("not_own", "-", "-", standing, "own")
            mask = shields.mask(self.facts, entry, question, row, standing.relation)
            if mask:
                return answer(self.table, question, self.table.ask("shield", mask, row), "masks", standing.facts)
        if standing.relation in _BOUND_BY_OPPOSITION:
            code, used = shields.opposition(
                self.facts, question, entry.id if entry else None, emergency=standing.relation == "emergency"
            )
            if code:
                outcome = self.table.ask("shield", code, row)
                return answer(self.table, question, outcome, "opposition", (*standing.facts, *used))
        return self._by_standing(standing, row)

    def _without_basis(self, standing: Standing) -> Decision:
        """Deny who does not take part; a cell that is never theirs is one more reason."""
        decision = self._answer(standing.relation, "-", "-", standing, "participation")
        row = standing.row
        if row is None or self.table.row(row) is None or self.table.cell(row, self.question.compartment) not in _NEVER:
            return decision
        never = self.table.ask("shield", "never", row)
        rules = tuple(dict.fromkeys((*decision.rules, *never.rules)))
        return replace(decision, rules=rules, lines=(*decision.lines, *never.lines))

    def _own(self, standing: Standing, row: str) -> Decision:
        """Permit the author, and name the rules of the share too when it permits as well."""
        own = self._answer("own", "-", "-", standing, "own")
        shared = self._by_standing(standing, row)
        return worst([own, shared]) if shared.permitted else own

    def _by_standing(self, standing: Standing, row: str) -> Decision:
        """Decide steps 5 to 8."""
        question, entry, relation = self.question, self.question.entry, standing.relation
        if relation == "report":
            return self._answer("report", "-", "-", standing, "regime")
        if entry is not None and question.action == "read":
            named = question.user in entry.named
            if named and relation in PARTICIPATING:
                return self._answer("named", "-", "-", standing, "named")
            if named and relation == "parent":
                return self._answer("named_parent", "-", "-", standing, "named")
            if relation in PARTICIPATING and question.via == "exchange":
                return self._answer("not_named", "-", "-", standing, "named")
            if relation in PARTICIPATING and entry.written_ms < standing.history_from_ms:
                return self._answer("before_start", "-", "-", standing, "history")
        reach = self._reach(standing, row)
        # What was cut out is kept from who reads; who writes an entry may cut something out of it.
        redacted = entry is not None and entry.passages and question.action == "read"
        if redacted and relation in {"self", *REPRESENTING}:
            relation = f"{relation}_redacted"
        return self._covered(standing, relation, reach)

    def _covered(self, standing: Standing, relation: str, reach: str) -> Decision:
        """Ask the table under each author category that the object may hold."""
        step = _STEPS.get(relation, "regime")
        if standing.relation in _CONSENTED:
            cover = self._consent(standing, _CONSENTED[standing.relation])
            if relation != "care" or self.question.action != "read" or cover.code != consents.GIVEN:
                return self._answer(relation, reach, cover.code, standing, step, cover)
            found = [self._notice(category) for category in self._categories()]
            covers = [Cover(f"given_{notice.code}", (*cover.facts, *notice.facts), notice.missing) for notice in found]
        elif relation == "team" and self.question.action == "read":
            covers = [self._notice(category) for category in self._categories()]
        else:
            covers = [Cover("-")]
        decisions = [self._answer(relation, reach, cover.code, standing, step, cover) for cover in covers]
        return best(decisions) if self.listing else worst(decisions)

    def _answer(  # noqa: PLR0917 - the codes of the question, in the order of the table's key
        self, relation: str, reach: str, cover: str, standing: Standing, step: str, found: Cover | None = None
    ) -> Decision:
        outcome = self.table.ask("standing", self.question.action, relation, reach, cover)
        used = (*standing.facts, *(found.facts if found else ()))
        return answer(self.table, self.question, outcome, step, used, found.missing if found else None)

    def _reach(self, standing: Standing, row: str) -> str:
        return reach_of(self.table, self.question, standing, row)

    def _categories(self) -> tuple[int | None, ...]:
        """Return the author categories to assume: the entry's, or of all who can write in the section."""
        entry, question = self.question.entry, self.question
        if entry is not None:
            return (entry.author_category,)
        own = question.capacity.category if question.capacity else None
        return self.table.writing_categories(question.compartment, question.level) or (own,)

    def _notice(self, category: int | None) -> Cover:
        if self.question.capacity is None:
            return Cover("-")
        user, capacity, entry = self.question.user, self.question.capacity, self._singled_out()

        def told() -> Cover:
            asked, at_ms = Information(self.question.compartment, self.question.level), self.question.at_ms
            found = notice_cover(self.facts, at_ms, asked, entry, category, Reader(user, capacity))
            return deferred(self.facts, at_ms, found)

        return self.facts.folds.once(self.question, ("notice", category, entry), told)

    def _singled_out(self) -> str | None:
        """Return the entry when some fact names it; of all others the facts say what they say of the section."""
        entry = self.question.entry
        return entry.id if entry is not None and entry.id in self.facts.singled_out else None

    def _consent(self, standing: Standing, kind: str) -> Cover:
        question = self.question
        if standing.mandate is not None and situation.accounts_by_law(standing.mandate, question.compartment):
            return Cover("law")
        acting, entry = standing.row if standing.mandate else None, self._singled_out()

        def agreed() -> Cover:
            asked = Information(question.compartment, question.level)
            recipient = consents.Recipient(question.user, question.capacity, acting=acting)
            return consents.consent_cover(self.facts, question.at_ms, kind, asked, entry, recipient)

        return self.facts.folds.once(question, ("consent", kind, entry, acting), agreed)

    def _undesignated(self, standing: Standing) -> Standing:
        """Write across teams in the row held: a designation gives reading (R41)."""
        capacity = self.question.capacity
        if self.question.action != "write" or capacity is None or standing.relation != "mdph_cross":
            return standing
        return replace(standing, row=capacity.row)

    def _reporting(self, standing: Standing) -> Standing:
        """Let any professional bound by secret who takes part write a report of danger (section 4, R36)."""
        question = self.question
        capacity = question.capacity
        if question.action != "write" or question.compartment != "child_protection":
            return standing
        kind = question.entry.kind if question.entry else "note"
        meant = kind in shields.HIDDEN_KINDS or question.purpose in _REPORT_PURPOSES
        if capacity is None or not meant:
            return standing
        # From wherever they take part: the care, the evaluation of the MDPH, the child-protection list itself.
        part = situation.standing_of(self.facts, replace(question, via="any"))
        if part.relation not in PARTICIPATING:
            return standing
        return replace(part, relation="report" if capacity.secret_basis else "unbound")
