"""A second reading of what leaves the hub and of who enters the child-protection list: no difference either."""

from __future__ import annotations

from collections import Counter

import pytest

from support.oracle_cedar import Oracle
from support.oracle_outbound import Outside, Situations, invitation_of, sending_of
from support.policy_story import shipped
from volet_protocol.access import decide
from volet_protocol.policy_table import PolicyTable

SENDINGS, INVITATIONS = 4_500, 2_500


def answering(table: PolicyTable, name: str, *actions: str) -> set[str]:
    """The lines that answer in one table, for those actions or for all."""
    return {
        line
        for key, outcome in table.answers().items()
        if key[0] == name and (not actions or key[1] in actions)
        for line in outcome.lines
    }


@pytest.mark.slow
def test_documents_to_parties_without_account_are_read_alike() -> None:
    table, outside, situations = shipped(), Outside(Oracle()), Situations(1)
    seen: Counter[tuple[str, str]] = Counter()
    lines: set[str] = set()
    for _ in range(SENDINGS // 500):
        sendings = [situations.sending() for _ in range(500)]
        for sending, expected in zip(sendings, outside.sent(sendings), strict=True):
            decision = decide(table, *sending_of(sending))
            assert decision.effect == expected, (sending, decision)
            seen[sending.parties[0][0], expected] += 1
            lines.update(decision.lines)
    asked = {"O6", "O7", "O8", "O10"}
    assert all(seen[row, "permit"] > SENDINGS / 1000 for row in asked | {"C2", "C3", "O11", "O13"})
    assert all(seen[row, "permit_after_consent"] > SENDINGS / 1000 for row in asked | {"O13"})
    assert {effect for row, effect in seen if row == "O12"} == {"deny"}
    assert (answering(table, "outbound") | answering(table, "act", "export_document")) - lines == set()


@pytest.mark.slow
def test_invitations_into_the_child_protection_list_are_read_alike() -> None:
    table, outside, situations = shipped(), Outside(Oracle()), Situations(2)
    seen: Counter[str] = Counter()
    lines: set[str] = set()
    for _ in range(INVITATIONS // 500):
        invitations = [situations.invited() for _ in range(500)]
        for invitation, expected in zip(invitations, outside.invited(invitations), strict=True):
            decision = decide(table, *invitation_of(invitation))
            assert decision.effect == expected, (invitation, decision)
            seen[expected] += 1
            lines.update(decision.lines)
    assert min(seen["permit"], seen["deny"]) > INVITATIONS / 50
    assert answering(table, "act", "invite") - lines == set()
