"""What is written about the policy is true: each rule is explained and pinned, each text has its hash, words hide."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest

from support.policy_story import ASS, COORD, IDE, INF, MO, PERSON, POLICIES, STRANGER, T0, Actor, report, shipped, team
from volet_protocol.access import Decision, Question, decide
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.vocabulary import COMPARTMENTS
from volet_protocol.words import COMPARTMENTS_EN, COMPARTMENTS_FR, explain
from volet_service.adapters.policy.loader import load
from volet_service.entrypoints.scenarios import document
from volet_service.entrypoints.scenarios.world import World

SCENARIOS = POLICIES.parent / "tests" / "scenarios"
README = (POLICIES / "README.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([RP]\d+b?) \| .+? \| (.+?) \|$", README, re.MULTILINE))


def test_the_readme_explains_each_rule_of_the_policy_and_nothing_else() -> None:
    used = {rule for line in load(POLICIES).lines for rule in line.rules}
    assert used <= set(ROWS)
    assert set(ROWS) - used <= {"R28", "R76", "R78"}


def test_the_scenarios_named_in_the_readme_exist_and_name_that_rule() -> None:
    known = {
        f"{path.stem} {scenario.id}": str(scenario.expect["decided_by"])
        for path in SCENARIOS.glob("*.yaml")
        for scenario in document.load(path)
    }
    for rule, pins in ROWS.items():
        for pin in pins.split(", "):
            assert f"'{rule}'" in known[pin], f"{rule} is not pinned by {pin}"


def test_each_text_of_a_notice_has_its_hash() -> None:
    folder = POLICIES / "notices"
    lines = [line.split("  ") for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    listed = {name: digest for digest, name in lines}
    assert set(listed) == {path.name for path in folder.glob("*.md")}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_every_compartment_has_a_name_in_both_languages() -> None:
    assert set(COMPARTMENTS_FR) == set(COMPARTMENTS_EN) == set(COMPARTMENTS)


def _ask(actor: Actor, compartment: str, level: int) -> Question:
    return Question("read", actor.user, actor.capacity, compartment, level, None, T0)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_stranger_reads_the_same_sentence_whatever_they_ask(lang: str) -> None:
    story = team()
    sentences = {
        explain(story.ask(STRANGER, "read", part, level), _ask(STRANGER, part, level), lang)
        for part in COMPARTMENTS
        for level in (1, 2)
    }
    assert len(sentences) == 1
    assert not re.search(r"[RP]\d", sentences.pop())


def test_a_withheld_entry_reads_as_absence() -> None:
    story = team()
    hidden = story.ask(INF, "read", "medical", 2, entry=report(MO, mask="withheld_by_author"))
    absent = story.ask(STRANGER, "read", "medical", 2)
    question = _ask(INF, "medical", 2)
    assert explain(hidden, question) == explain(absent, question)


def test_each_conditional_answer_says_the_next_step() -> None:
    story = team()
    notice = explain(story.ask(ASS, "read", "identity", 1), _ask(ASS, "identity", 1))
    assert "informée" in notice
    assert "professionnel de santé" in notice
    consent = explain(story.ask(IDE, "read", "medical", 2), _ask(IDE, "medical", 2))
    assert consent.startswith("La personne doit d'abord donner son accord")
    assert "le détail de « Santé »" in consent
    above = explain(story.ask(COORD, "read", "medical", 2), _ask(COORD, "medical", 2))
    assert "Demandez à l'auteur" in above
    assert explain(story.ask(PERSON, "read", "medical", 2), _ask(PERSON, "medical", 2), "en") == "Allowed."


def test_an_opposition_is_told_without_its_words() -> None:
    story = team()
    story.apply(Opposition("professional", T0, GivenBy(), users=(ASS.user,)), PERSON)
    decision = story.ask(ASS, "read", "social", 2)
    assert "R23" in decision.rules
    assert "elle seule peut lever" in explain(decision, _ask(ASS, "social", 2))
    assert replace(decision, hidden=True).denied


def _decided() -> list[tuple[str, Decision, Question]]:
    found: list[tuple[str, Decision, Question]] = []
    for path in sorted(SCENARIOS.glob("*.yaml")):
        for scenario in document.load(path):
            world = World(scenario)
            question = world.question()
            found.append((f"{path.stem} {scenario.id}", decide(shipped(), world.facts(), question), question))
    return found


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_answer_of_the_scenarios_is_said_in_words_without_codes(lang: str) -> None:
    seen: set[str] = set()
    for name, decision, question in _decided():
        said = explain(decision, question, lang)
        seen.add(said)
        assert said.endswith("."), name
        # No rule, row, category or code of ours on a screen.
        assert not re.search(r"\b[RPHSMCO]\d+[abp]?\b|[a-z]_[a-z]|cat[eé]gor(y|ie) \d|\{|\}", said), (name, said)
        if decision.denied and not decision.hidden:
            # What is so, then what to do about it.
            assert re.search(r"[.:;] \S", said), (name, said)
    assert len(seen) > 60


def test_what_is_hidden_is_said_alike_whatever_hides_it() -> None:
    hidden = [(decision, question) for _, decision, question in _decided() if decision.hidden]
    assert len(hidden) > 60
    assert len({explain(decision, question) for decision, question in hidden}) == 1


def test_what_is_owed_is_said_with_the_permit() -> None:
    owing = [(one, question) for _, one, question in _decided() if one.permitted and "review" in one.obligations]
    assert owing
    for decision, question in owing:
        assert "informer la personne" in explain(decision, question)
        assert "inform the person" in explain(decision, question, "en")
