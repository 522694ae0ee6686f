"""One line for each act of the log, in words: no row, no category, no rule's code on a person's screen (glossary)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from volet_client.access_rules import title_of
from volet_client.accesses import Reader, reader_of
from volet_client.audit import Access
from volet_client.cli.asking import user_name
from volet_client.client import Client
from volet_client.facts_rebasing import LATE
from volet_client.facts_words import moment
from volet_client.resources import row_label
from volet_client.words import Said
from volet_protocol.erasures import ErasureReason
from volet_protocol.fact_people import Participation
from volet_protocol.fact_powers import Emergency
from volet_protocol.leaf import Erasure, LeafType
from volet_protocol.log_payload import ViewPayload
from volet_protocol.log_positions import text_of
from volet_protocol.operator_roles import ADMINISTRATOR, AUDITOR, HOST, OFFICER
from volet_protocol.trust_bundle import TEAM_NAMES, TrustBundle
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
    "erase": Said("effacement", "erasure"),
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
_ROLES = {
    AUDITOR: Said("auditeur", "auditor"),
    OFFICER: Said("délégué à la protection des données", "data protection officer"),
    ADMINISTRATOR: Said("administrateur informatique", "IT administrator"),
    HOST: Said("hébergeur", "host"),
}
_NOTHING = Said("", "")
_NO_FUNCTION = Said("la personne ou qui la représente", "the person, or who represents them")
_WHY_ERASED = {
    ErasureReason.PERSON_ASKED: Said("à la demande de la personne", "asked by the person"),
    ErasureReason.UNLAWFUL: Said("recueilli sans droit", "collected unlawfully"),
    ErasureReason.WRONG_PERSON: Said("versé au dossier d'une autre personne", "put into another person's case"),
    ErasureReason.COURT_ORDER: Said("sur décision de justice", "by a court's order"),
}


class ActWords:
    """Says one act, with nothing but its view: also off line, from a receipt. `structures` gives labels by id."""

    def __init__(self, structures: Mapping[str, str]) -> None:
        self._structures = structures

    def line(self, index: int, time_ms: int, view: ViewPayload | None, name: str | None) -> Said:
        """Return the line of one act; `name` is who acted, where it may be said. The number is that of its leaf."""
        when, where = moment(time_ms), text_of(index)
        if view is None:
            return Said(f"✓ {when}  n° {where}  effacé", f"✓ {when}  no. {where}  erased")
        return Said(
            f"✓ {when}  n° {where}  " + ", ".join(self._parts(view, name, "fr")),
            f"✓ {when}  no. {where}  " + ", ".join(self._parts(view, name, "en")),
        )

    def who(
        self, row: str | None, structure: str | None, name: str | None, lang: str, watching: str | None = None
    ) -> str:
        """Return who acted: name, function, service; the person and who represents her have no function.

        `watching`: which of the roles of who runs or watches the hub, that one row stands for.
        """
        role = row_label(row, lang) if row else ""
        role = _ROLES[watching].to(lang) if watching is not None else role
        where = self._structures.get(structure or "", structure or "")
        service = " · ".join(part for part in (role, where) if part)
        if name is None:
            return service or _NO_FUNCTION.to(lang)
        return f"{name} ({service})" if service else name

    def _parts(self, view: ViewPayload, name: str | None, lang: str) -> list[str]:
        what = _ACTS.get(view.act, Said(view.act, view.act)).to(lang)
        who = self.who(view.row, view.structure, name, lang, view.role)
        how = " ".join(
            said.to(lang)
            for said in (_PARTS.get(view.part or "", _NOTHING), _INTENTS.get(view.intent or "", _NOTHING))
            if said != _NOTHING
        )
        if view.to is not None:
            how += f" → {row_label(view.to, lang)}"
        head = f"{what} : {who}" if lang == "fr" else f"{what}: {who}"
        parts = (
            head,
            _where(view, lang),
            how,
            purpose_words(view.purpose, lang),
            _late(view, lang),
            _title(view, lang),
        )
        return [part for part in parts if part]


class AccessWords:
    """Says the acts of a case.

    People on its team list, and who declared an emergency, are named by the names that this client knows, unless the
    controller's trust bundle says functions and services only (F17).
    """

    def __init__(self, client: Client, case: str | None) -> None:
        self._client = client
        self._team: Mapping[str, str] = {}
        self._callers: Mapping[tuple[str, str], frozenset[str]] = {}
        if case is not None and client.profile.bundle.access_names == TEAM_NAMES:
            facts = client.cases.view(case).main.facts
            self._team = {record.hash: record.fact.user for record in facts.of(Participation)}
            self._callers = _callers(record.fact for record in facts.of(Emergency))
        self._words = ActWords(structure_labels(client.profile.bundle))

    def line(self, act: Access) -> Said:
        """Return the line of one act."""
        name = None if act.view is None else self._name(reader_of(act, act.view), emergency=_in_emergency(act.view))
        said, why = self._words.line(act.index, act.time_ms, act.view, name), _why_erased(act)
        return Said(f"{said.fr}{why.fr}", f"{said.en}{why.en}")

    def who(self, act: Access, lang: str) -> str:
        """Return who did an act, as the line says it."""
        view = act.view
        if view is None:
            return ""
        name = self._name(reader_of(act, view), emergency=_in_emergency(view))
        return self._words.who(view.row, view.structure, name, lang, view.role)

    def _name(self, reader: Reader, *, emergency: bool) -> str | None:
        user = self._team.get(reader.participation or "") or reader.user
        if user is None and emergency:
            # Two people of one function and service: neither is named, because it may have been the other.
            called = self._callers.get((reader.row or "", reader.structure or ""), frozenset())
            user = next(iter(called)) if len(called) == 1 else None
        return None if user is None else user_name(self._client, user)


def structure_labels(bundle: TrustBundle) -> dict[str, str]:
    """Return what the trust bundle calls each structure."""
    return {structure.id: structure.label for registrar in bundle.registrars for structure in registrar.structures}


def purpose_words(purpose: str | None, lang: str) -> str:
    """Return what something was done for; nothing where no purpose is named."""
    return _PURPOSES.get(purpose or "", _NOTHING).to(lang)


def _callers(emergencies: Iterable[Emergency]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in emergencies:
        key = (one.row, one.structure)
        found[key] = found.get(key, frozenset()) | {one.user}
    return found


def _in_emergency(view: ViewPayload) -> bool:
    return view.emergency or view.act in {"emergency-start", "emergency-stop"}


def _title(view: ViewPayload, lang: str) -> str:
    said = title_of(view.rules)
    return "" if said is None else said.to(lang)


def _late(view: ViewPayload, lang: str) -> str:
    """Return the mark of a fact that waited more than 72 hours, with its reason."""
    if view.late is None or view.collected_ms is None:
        return ""
    why = LATE.get(view.late, Said("sans raison indiquée", "no reason given")).to(lang)
    when = moment(view.collected_ms)
    return f"TARDIF, recueilli le {when} : {why}" if lang == "fr" else f"LATE, collected {when}: {why}"


def _why_erased(act: Access) -> Said:
    """Return what the tombstone says of itself: the leaf that it is about, and why."""
    if act.leaf.type is not LeafType.ERASE:
        return _NOTHING
    erasure = Erasure.parse(act.leaf.body)
    why = {int(reason): said for reason, said in _WHY_ERASED.items()}.get(erasure.reason, _NOTHING)
    return Said(
        f", journal n° {text_of(erasure.index)} {why.fr}".rstrip(),
        f", log no. {text_of(erasure.index)} {why.en}".rstrip(),
    )


def _where(view: ViewPayload, lang: str) -> str:
    if view.compartment is None:
        return ""
    name, level = part_name(view.compartment, lang), LEVELS[lang].get(view.level or 0, "")
    return f"{name} ({level})" if level else name
