"""One line for each act of the log, in words: no row, no category, no rule's code on a person's screen (glossary)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from volet_client.audit import Access
from volet_client.cli.asking import user_name
from volet_client.client import Client
from volet_client.facts_rebasing import LATE
from volet_client.facts_words import moment
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol.fact_people import Participation
from volet_protocol.log_payload import ViewPayload
from volet_protocol.words import LEVELS, part_name

_ACTS = {
    "release": Said("consultation", "read"),
    "deposit": Said("écriture", "write"),
    "refusal": Said("refus", "refusal"),
    "opening": Said("communication", "opening"),
    "emergency-start": Said("accès en urgence déclaré", "emergency declared"),
    "emergency-stop": Said("fin d'un accès en urgence", "end of an emergency"),
    "opening-close": Said("fin de communication", "opening closed"),
    "fact": Said("fait noté", "fact"),
    "grant": Said("remise de clés", "grant"),
    "claim": Said("prise en charge", "claim"),
    "rotate": Said("renouvellement de clés", "rotation"),
    "revoke": Said("retrait de clés", "revocation"),
    "take-back": Said("reprise d'un envoi", "take-back"),
    "exchange": Said("échange", "exchange"),
    "log-look": Said("lecture du journal", "look at the log"),
    "case": Said("ouverture du dossier", "case opened"),
    "login": Said("connexion", "login"),
}
_INTENTS = {
    "open": Said("ouvert à l'écran", "opened on screen"),
    "sync": Said("remis à l'appareil", "handed to the device"),
    "search": Said("recherche", "search"),
    "offline": Said("remis pour une tournée", "taken off line"),
    "print": Said("imprimé", "printed"),
    "export": Said("exporté", "exported"),
}
_PARTS = {"title": Said("titre", "title"), "body": Said("contenu", "content")}
_PURPOSES = {
    "care": Said("soins", "care"),
    "coordination": Said("coordination", "coordination"),
    "emergency_care": Said("urgence", "emergency"),
    "child_protection": Said("protection de l'enfance", "child protection"),
    "mdph_evaluation": Said("évaluation MDPH", "MDPH evaluation"),
    "eviction_prevention": Said("prévention de l'expulsion", "eviction prevention"),
    "protection_measure": Said("mesure de protection", "protection measure"),
    "own_access": Said("accès à son propre dossier", "own access"),
    "person_request": Said("demande de la personne", "the person's request"),
    "authority_alert": Said("alerte à l'autorité", "alert to the authority"),
    "audit": Said("contrôle", "audit"),
    "retention": Said("conservation", "retention"),
}
_NOTHING = Said("", "")


class AccessWords:
    """Says acts in words. With a case, people on its team list are named by the names this client knows (F17)."""

    def __init__(self, client: Client, case: str | None) -> None:
        self._client = client
        self._team: Mapping[str, str] = {}
        if case is not None:
            facts = client.cases.view(case).main.facts
            self._team = {record.hash: record.fact.user for record in facts.of(Participation)}
        self._structures = {
            structure.id: structure.label
            for registrar in client.profile.bundle.registrars
            for structure in registrar.structures
        }

    def line(self, act: Access) -> Said:
        """Return the line of one act."""
        when = dt.datetime.fromtimestamp(act.time_ms / 1000, dt.UTC).astimezone().strftime("%d/%m %H:%M")
        view = act.view
        if view is None:
            return Said(f"✓ {when}  effacé", f"✓ {when}  erased")
        return Said(
            f"✓ {when}  " + ", ".join(self._parts(act, view, "fr")),
            f"✓ {when}  " + ", ".join(self._parts(act, view, "en")),
        )

    def _parts(self, act: Access, view: ViewPayload, lang: str) -> list[str]:
        what = _ACTS.get(view.act, Said(view.act, view.act)).to(lang)
        who, where = self._who(act, view, lang), _where(view, lang)
        how = " ".join(
            said.to(lang)
            for said in (_PARTS.get(view.part or "", _NOTHING), _INTENTS.get(view.intent or "", _NOTHING))
            if said != _NOTHING
        )
        if view.to is not None:
            how += f" → {row_label(view.to, lang)}"
        purpose = _PURPOSES.get(view.purpose or "", _NOTHING).to(lang)
        head = f"{what} : {who}" if who and lang == "fr" else f"{what}: {who}" if who else what
        return [part for part in (head, where, how, purpose, _late(view, lang)) if part]

    def _who(self, act: Access, view: ViewPayload, lang: str) -> str:
        user = self._team.get(view.participation or "") or (act.identity.user if act.identity is not None else None)
        role = row_label(view.row, lang) if view.row else ""
        structure = self._structures.get(view.structure or "", view.structure or "")
        service = " · ".join(part for part in (role, structure) if part)
        if user is None:
            return service
        return f"{user_name(self._client, user)} ({service})" if service else user_name(self._client, user)


def _late(view: ViewPayload, lang: str) -> str:
    """Return the mark of a fact that waited more than 72 hours, with its reason."""
    if view.late is None or view.collected_ms is None:
        return ""
    why = LATE.get(view.late, Said("sans raison indiquée", "no reason given")).to(lang)
    when = moment(view.collected_ms)
    return f"TARDIF, recueilli le {when} : {why}" if lang == "fr" else f"LATE, collected {when}: {why}"


def _where(view: ViewPayload, lang: str) -> str:
    if view.compartment is None:
        return ""
    name, level = part_name(view.compartment, lang), LEVELS[lang].get(view.level or 0, "")
    return f"{name} ({level})" if level else name
