"""A second reading of the law, in another language: on a hundred thousand drawn questions, no difference.

`standing.cedar` and `records.cedar` say the standing rules of reading and writing once more. They know raw records
only: instants, marks, cells of matrix.csv; nothing of the product's codes, table or folding.
"""

from __future__ import annotations

from collections import Counter

import pytest

from support.oracle_cedar import Oracle, matrix
from support.oracle_draw import PER_RAW, Draw, Raw, questions
from support.oracle_facts import facts_of, question_of
from support.policy_story import POLICIES, shipped
from volet_protocol.access import decide
from volet_protocol.policy_table import PolicyTable

QUESTIONS = 100_000
BATCH = 1_000


def drawn(seed: int, count: int) -> list[Raw]:
    categories = {row: int(line["category"]) for row, line in matrix().items() if line["category"]}
    draw = Draw(seed, categories)
    return [draw.raw() for _ in range(count)]


@pytest.mark.slow
def test_a_second_reading_of_the_law_differs_nowhere() -> None:
    oracle, table = Oracle(), shipped()
    seen: Counter[tuple[str, str]] = Counter()
    rules: set[str] = set()
    for batch in range(QUESTIONS // BATCH):
        situations = drawn(batch, BATCH // PER_RAW)
        answers = oracle.effects(situations)
        asked = [raw for situation in situations for raw in questions(situation)]
        facts = [facts_of(situation) for situation in situations]
        for number, (raw, expected) in enumerate(zip(asked, answers, strict=True)):
            decision = decide(table, facts[number // PER_RAW], question_of(raw))
            assert decision.effect == expected, (raw, decision)
            seen[raw.as_, expected] += 1
            rules.update(decision.lines)
    assert sum(seen.values()) == QUESTIONS
    assert seen["professional", "permit"] > QUESTIONS / 20
    assert seen["professional", "permit_with_notice"] > QUESTIONS / 200
    assert seen["professional", "permit_after_consent"] > QUESTIONS / 50
    assert all(seen[as_, "permit"] > QUESTIONS / 1000 for as_ in ("person", "representative", "emergency"))
    assert len(rules) > 60


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"medical":"2w"', b'"medical":"1w"'), (b'"plan":"2w"', b'"plan":"2"'), (b'"budget":"2w"', b'"budget":"x"')],
)
def test_cells_read_otherwise_are_seen(old: bytes, new: bytes) -> None:
    data = (POLICIES / "table.json").read_bytes()
    table = PolicyTable.load(data.replace(old, new))
    situations = drawn(1, 400)
    answers = Oracle().effects(situations)
    asked = [(facts_of(one), question_of(raw)) for one in situations for raw in questions(one)]
    found = [decide(table, facts, question).effect for facts, question in asked]
    assert found != answers
