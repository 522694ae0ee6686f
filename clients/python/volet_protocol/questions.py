"""What is asked of the policy, and what it answers (rules.md sections 0 and 2; docs/spec/policy-table.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from volet_protocol.capacities import Capacity
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Information, Recipients, To
from volet_protocol.policy_table import DENY, PERMIT


@dataclass(frozen=True)
class EntryMeta:
    """What a decision needs to know of an entry: never its content.

    `author_category` None = written by the person or a representative: it crosses no category. `named` holds the
    users it was sent or opened to. `passages` = it holds a passage about a third party, stored apart. `mask_until_ms` =
    when its mask ends by itself, where its author said so.
    """

    id: str
    author: str
    author_category: int | None
    written_ms: int
    compartment: str
    level: int
    mask: str | None = None
    named: frozenset[str] = frozenset()
    kind: str = "note"
    other_masks: frozenset[str] = frozenset()
    passages: bool = False
    mask_until_ms: int | None = None

    @cached_property
    def masks(self) -> frozenset[str]:
        """All the masks of the entry."""
        return self.other_masks if self.mask is None else self.other_masks | {self.mask}


@dataclass(frozen=True)
class Party:
    """A recipient: a user in a capacity (None: the person or a representative), or a party without account."""

    user: str
    capacity: Capacity | None = None
    row: str | None = None
    account: str = "active"


@dataclass(frozen=True)
class ConsentAsked:
    """A consent somebody is about to give or record."""

    kind: str
    information: tuple[Information, ...]
    recipients: Recipients
    given_by: GivenBy


@dataclass(frozen=True)
class Question:
    """One actor in one capacity, one action, one object, one instant.

    `capacity` None = the person or a representative. `entry` None = the whole section, from any author who can write
    there. `via` is the channel the actor claims: a claim that does not hold is refused. `sender` names who sends in
    an `exchange_receive`; `recipients` are those of `exchange`, `export_document`, `invite`, `open_account`.
    """

    action: str
    user: str
    capacity: Capacity | None
    compartment: str
    level: int
    entry: EntryMeta | None
    at_ms: int
    via: str = "share"
    purpose: str = ""
    mandate: str | None = None
    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    account: str = "active"
    carries_ins: bool = False
    consent: ConsentAsked | None = None

    def about(self) -> tuple[str, Capacity | None, str, str | None, str, int]:
        """Return who asks, through what, about which section: all that a fold of the facts may look at."""
        return self.user, self.capacity, self.via, self.mandate, self.compartment, self.level

    def bare(self) -> Question:
        """Return the question with nothing but `about()` and its instant, as folds that are remembered are asked."""
        return Question(
            "", self.user, self.capacity, self.compartment, self.level, None, self.at_ms, self.via, mandate=self.mandate
        )

    def of(self, party: Party) -> Question:
        """Return the same question about another party."""
        return replace(self, user=party.user, capacity=party.capacity, account=party.account, recipients=())


@dataclass(frozen=True)
class Missing:
    """What would make a conditional decision a permit: one notice or one consent.

    `kind` is general or cross_category for a notice, a kind of consent for a consent. A notice may name either form
    of `to`; a consent may name the recipient by any of the keys listed.
    """

    what: str
    kind: str
    information: tuple[Information, ...] = ()
    from_category: int | None = None
    to: tuple[To, ...] = ()
    recipients: Recipients | None = None
    given_by: GivenBy | None = None


@dataclass(frozen=True)
class Decision:
    """The answer: effect, rules, hash of the policy, what is missing, what follows, the facts used, the step.

    `narrowed_by` names the structure whose own narrowing denied its staff what the table in force allows (F36).
    """

    effect: str
    rules: tuple[str, ...]
    policy: str
    missing: Missing | None = None
    obligations: tuple[str, ...] = ()
    hidden: bool = False
    facts: tuple[str, ...] = ()
    step: str = ""
    lines: tuple[str, ...] = field(default=(), compare=False)
    narrowed_by: str | None = None

    @property
    def permitted(self) -> bool:
        """Tell whether it is allowed now."""
        return self.effect == PERMIT

    @property
    def denied(self) -> bool:
        """Tell whether nothing that could be collected would allow it."""
        return self.effect == DENY
