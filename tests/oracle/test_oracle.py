"""A second reading of the law, in another language: on a hundred thousand drawn questions, no difference.

The Cedar files say the rules of reading, writing, exchanges, claims, consents, withdrawals and the log once more; what
leaves the hub and who enters the child-protection list, in test_outside.py. They know raw records only: instants,
marks, cells of matrix.csv; nothing of the product's codes, table or folding. Every line of the policy that answers in
those tables answers some question drawn here or there.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from support.oracle_cedar import ACTS, Ask, Oracle, matrix
from support.oracle_draw import Draw, Raw
from support.oracle_facts import facts_of, question_of
from support.oracle_focus import focused
from support.policy_story import POLICIES, shipped
from volet_protocol.access import decide
from volet_protocol.policy_table import PolicyTable

QUESTIONS = 100_000
BATCH = 500
# Acts whose lines test_outside.py meets.
OUTSIDE = {"export_document", "invite"}
READING = tuple((what, level) for what in ("read", "write") for level in (1, 2))
ACTING = tuple((what, 1) for what in sorted(ACTS))
SENDING = tuple((what, level) for what in ("send", "receive") for level in (1, 2))


def drawn(seed: int, count: int) -> list[Raw]:
    categories = {row: int(line["category"]) for row, line in matrix().items() if line["category"]}
    draw, chance = Draw(seed, categories), random.Random(seed)  # noqa: S311 - drawn again alike
    situations = [draw.raw() for _ in range(count)]
    return [focused(raw, chance) if chance.random() < 0.35 else raw for raw in situations]


def asks_of(situations: Sequence[Raw]) -> list[Ask]:
    """Each situation is asked to read and to write; with an entry, to send and to receive it."""
    return [
        Ask(place, what, level)
        for place, raw in enumerate(situations)
        for what, level in (*READING, *(SENDING if raw.entry is not None else ()), *ACTING)
        if what != "read_log" or raw.as_ != "professional" or raw.entry is None
    ]


@pytest.mark.slow
def test_a_second_reading_of_the_law_differs_nowhere() -> None:
    oracle, table = Oracle(), shipped()
    seen: Counter[tuple[str, str, str]] = Counter()
    rules: Counter[str] = Counter()
    seed = 0
    while seen.total() < QUESTIONS:
        situations = drawn(seed, BATCH)
        asks = asks_of(situations)
        facts = [facts_of(raw) for raw in situations]
        for ask, expected in zip(asks, oracle.effects(situations, asks), strict=True):
            raw = situations[ask.place]
            decision = decide(table, facts[ask.place], question_of(raw, ask.what, ask.level))
            assert decision.effect == expected, (ask, raw, decision)
            seen[raw.as_, ask.what, expected] += 1
            rules.update(decision.lines)
        seed += 1
    each = ("read", "write", "send", "receive")
    assert all(seen["professional", what, "permit"] > QUESTIONS / 200 for what in each)
    assert all(seen["professional", what, "permit_with_notice"] > QUESTIONS / 1000 for what in ("read", "receive"))
    assert all(seen["professional", what, "permit_after_consent"] > QUESTIONS / 2000 for what in each)
    assert all(seen[as_, "read", "permit"] > QUESTIONS / 2000 for as_ in ("person", "representative", "emergency"))
    assert lines_of(table) - rules.keys() == set()


def lines_of(table: PolicyTable) -> set[str]:
    """The lines of the policy that answer what is asked here: standings, and acts but those of test_outside.py."""
    return {
        line
        for key, outcome in table.answers().items()
        if key[0] == "standing" or (key[0] == "act" and key[1] not in OUTSIDE)
        for line in outcome.lines
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"medical":"2w"', b'"medical":"1w"'), (b'"plan":"2w"', b'"plan":"2"'), (b'"budget":"2w"', b'"budget":"x"')],
)
def test_cells_read_otherwise_are_seen(old: bytes, new: bytes) -> None:
    data = (POLICIES / "table.json").read_bytes()
    table = PolicyTable.load(data.replace(old, new))
    situations = drawn(1, 400)
    asks = asks_of(situations)
    facts = [facts_of(raw) for raw in situations]
    questions = [(facts[ask.place], question_of(situations[ask.place], ask.what, ask.level)) for ask in asks]
    assert [decide(table, *one).effect for one in questions] != Oracle().effects(situations, asks)
