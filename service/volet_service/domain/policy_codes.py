"""Codes of the policy files that more than one reader checks, and the one error of those files."""

from __future__ import annotations

import re

_RULE = re.compile(r"R[0-9]{1,2}b?|P[0-9]{1,2}")
_ABSENT_RULES = frozenset({*(f"R{n}" for n in range(45, 50)), *(f"R{n}" for n in range(67, 70)), "R79"})


class PolicyError(ValueError):
    """The policy does not load: the message names file, line and code, and the process refuses to start."""


def is_rule(code: str) -> bool:
    """Tell whether a code names a rule that exists."""
    number = int(re.sub(r"\D", "", code) or 0)
    exists = _RULE.fullmatch(code) is not None and code not in _ABSENT_RULES
    return exists and 1 <= number <= (11 if code.startswith("P") else 78)
