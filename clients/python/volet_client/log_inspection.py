"""What an inspection asks of one case on one day (F18): who had access and by which facts, in printable French.

Replayed from the records of the log alone, up to the end of that day. Accounts and functions, no names: those are not
in it. What the hub did outside any case stands in `log_inspection_hub`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from volet_client.facts_words import Namer, sentence
from volet_client.log_replay import CaseReplay, Logged
from volet_client.log_reports import LEAVING, PARIS, user_of
from volet_client.resources import row_label
from volet_client.words import FRENCH
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_reference import reference_of
from volet_protocol.case_state import CaseChain, Directory
from volet_protocol.emergency_course import courses
from volet_protocol.fact_gesture import parts_of
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Notice, Opposition
from volet_protocol.fact_people import Participation
from volet_protocol.facts import Fact
from volet_protocol.log_payload import ViewPayload
from volet_protocol.opening_links import UserRecipient
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.release import TYPE as RELEASE

SHORT = 16
_GROUP, _CODE = 4, 32


@dataclass(frozen=True)
class Day:
    """The day inspected, in ms of Paris: its end is excluded."""

    start_ms: int
    end_ms: int

    def holds(self, at_ms: int) -> bool:
        """Tell whether an instant is in it."""
        return self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True)
class Inspected:
    """A case replayed to the end of a day, its acts until then, and by fact the leaf and the link that recorded it."""

    replay: CaseReplay
    acts: tuple[Logged, ...]
    recorded: Mapping[str, tuple[int, str]]

    @property
    def main(self) -> CaseChain:
        """The chain that says who takes part."""
        return self.replay.chains[MAIN]


def replayed(
    acts: Iterable[Logged], directory: Directory, tables: Mapping[str, PolicyTable], day: Day
) -> Inspected | None:
    """Return a case as it stood at the end of a day, None before it existed. Raises `ProtocolError` if it is broken."""
    replay, until = CaseReplay(directory, tables), list[Logged]()
    recorded: dict[str, tuple[int, str]] = {}
    for act in acts:
        if act.view is None or act.leaf.ts_ms >= day.end_ms:
            continue
        until.append(act)
        statement = act.statement
        if statement is None or statement.type == RELEASE or act.view.act == "refusal":
            continue
        replay.apply(act, statement)
        for part in () if act.fact is None else parts_of(act.fact):
            recorded[part.hash] = act.index, statement.hash
    return Inspected(replay, tuple(until), recorded) if MAIN in replay.chains else None


def inspect(
    acts: Iterable[Logged], directory: Directory, tables: Mapping[str, PolicyTable], day: Day, hub: Sequence[str] = ()
) -> list[str]:
    """Return the lines of the sheet. `hub` are those about what the hub did outside any case."""
    found = replayed(acts, directory, tables, day)
    if found is None:
        return [f"Le dossier n'existait pas le {on(day.start_ms)}."]
    gone = sum(len(state.missing) for state in found.replay.chains.values())
    kept_back = (
        "Ne peut être montré : les noms, qui ne sont pas dans le journal ; les contenus, chiffrés ; "
        f"les faits effacés ({gone})."
    )
    that_day = [act for act in found.acts if day.holds(act.leaf.ts_ms)]
    return [
        f"Contrôle du journal des accès : dossier {reference_of(found.main.case)}, le {on(day.start_ms)}", "",
        f"Règle appliquée : {_policy(found.acts)[:SHORT] or 'aucune'}.", "",
        "Avaient accès ce jour-là :", *_or(members(found, day), "personne d'autre que qui a ouvert le dossier"), "",
        "Informations, accords et oppositions enregistrés :", *_or(_stated(found), "aucun"), "",
        "Communications en vigueur :", *_or(_openings(found, day), "aucune"), "",
        "Accès en urgence :", *_or(_emergencies(found, day), "aucun"), "",
        "Impressions et exports :", *_or(_leaving(that_day), "aucun"), "",
        "Incidents :", *_or(_taken_back(found, day), "aucun"), "",
        "Ce jour-là :", *counted(that_day), "",
        *hub, *([""] if hub else []),
        kept_back,
    ]  # fmt: skip


def members(found: Inspected, day: Day, structure: str | None = None) -> Iterator[str]:
    """Yield who took part that day, of one structure or of all, each with the fact that says so."""
    facts = found.main.facts
    for one in facts.of(Participation):
        fact = one.fact
        held = fact.start_ms < day.end_ms and facts.participation_end(one) > day.start_ms
        if held and structure in {None, fact.capacity.structure}:
            where = f"{row_label(fact.capacity.row, FRENCH)}, {fact.capacity.structure}, compte {fact.user[:SHORT]}"
            yield f"- {where}, depuis le {on(fact.start_ms)} ({_source(found, one.hash)})"


def counted(acts: Iterable[Logged]) -> Iterator[str]:
    """Yield how many acts of each kind there were."""
    views = [act.view for act in acts if act.view is not None]
    counts = {
        "consultations": sum(view.act == "release" for view in views),
        "refus": sum(view.act == "refusal" for view in views),
        "dépôts": sum(view.act == "deposit" for view in views),
        "accès en urgence": sum(view.act == "emergency-start" for view in views),
        "impressions et exports": sum(_leaves(view) for view in views),
        "consultations du journal": sum(view.act == "log-look" for view in views),
    }
    yield from (f"- {name} : {count}" for name, count in counts.items())


def on(at_ms: int) -> str:
    """Return the day of an instant in Paris."""
    return _paris(at_ms).strftime("%d/%m/%Y")


def at(at_ms: int) -> str:
    """Return an instant in Paris, to the minute."""
    return _paris(at_ms).strftime("%d/%m/%Y %H:%M")


def _paris(at_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone(PARIS)


def _policy(acts: Sequence[Logged]) -> str:
    return next((act.view.policy for act in reversed(acts) if act.view is not None and act.view.policy), "")


def _source(found: Inspected, fact: str) -> str:
    leaf, _ = found.recorded.get(fact, (None, ""))
    return f"fait {fact[:SHORT]}" + ("" if leaf is None else f", journal n° {leaf}")


def _paper(found: Inspected, fact: str) -> str:
    """Return the code that the paper handed to the person bears: the first half of the link's hash."""
    _, link = found.recorded.get(fact, (0, ""))
    return " ".join(link[start : start + _GROUP] for start in range(0, _CODE, _GROUP)) if link else ""


def _stated(found: Inspected) -> Iterator[str]:
    facts = found.main.facts
    names = Namer(FRENCH, lambda user: user[:SHORT], lambda code: code)
    of: list[tuple[Fact, str, int]] = [
        (one.fact, one.hash, one.recorded_ms)
        for kind in (Notice, Consent, ConsentWithdrawal, Opposition)
        for one in facts.of(kind)
    ]
    for fact, hash_, at_ms in sorted(of, key=lambda one: one[2]):
        paper = _paper(found, hash_)
        said = f", attestation {paper}" if paper and isinstance(fact, Consent | ConsentWithdrawal) else ""
        text = getattr(fact, "text", None)
        said += f", texte remis {text[:SHORT]}" if isinstance(text, str) else ""
        kept = getattr(fact, "support", None)
        said += f", laissé : {kept}" if isinstance(kept, str) else ""
        yield f"- {sentence(fact, facts, names)} ({_source(found, hash_)}, enregistré le {on(at_ms)}{said})"


def _openings(found: Inspected, day: Day) -> Iterator[str]:
    for state in found.replay.chains.values():
        for hash_, one in state.openings.items():
            link = one.link
            made = link.head.preamble.time_ms
            if one.closed_seq is not None or made >= day.end_ms or link.until_ms <= day.start_ms:
                continue
            to = link.recipient
            whom = (
                f"compte {to.user[:SHORT]}"
                if isinstance(to, UserRecipient)
                else f"{row_label(to.row, FRENCH)}, {to.structure}"
            )
            until = f"du {on(made)} au {on(link.until_ms)}, par le compte {one.opener[:SHORT]}"
            yield f"- {len(link.entries)} élément(s) à {whom}, {until} ({hash_[:SHORT]})"


def _emergencies(found: Inspected, day: Day) -> Iterator[str]:
    facts: CaseFacts = found.main.facts
    for course in courses(facts):
        fact = course.record.fact
        if fact.opened_ms >= day.end_ms or course.over_ms <= day.start_ms:
            continue
        reviewed = course.reviews[-1].fact.outcome if course.reviews else ""
        word = {"legitimate": "relu : légitime", "not_legitimate": "relu : NON légitime"}.get(reviewed, "À RELIRE")
        who = f"{row_label(fact.row, FRENCH)}, {fact.structure}, compte {fact.user[:SHORT]}"
        yield f"- {at(fact.opened_ms)} : {who} ({_source(found, course.record.hash)}, {word})"


def _leaves(view: ViewPayload) -> bool:
    return view.act == "release" and view.intent in LEAVING


def _leaving(acts: Iterable[Logged]) -> Iterator[str]:
    for act in acts:
        view = act.view
        if view is not None and _leaves(view):
            to = "" if view.to is None else f", remis à : {row_label(view.to, FRENCH)}"
            yield f"- {at(act.leaf.ts_ms)} : {who_of(act, view)}, {len(view.entries)} élément(s){to} (n° {act.index})"


def _taken_back(found: Inspected, day: Day) -> Iterator[str]:
    """Yield what its author took back that day after somebody else had opened it: sent to the wrong person or file."""
    for act in found.acts:
        if act.view is None or act.view.act != "take-back" or not day.holds(act.leaf.ts_ms):
            continue
        taken = f"élément {act.view.entries[0][:SHORT]} repris à {at(act.leaf.ts_ms)} (n° {act.index})"
        for one in found.acts:
            if one.view is not None and one.index < act.index and _opened(one, act):
                yield f"- {taken} ; ouvert avant par {who_of(one, one.view)}, {at(one.leaf.ts_ms)} (n° {one.index})"


def _opened(act: Logged, taken_back: Logged) -> bool:
    view, back = act.view, taken_back.view
    if view is None or back is None or view.act != "release" or view.part != "body":
        return False
    return bool(set(view.entries) & set(back.entries)) and user_of(act) != user_of(taken_back)


def who_of(act: Logged, view: ViewPayload) -> str:
    """Return who acted: function and service, and the account."""
    role = (
        "la personne ou qui la représente" if view.row is None else f"{row_label(view.row, FRENCH)}, {view.structure}"
    )
    return f"{role}, compte {user_of(act)[:SHORT]}"


def _or(lines: Iterable[str], none: str) -> list[str]:
    return list(lines) or [f"- {none}"]
