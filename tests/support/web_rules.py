"""The rules that the web client carries as data: `clients/web/src/protocol/rules-data.json`, from the Python package's.

To write it again: `PYTHONPATH=tests python -m support.web_rules`.
"""

from __future__ import annotations

import json
from pathlib import Path

from volet_protocol.act_rules import ACT_RULES
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.problems import Problem

PATH = Path(__file__).resolve().parents[2] / "clients/web/src/protocol/rules-data.json"


def text() -> str:
    """Return the file as it has to be."""
    rules = {
        "facts": {
            type_: {"effect": rule.effect, "signers": sorted(rule.signers)}
            for type_, rule in sorted(FACT_RULES.items())
        },
        "acts": {
            act: {"facts": sorted(rule.facts), "who": sorted(rule.who), "rows": sorted(rule.rows)}
            for act, rule in sorted(ACT_RULES.items())
        },
        "problems": [problem.value for problem in Problem],
    }
    return json.dumps(rules, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
