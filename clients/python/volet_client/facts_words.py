"""Each fact of a case in one sentence, French and English, with names instead of codes (words of the screens)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from volet_client.facts_rebasing import reason_of
from volet_client.requests_words import request_words
from volet_client.resources import profession_label, row_label
from volet_client.words import ENGLISH, FRENCH, Said
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_absences import Absence
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_collection import collected_ms, is_late
from volet_protocol.fact_meetings import CLOSED, CaseLink, Conference
from volet_protocol.fact_notices import Consent, Information, Notice, NoticeLine, Opposition, Recipients, ToUser
from volet_protocol.fact_people import Episode, Participation, Person, Referent, Retention
from volet_protocol.fact_powers import Ability, Designation, Mandate, MinorSecret, Procedure
from volet_protocol.fact_requests import Request, RequestAnswer
from volet_protocol.facts import Fact
from volet_protocol.words import LEVELS, part_name

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Namer:
    """How this profile calls users and structures, in one language."""

    lang: str
    user: Callable[[str], str]
    structure: Callable[[str], str]

    def pick(self, said: Said) -> str:
        """Return a sentence in this language."""
        return said.to(self.lang)


MEANS: Mapping[str, Said] = {
    "oral": Said("de vive voix", "orally"),
    "phone": Said("par téléphone", "by phone"),
    "written": Said("par écrit", "in writing"),
    "paper": Said("sur papier", "on paper"),
    "electronic": Said("en ligne", "electronically"),
    "falc": Said("avec le texte facile à lire", "with the easy-to-read text"),
}
MANDATES: Mapping[str, Said] = {
    "parental_authority": Said("autorité parentale", "parental authority"),
    "delegated_parental_authority": Said("autorité parentale déléguée", "delegated parental authority"),
    "minor_guardianship": Said("tutelle du mineur", "guardianship of the minor"),
    "tutelle": Said("tutelle", "guardianship"),
    "curatelle_simple": Said("curatelle simple", "curatorship"),
    "curatelle_renforcee": Said("curatelle renforcée", "reinforced curatorship"),
    "sauvegarde": Said("sauvegarde de justice", "judicial protection"),
    "habilitation_familiale": Said("habilitation familiale", "family mandate"),
    "future_protection": Said("mandat de protection future", "future protection mandate"),
}
_DOMAINS = {"person": Said("la personne", "the person"), "property": Said("les biens", "the property")}
_MODES = {"representation": Said("représentation", "representation"), "assistance": Said("assistance", "assistance")}
_ABILITIES = {
    "able": Said("peut exprimer sa volonté", "can express their will"),
    "assisted": Said("exprime sa volonté avec une aide", "expresses their will with help"),
    "unable": Said("ne peut pas exprimer sa volonté", "cannot express their will"),
}
_PROCEDURES = {
    "ccapex": Said("prévention de l'expulsion (CCAPEX)", "eviction prevention (CCAPEX)"),
    "siao": Said("hébergement (SIAO)", "emergency housing (SIAO)"),
    "coordination_l121_6_2": Said("coordination demandée au maire", "coordination asked of the mayor"),
}
_DESIGNATIONS = {
    "mdph_medical": Said("pour lire la santé à la MDPH", "to read medical information in the MDPH"),
    "coordinator_l121_6_2": Said("coordonnateur désigné par le maire", "coordinator named by the mayor"),
}
_CONSENTS = {
    "share_outside_team": Said("partage hors de l'équipe", "share outside the team"),
    "mdph_exchange": Said("échange avec la MDPH", "exchange with the MDPH"),
    "person_request_to_third_party": Said("envoi à un tiers à sa demande", "sending to a third party at their request"),
}
_RETENTIONS = {
    "none": Said("dossier actif, dernier contact noté", "active case, last contact noted"),
    "archived": Said("dossier fermé et archivé", "case closed and archived"),
    "deleted": Said("dossier fermé, suppression décidée", "case closed, deletion decided"),
}
_PLAIN: Mapping[str, Said] = {
    "consent-withdrawal": Said("accord retiré", "consent withdrawn"),
    "opposition-end": Said("opposition levée", "opposition lifted"),
    "mandate-end": Said("fin d'une mesure ou d'un mandat", "end of a mandate"),
    "minor-secret-end": Said("secret du mineur levé", "minor's secret lifted"),
    "participation-end": Said("fin d'une participation", "end of a participation"),
    "episode-end": Said("fin de la prise en charge", "end of the care episode"),
    "fact-end": Said(
        "fin d'une désignation, d'une procédure, d'une charge de référent ou d'une invitation", "end of a designation"
    ),
    "conference-end": Said("réunion annulée ou terminée", "conference called off or over"),
    "case-link-end": Said("rapprochement de dossiers annulé", "link between cases taken back"),
    "emergency": Said("accès en urgence déclaré", "emergency access declared"),
    "emergency-reason": Said("motif de l'accès en urgence", "reason of an emergency access"),
    "emergency-end": Said("fin d'un accès en urgence", "end of an emergency access"),
    "emergency-review": Said("relecture d'un accès en urgence", "review of an emergency access"),
    "mask-end": Said("résultat annoncé à la personne", "result announced to the person"),
    "conference": Said("réunion convoquée", "conference convened"),
    "case-link": Said("rapprochement avec un autre dossier", "link with another case"),
    "invitation": Said("invitation par code", "invitation by a code"),
    "death": Said("décès de la personne : dossier figé", "death of the person: the case is frozen"),
}


def date(at_ms: int) -> str:
    """Return an instant as a French date, in the time zone of this machine."""
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y")


def moment(at_ms: int) -> str:
    """Return an instant with its time of day."""
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC).astimezone().strftime("%d/%m/%Y %H:%M")


def parts(information: Iterable[Information], lang: str) -> str:
    """Return « Santé, le détail ; Traitements, l'essentiel »."""
    return " ; ".join(f"{part_name(item.compartment, lang)}, {LEVELS[lang][item.level]}" for item in information)


def recipients(to: Recipients, names: Namer) -> str:
    """Return whom a consent names."""
    categories = {1: Said("professionnels de santé", "health professionals"), 2: Said("professionnels du social", "social professionals")}  # fmt: skip  # noqa: E501 - one table
    whom = [
        *(names.pick(categories[one]) for one in to.categories or ()),
        *(row_label(row, names.lang) for row in to.rows or ()),
        *(profession_label(code) for code in to.professions or ()),
        *(names.user(user) for user in to.users or ()),
        *(names.structure(structure) for structure in to.structures or ()),
        *(to.outsiders or ()),
    ]
    return ", ".join(whom)


def giver(given_by: GivenBy, facts: CaseFacts, names: Namer) -> str:
    """Return whose words: the person's, or a representative's by name."""
    if given_by.mandate is None:
        return names.pick(Said("la personne", "the person"))
    holders = [record.fact.holder for record in facts.of(Mandate) if record.hash == given_by.mandate]
    who = names.user(holders[0]) if holders else given_by.mandate[:8]
    return names.pick(Said(f"{who}, qui la représente", f"{who}, who represents them"))


def opposed(fact: Opposition, names: Namer) -> str:
    """Return to whom or to what the person is opposed."""
    everybody = names.pick(Said("tout échange et tout partage", "any exchange and share"))
    emergency = names.pick(Said("l'accès en urgence", "emergency access"))
    whom = {
        "all": [everybody],
        "emergency_access": [emergency],
        "professional": [names.user(user) for user in fact.users],
        "row": [row_label(row, names.lang) for row in fact.rows],
        "category": [recipients(Recipients(categories=fact.categories), names)],
        "compartment": [part_name(one, names.lang) for one in fact.compartments],
        "entry": [entry[:8] for entry in fact.entries],
    }[fact.scope]
    spared = [] if fact.spared is None else [
        *(names.user(user) for user in fact.spared.users), *(row_label(row, names.lang) for row in fact.spared.rows)
    ]  # fmt: skip
    but = f" ({names.pick(Said('sauf', 'except'))} {', '.join(spared)})" if spared else ""
    return ", ".join(whom) + but


def sentence(record_fact: Fact, facts: CaseFacts, names: Namer) -> str:
    """Return what a fact says, without its dates of recording."""
    fr = names.lang == FRENCH
    match record_fact:
        case Consent() as fact:
            word = names.pick(_consent_word(fact))
            means = names.pick(MEANS[fact.means])
            whom = recipients(fact.recipients, names)
            kind = names.pick(_CONSENTS[fact.kind])
            by = giver(fact.given_by, facts, names)
            said = f"{word} ({kind}) : {parts(fact.information, names.lang)} — {'pour' if fr else 'for'} {whom}"
            return f"{said} — {by}, {means}"
        case Opposition() as fact:
            word = "opposition à" if fr else "opposition to"
            return (
                f"{word} {opposed(fact, names)} — {giver(fact.expressed_by, facts, names)}{_until(fact.until_ms, fr)}"
            )
        case Notice() as fact:
            told = " ; ".join(_line(line, names) for line in fact.lines)
            return f"{'personne informée' if fr else 'person informed'} {names.pick(MEANS[fact.means])} : {told}"
        case Mandate() as fact:
            return _mandate(fact, names)
        case Participation() as fact:
            who = names.user(fact.user)
            where = names.structure(fact.capacity.structure)
            verb = "participe" if fr else "takes part"
            return f"{who} {verb} : {row_label(fact.capacity.row, names.lang)}, {where}{_until(fact.until_ms, fr)}"
        case Referent() as fact:
            found = [record.fact.user for record in facts.of(Participation) if record.hash == fact.participation]
            who = names.user(found[0]) if found else fact.participation[:8]
            return f"{'référent de parcours' if fr else 'referent'} : {who}{_until(fact.until_ms, fr)}"
        case Absence() as fact:
            return _absence(fact, facts, names)
        case Request() | RequestAnswer() as fact:
            by = giver(fact.made_by, facts, names) if isinstance(fact, Request) else ""
            return request_words(fact, by, names.pick(MEANS[fact.means]), names.lang)
        case _:
            return _other(record_fact, names)


def _absence(fact: Absence, facts: CaseFacts, names: Namer) -> str:
    people = {record.hash: names.user(record.fact.user) for record in facts.of(Participation)}
    who, relay = (people.get(one, one[:8]) for one in (fact.participation, fact.relay))
    first, last = date(fact.from_ms), date(fact.until_ms - 1)
    return names.pick(
        Said(
            f"{who} : absence du {first} au {last}, relais : {relay}", f"{who}: away {first} to {last}, relay: {relay}"
        )
    )


def _other(record_fact: Fact, names: Namer) -> str:
    fr = names.lang == FRENCH
    match record_fact:
        case Person() as fact:
            account = names.user(fact.user) if fact.user else ("sans compte" if fr else "without account")
            return f"{'personne du dossier' if fr else 'person of the case'} : {account} ({fact.identity_status})"
        case Episode() as fact:
            return f"{'prise en charge ouverte le' if fr else 'care episode opened'} {date(fact.start_ms)}"
        case Ability() as fact:
            who = "la personne" if fr else "the person"
            return f"{who} {names.pick(_ABILITIES[fact.state])}{_until(fact.until_ms, fr)}"
        case MinorSecret() as fact:
            word = "secret demandé par le mineur" if fr else "secret asked by the minor"
            return f"{word} : {len(fact.entries)} {'élément(s)' if fr else 'entries'}"
        case Designation() as fact:
            what = names.pick(_DESIGNATIONS[fact.kind])
            return f"{names.user(fact.designated)} : {what}{_until(fact.until_ms, fr)}"
        case Procedure() as fact:
            what = names.pick(_PROCEDURES[fact.kind])
            return f"{'procédure' if fr else 'procedure'} : {what}, {fact.authority}{_until(fact.until_ms, fr)}"
        case Conference() | CaseLink():
            return _meeting(record_fact, names)
        case Retention() as fact:
            return f"{names.pick(_RETENTIONS[fact.decision])} ({date(fact.last_contact_ms)})"
        case _:
            return names.pick(_PLAIN[record_fact.type])


def _meeting(fact: Conference | CaseLink, names: Namer) -> str:
    if isinstance(fact, CaseLink):
        other = fact.other[:8]
        closed = Said(f"dossier clos à l'écriture, suite dans {other}", f"case closed to writing, goes on in {other}")
        goes_on = Said(f"ce dossier continue le dossier {other}", f"this case continues case {other}")
        return names.pick(closed if fact.role == CLOSED else goes_on)
    people = len(fact.participants) + (fact.outside or 0)
    return names.pick(
        Said(
            f"réunion du {moment(fact.from_ms)} : {people} participant(s), {len(fact.entries)} document(s)",
            f"conference of {moment(fact.from_ms)}: {people} participant(s), {len(fact.entries)} document(s)",
        )
    )


def recorded(record: Record[F], names: Namer) -> str:
    """Return who recorded a fact and when: « recueilli le …, enregistré le … » where the two are not one moment."""
    who, collected = names.user(record.author.user), collected_ms(record.fact)
    said = Said(
        f"enregistré le {moment(record.recorded_ms)} par {who}", f"recorded {moment(record.recorded_ms)} by {who}"
    )
    if collected is not None and moment(collected) != moment(record.recorded_ms):
        said = Said(f"recueilli le {moment(collected)}, {said.fr}", f"collected {moment(collected)}, {said.en}")
    if is_late(record.fact, record.recorded_ms):
        why = reason_of(record.fact)
        said = Said(f"{said.fr} — TARDIF : {why.fr}", f"{said.en} — LATE: {why.en}")
    return names.pick(said)


def _consent_word(fact: Consent) -> Said:
    return Said("accord", "consent") if fact.decision == "given" else Said("refus", "refusal")


def _mandate(fact: Mandate, names: Namer) -> str:
    domains = ", ".join(names.pick(_DOMAINS[one]) for one in fact.domains)
    without = Said(" (sans l'exercice : pas d'accès au dossier)", " (without exercise: no access)")
    acts = "" if fact.acts is None else f" [{', '.join(part_name(one, names.lang) for one in fact.acts)}]"
    kind, mode = names.pick(MANDATES[fact.kind]), names.pick(_MODES[fact.mode])
    return (
        f"{kind} : {names.user(fact.holder)} — {domains}, {mode}{acts}"
        f"{'' if fact.exercise else names.pick(without)}{_until(fact.until_ms, names.lang == FRENCH)}"
    )


def _line(line: NoticeLine, names: Namer) -> str:
    if line.to is None:
        return names.pick(Said("l'équipe partage, elle peut s'y opposer", "the team shares, they may oppose it"))
    if isinstance(line.to, ToUser):
        who = names.user(line.to.user)
    else:
        who = f"{row_label(line.to.row, names.lang)}, {names.structure(line.to.structure)}"
    verb = "sera connu de" if names.lang != ENGLISH else "will be known to"
    return f"{parts(line.information, names.lang)} {verb} {who}"


def _until(until_ms: int | None, french: bool) -> str:  # noqa: FBT001 - private
    if until_ms is None:
        return ""
    return f", jusqu'au {date(until_ms)}" if french else f", until {date(until_ms)}"
