"""One decision in words, step after step of the decision order (rules.md section 2; docs/spec/policy-table.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from volet_protocol import shields, situation
from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Decision, Question
from volet_protocol.vocabulary import COMPARTMENT_SET
from volet_protocol.words import LEVELS, explain, obligations, part_name

_STEPS = (
    (("gate",), "La porte : compte, ligne, dossier en service", "Gate: account, row, file in use"),
    (("never",), "Jamais : la case exclut cette partie", "Never: the cell excludes that part"),
    (("own", "masks"), "Son propre écrit, puis les masques", "One's own entry, then masks"),
    (("opposition",), "L'opposition de la personne", "The person's opposition"),
    (("regime", "act"), "Un régime particulier, un acte", "A special regime, an act"),
    (("participation", "history"), "La participation à la prise en charge", "Taking part in the care"),
    (("team", "named", "exchange"), "Dans l'équipe, ou un envoi nommé", "In the team, or sent by name"),
    (("care",), "Dans la prise en charge, hors de l'équipe", "In the care, outside the team"),
    ((), "Sinon : refus", "Otherwise: denied"),
)
_ACTIONS = {
    "read": ("lire", "read"), "write": ("écrire", "write"), "list": ("lister", "list"),
    "exchange": ("envoyer", "send"), "break_glass": ("ouvrir en urgence", "open in emergency"),
    "export_document": ("sortir un document", "send a document out"), "consent": ("recueillir un accord", "consent"),
    "withdraw_consent": ("retirer un accord", "withdraw a consent"), "invite": ("inviter", "invite"),
    "open_account": ("ouvrir un compte", "open an account"), "read_log": ("lire le journal", "read the log"),
    "export_log": ("exporter le journal", "export the log"),
    "read_content_from_log": ("lire un contenu depuis le journal", "read content from the log"),
    "keep_active": ("garder le dossier en service", "keep the file active"),
}  # fmt: skip
_COLON = {"fr": " : ", "en": ": "}


def told(  # noqa: PLR0917 -- the question and its world, then the words
    table: PolicyTable, facts: CaseFacts, question: Question, sentences: Mapping[str, str],
    labels: Mapping[str, str], lang: str,
) -> Iterator[str]:  # fmt: skip
    """Yield the lines that tell a decision: the question, each step, the answer, what follows, the next step.

    `sentences` gives what each policy line says, with its article, `labels` what people call a row. For whoever writes
    the law, not for the requester: a refusal that hides is shown with its reason.
    """
    decision = decide(table, facts, question)
    english = lang == "en"
    colon = _COLON[lang]
    yield asked(question, labels, lang)
    decided = next((number for number, step in enumerate(_STEPS) if decision.step in step[0]), len(_STEPS) - 1)
    findings = _findings(table, facts, question)
    for number, (_, french, in_english) in enumerate(_STEPS):
        if number > decided:
            found = "not reached" if english else "non atteinte"
        else:
            found = findings.get(number, "nothing" if english else "rien")
        mark = ("decides" if english else "décide") if number == decided else found
        yield f"  {number + 1}. {in_english if english else french}{colon}{mark}"
        if number == decided:
            yield from (f"       {name}{colon}{sentences[name]}" for name in decision.lines)
    yield from _answer(decision, english=english)
    yield explain(decision, question, lang)
    yield f"policy {decision.policy}" if english else f"politique {decision.policy}"


def asked(question: Question, labels: Mapping[str, str], lang: str) -> str:
    """Return the question in words."""
    action = _ACTIONS.get(question.action, (question.action, question.action))[lang == "en"]
    part = f" « {part_name(question.compartment, lang)} »" if question.compartment else ""
    level = f", {LEVELS[lang][question.level]}" if question.level else ""
    entry = f", {'entry' if lang == 'en' else 'écrit'} {question.entry.id}" if question.entry else ""
    return f"{who(question, labels, lang)}{_COLON[lang]}{action}{part}{level}{entry}"


def who(question: Question, labels: Mapping[str, str], lang: str) -> str:
    """Return who asks: user, row as code and as people call it, category, structure."""
    capacity = question.capacity
    if capacity is None:
        return f"{question.user} ({'la personne ou un représentant' if lang == 'fr' else 'the person or their own'})"
    category = f", {'category' if lang == 'en' else 'catégorie'} {capacity.category}" if capacity.category else ""
    return f"{question.user} ({named(capacity.row, labels)}{category}, {capacity.structure})"


def named(row: str, labels: Mapping[str, str]) -> str:
    """Return a row for a lawyer: its code, then what people call it where the policy says so."""
    return f"{row} {labels[row]}" if row in labels else row


def _answer(decision: Decision, *, english: bool) -> Iterator[str]:
    hidden = (", hidden" if english else ", sans en révéler l'existence") if decision.hidden else ""
    colon = _COLON["en" if english else "fr"]
    yield f"{decision.effect} ({'/'.join(decision.rules)}){hidden}"
    if decision.facts:
        yield f"  {'facts' if english else 'faits'}{colon}{', '.join(decision.facts)}"
    if decision.missing is not None:
        missing = decision.missing
        named = ", ".join(f"{item.compartment}/{item.level}" for item in missing.information)
        yield f"  {'missing' if english else 'manque'}{colon}{missing.what} {missing.kind} {named}".rstrip()
    if decision.obligations:
        said = zip(decision.obligations, obligations(decision, "en" if english else "fr"), strict=True)
        owed = ", ".join(f"{words} ({code})" for code, words in said)
        yield f"  {'then' if english else 'ensuite'}{colon}{owed}"


def _findings(table: PolicyTable, facts: CaseFacts, question: Question) -> dict[int, str]:
    """Return the closed code that each step found, by its place in the order; nothing where it found nothing."""
    capacity = question.capacity
    standing = situation.standing_of(facts, question)
    row = standing.row if standing.row is not None and table.row(standing.row) else None
    found = {0: shields.gate(table, facts, question, capacity.row if capacity else None), 5: standing.relation}
    if row is not None and question.compartment in COMPARTMENT_SET:
        found[1] = f"{row}/{question.compartment} = {table.cell(row, question.compartment)}"
    if row is not None and question.entry is not None:
        found[2] = shields.mask(facts, question.entry, question, row, standing.relation)
    entry = question.entry.id if question.entry else None
    found[3] = shields.opposition(facts, question, entry, emergency=standing.relation == "emergency")[0]
    return {step: code for step, code in found.items() if code}
