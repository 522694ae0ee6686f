"""What an inspection asks of one case on one day (F18): who had access and by which facts, in printable French.

Replayed from the records of the log alone, up to the end of that day. Ids and functions, no names: those are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from volet_client.facts_words import Namer, date, sentence
from volet_client.log_replay import CaseReplay, Logged
from volet_client.resources import row_label
from volet_client.words import FRENCH
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import Directory
from volet_protocol.fact_notices import Consent, Notice, Opposition
from volet_protocol.fact_people import Participation
from volet_protocol.facts import Fact
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.release import TYPE as RELEASE

SHORT = 16


def inspect(
    acts: Iterable[Logged], directory: Directory, tables: Mapping[str, PolicyTable], day_ms: tuple[int, int]
) -> list[str]:
    """Return the lines of the sheet; `day_ms` is the day asked about, its end excluded. Raises for a broken chain."""
    start_ms, end_ms = day_ms
    replay, that_day, policy = CaseReplay(directory, tables), list[Logged](), ""
    for act in acts:
        view, statement = act.view, act.statement
        if view is None or statement is None or act.leaf.ts_ms >= end_ms:
            continue
        policy = view.policy or policy
        if act.leaf.ts_ms >= start_ms:
            that_day.append(act)
        if statement.type != RELEASE and view.act != "refusal":
            replay.apply(act, statement)
    main = replay.chains.get(MAIN)
    if main is None:
        return [f"Le dossier n'existait pas le {date(start_ms)}."]
    kept_back = (
        "Ne peut être montré : les noms, qui ne sont pas dans le journal ; les contenus, chiffrés ; "
        f"les faits effacés ({len(main.missing)})."
    )
    names = Namer(FRENCH, lambda user: user[:SHORT], lambda code: code)
    return [
        f"Contrôle du journal des accès : dossier {main.case[:SHORT]}, le {date(start_ms)}", "",
        f"Règle appliquée : {policy[:SHORT] or 'aucune'}.", "",
        "Avaient accès ce jour-là :", *_members(main.facts, start_ms, end_ms), "",
        "Informations, accords et oppositions enregistrés :", *_stated(main.facts, names), "",
        "Ce jour-là :", *_counted(that_day), "",
        kept_back,
    ]  # fmt: skip


def _members(facts: CaseFacts, start_ms: int, end_ms: int) -> list[str]:
    found = [
        f"- {row_label(one.fact.capacity.row, FRENCH)}, {one.fact.capacity.structure}, compte {one.fact.user[:SHORT]}, "
        f"depuis le {date(one.fact.start_ms)} (fait {one.hash[:SHORT]}, enregistré le {date(one.recorded_ms)})"
        for one in facts.of(Participation)
        if one.fact.start_ms < end_ms and facts.participation_end(one) > start_ms
    ]
    return found or ["- personne d'autre que qui a ouvert le dossier"]


def _stated(facts: CaseFacts, names: Namer) -> list[str]:
    found: list[tuple[Fact, str, int]] = [
        *((one.fact, one.hash, one.recorded_ms) for one in facts.of(Notice)),
        *((one.fact, one.hash, one.recorded_ms) for one in facts.of(Consent)),
        *((one.fact, one.hash, one.recorded_ms) for one in facts.of(Opposition)),
    ]
    return [
        f"- {sentence(fact, facts, names)} (fait {hash_[:SHORT]}, enregistré le {date(at_ms)})"
        for fact, hash_, at_ms in found
    ] or ["- aucun"]


def _counted(acts: Iterable[Logged]) -> list[str]:
    views = [act.view for act in acts if act.view is not None]
    counts = {
        "consultations": sum(view.act == "release" for view in views),
        "refus": sum(view.act == "refusal" for view in views),
        "accès en urgence": sum(view.act == "emergency-start" for view in views),
        "impressions et exports": sum(view.intent in {"print", "export"} for view in views if view.act == "release"),
    }
    return [f"- {name} : {count}" for name, count in counts.items()]
