"""facts.csv and acts.csv against the code that judges chains in every client: any difference, and nothing starts."""

from __future__ import annotations

from volet_protocol.act_rules import ACT_RULES
from volet_protocol.fact_rules import FACT_RULES, NARROWS, SIGNERS, WIDENS
from volet_protocol.vocabulary import ROW_SET
from volet_service.adapters.policy.csv_files import records
from volet_service.domain.policy_codes import PolicyError

_ACT_COLUMNS = ("act", "facts", "who", "rows", "sentence")
_FACT_COLUMNS = ("type", "effect", "signers", "sentence")
_NONE = "-"


def check_facts(text: str) -> None:
    """Refuse a facts.csv that says otherwise than the code which judges chains in every client."""
    seen: dict[str, tuple[str, frozenset[str]]] = {}
    for place, record in records("facts.csv", text, _FACT_COLUMNS):
        signers = frozenset(record["signers"].split("|"))
        if record["effect"] not in {WIDENS, NARROWS} or not signers <= SIGNERS or not record["sentence"]:
            raise PolicyError(f"{place}: unknown effect or signer, or no sentence")
        if record["type"] in seen:
            raise PolicyError(f"{place}: type {record['type']} twice")
        seen[record["type"]] = (record["effect"], signers)
    if seen != {type_: (rule.effect, rule.signers) for type_, rule in FACT_RULES.items()}:
        raise PolicyError("facts.csv: differs from the rules that judge the chains")


def check_acts(text: str) -> None:
    """Refuse an acts.csv that says otherwise than the code which judges the acts, or than who signs each fact."""
    seen: dict[str, tuple[frozenset[str], ...]] = {}
    stated: dict[str, frozenset[str]] = {}
    for place, record in records("acts.csv", text, _ACT_COLUMNS):
        facts, who, rows = (_sorted_codes(place, record[name]) for name in ("facts", "who", "rows"))
        known = facts <= FACT_RULES.keys() and who <= SIGNERS and rows <= ROW_SET and rows
        if not known or record["act"] in seen or not record["sentence"]:
            raise PolicyError(f"{place}: unknown fact, standing or row, act twice, or no sentence")
        seen[record["act"]] = (facts, who, rows)
        stated.update({fact: stated.get(fact, frozenset()) | who for fact in facts})
    if seen != {act: (rule.facts, rule.who, rule.rows) for act, rule in ACT_RULES.items()}:
        raise PolicyError("acts.csv: differs from the rules that judge the acts")
    signers = {type_: rule.signers for type_, rule in FACT_RULES.items()}
    wrong = sorted(type_ for type_, who in signers.items() if stated.get(type_) != who)
    if wrong:
        raise PolicyError(f"acts.csv: the acts of {', '.join(wrong)} are not open to whom facts.csv names")


def _sorted_codes(place: str, cell: str) -> frozenset[str]:
    """Read codes of a cell in order, `-` for none; refuse an order or a repetition that hides a difference."""
    found = [] if cell == _NONE else cell.split("|")
    if found != sorted(set(found)):
        raise PolicyError(f"{place}: codes twice or out of order")
    return frozenset(found)
