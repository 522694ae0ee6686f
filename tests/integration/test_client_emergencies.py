"""Emergency access with whole clients around a hub: declared, answered at a sync, read, told, ended, reviewed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from volet_client.client import Client
from volet_client.errors import NotPermittedError, UsageError, VerificationError
from volet_client.members import GENERAL, Terms
from volet_client.refusals import DeniedError, NotFoundError, RefusedError
from volet_client.transport import HttpTransport
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_emergencies import LEGITIMATE, NOT_LEGITIMATE, UNCONSCIOUS
from volet_protocol.fact_notices import Opposition
from volet_protocol.places import Place

DETAIL, MEDICATION, SOCIAL = (Place("section", name) for name in ("medical/2", "medication/2", "social/2"))
WORDS = "Chute dans l'escalier, ne répond pas."


class Scene:
    """A case with its coordinator, its doctor and the person; an auditor; a doctor from elsewhere."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.coord = world.professional("coord", "S10", "dac")
        self.doctor = world.professional("doctor", "H1", "dac")
        self.person = world.person("person")
        self.auditor = world.professional("auditor", "O14", "operator")
        self.caller = world.professional("caller", "H1", "practice")
        self.case = self.coord.cases.open(person=self.person.author.user).case
        self.coord.members.give_notice(self.case, [GENERAL], "oral")
        self.coord.members.add(self.case, self.doctor.author.user, Terms())
        self.entry = self.doctor.entries.post(self.case, DETAIL, "Allergie", fields={"text": "pénicilline"}).id
        self.doctor.entries.post(self.case, MEDICATION, "Traitement", fields={"text": "aspirine"})
        self.emergency = ""

    def start(self, **more: Any) -> None:  # noqa: ANN401 -- any argument of the verb
        self.emergency = self.caller.emergencies.start(self.case, UNCONSCIOUS, WORDS, **more).emergency

    def answer(self, client: Client | None = None) -> dict[str, int]:
        client = client or self.doctor
        _, answered = client.emergency_answers.work(client.cases.view(self.case))
        assert not answered.refused, answered.refused
        return answered.opened

    def shown(self, client: Client) -> Any:  # noqa: ANN401 -- what the library shows
        return client.emergencies.shown(client.cases.view(self.case))[-1]


@pytest.fixture
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with client_world(tmp_path_factory.mktemp("called")) as world:
        yield Scene(world)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One case for tests that leave everything as it was."""
    with client_world(tmp_path_factory.mktemp("standing")) as world:
        yield Scene(world)


def test_an_emergency_from_its_declaration_to_its_review(scene: Scene) -> None:
    scene.start()
    assert [read.title for read in scene.caller.entries.titles(scene.case, DETAIL)] == [None]
    with pytest.raises(UsageError):
        scene.caller.entries.read(scene.case, DETAIL, scene.entry)
    assert scene.answer() == {scene.emergency: 2}
    assert scene.answer() == {}

    titles = [read.title.title for read in scene.caller.entries.titles(scene.case, DETAIL) if read.title]
    assert titles == ["Allergie"]
    body = scene.caller.entries.read(scene.case, DETAIL, scene.entry).body
    assert body is not None
    assert getattr(body, "fields", {})["text"] == "pénicilline"
    assert scene.caller.entries.titles(scene.case, MEDICATION)[0].title is not None
    with pytest.raises(NotPermittedError) as outside:
        scene.caller.entries.titles(scene.case, SOCIAL)
    assert "P5" in outside.value.rules

    for told in (scene.person, scene.coord):
        shown = scene.shown(told)
        assert (shown.text, shown.lasts, shown.entries) == (WORDS, True, 2)
    assert scene.shown(scene.doctor).text is None
    (audited,) = scene.auditor.emergency_reviews.listed()
    assert (audited.text, audited.fact.user, audited.review) == (WORDS, scene.caller.author.user, None)
    assert audited.capacity is not None
    assert audited.capacity.structure == "practice"
    with pytest.raises(NotFoundError):
        scene.auditor.cases.view(scene.case)

    scene.caller.emergencies.stop(scene.case)
    with pytest.raises(RefusedError):
        scene.caller.entries.read(scene.case, DETAIL, scene.entry)
    assert scene.shown(scene.coord).awaits_review
    scene.coord.emergency_reviews.review(scene.case, scene.emergency, LEGITIMATE, "Confirmé.", "oral")
    reviewed = scene.shown(scene.person)
    assert (reviewed.review_text, reviewed.awaits_review) == ("Confirmé.", False)
    (closed,) = scene.auditor.emergency_reviews.listed()
    assert closed.review is not None
    assert (closed.review.outcome, closed.review.told is not None) == (LEGITIMATE, True)


def test_every_step_of_it_is_shown_to_the_person_in_their_log(scene: Scene) -> None:
    scene.start()
    scene.answer()
    scene.caller.entries.read(scene.case, DETAIL, scene.entry)
    scene.caller.emergencies.stop(scene.case)
    shown = scene.person.audit.accesses(scene.case)
    assert shown.complete
    urgent = [act.view.act for act in shown.acts if act.view is not None and act.view.emergency]
    assert urgent[0] == "emergency-start"
    assert urgent[-1] == "emergency-stop"
    assert urgent.count("release") == 2


def test_an_auditor_closes_it_where_nobody_who_follows_the_case_did(scene: Scene) -> None:
    scene.start()
    scene.caller.emergencies.stop(scene.case)
    case, emergency = scene.auditor.emergency_reviews.find(scene.emergency[:8])
    scene.auditor.emergency_reviews.review(case, emergency, NOT_LEGITIMATE, "Aucune prise en charge.")
    shown = scene.shown(scene.person)
    assert shown.course.reviews[-1].fact.outcome == NOT_LEGITIMATE
    assert shown.review_text == "Aucune prise en charge."


def test_what_is_written_during_an_emergency_is_opened_at_the_next_sync(scene: Scene) -> None:
    scene.start()
    scene.answer()
    scene.doctor.entries.post(scene.case, DETAIL, "Appel", fields={"text": "x"})
    assert scene.answer() == {scene.emergency: 1}


def test_who_holds_no_key_answers_nothing(scene: Scene) -> None:
    scene.start()
    assert scene.answer(scene.coord) == {}


def test_the_caller_does_not_answer_themself(scene: Scene) -> None:
    scene.start()
    assert scene.answer(scene.caller) == {}


def test_the_person_who_opposed_is_obeyed(scene: Scene) -> None:
    scene.person.members.record(scene.case, Opposition("emergency_access", scene.person.clock(), GivenBy()))
    with pytest.raises(DeniedError):
        scene.start()


def test_an_opposition_after_the_declaration_stops_every_answer(scene: Scene) -> None:
    scene.start()
    scene.person.members.record(scene.case, Opposition("emergency_access", scene.person.clock(), GivenBy()))
    _, answered = scene.doctor.emergency_answers.work(scene.doctor.cases.view(scene.case))
    assert answered.opened == {}


@pytest.mark.parametrize("who", ["coord", "auditor", "person"])
def test_nobody_but_a_health_professional_declares(standing: Scene, who: str) -> None:
    with pytest.raises(UsageError):
        standing.world.clients[who].emergencies.start(standing.case, UNCONSCIOUS, WORDS)


@pytest.mark.parametrize(("text", "hours"), [(" ", 24), ("x" * 2001, 24), ("€" * 1366, 24), ("x", 0), ("x", 25)])
def test_what_cannot_be_a_reason_or_lasts_too_long_declares_nothing(standing: Scene, text: str, hours: int) -> None:
    with pytest.raises(UsageError):
        standing.caller.emergencies.start(standing.case, UNCONSCIOUS, text, hours)
    assert standing.coord.emergencies.shown(standing.coord.cases.view(standing.case)) == []


@pytest.mark.parametrize("who", ["doctor", "caller"])
def test_the_list_of_all_cases_is_the_auditors(standing: Scene, who: str) -> None:
    with pytest.raises(NotPermittedError):
        standing.world.clients[who].emergency_reviews.listed()


def test_there_is_nothing_to_stop_where_nothing_was_declared(standing: Scene) -> None:
    with pytest.raises(UsageError):
        standing.doctor.emergencies.stop(standing.case)


def test_a_reference_of_nothing_is_said_to_be_none(standing: Scene) -> None:
    with pytest.raises(UsageError):
        standing.caller.emergencies.start("0" * 64, UNCONSCIOUS, WORDS)


def test_a_fourth_declaration_of_a_day_is_one_too_many(scene: Scene) -> None:
    for _ in range(3):
        scene.start()
    with pytest.raises(RefusedError) as refused:
        scene.start()
    assert refused.value.code == "too-many-requests"


def test_an_agent_answers_nothing_without_witnesses(scene: Scene) -> None:
    scene.start()
    view = scene.doctor.cases.view(scene.case)
    _, answered = scene.doctor.emergency_answers.work(view, agent=True)
    refused = answered.refused[scene.emergency]
    assert isinstance(refused, ProtocolError)
    assert refused.reason is Reason.NOT_TRUSTED
    assert answered.opened == {}


class LyingTransport(HttpTransport):
    """The real hub, but for the receipt of a declaration: another act's in its place, or a bent one."""

    def __init__(self, origin: str, lie: str) -> None:
        super().__init__(origin)
        self._lie = lie

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = super().get(path, **params)
        if "/emergencies/" not in path:
            return answer
        changed = cast("dict[str, Any]", copy.deepcopy(answer))
        if self._lie == "another act":
            changed["started"] = changed["receipt"]
        elif self._lie == "not an emergency":
            changed["started"]["view"]["payload"].pop("emergency")
        else:
            changed["auditors"].append(self._lie)
        return changed


@pytest.mark.parametrize("lie", ["another act", "not an emergency"])
def test_a_lying_hub_gets_no_answer_on_a_forged_receipt(scene: Scene, lie: str) -> None:
    scene.start()
    scene.doctor.close()
    doctor = Client(scene.doctor.profile, LyingTransport(scene.world.url, lie))
    scene.world.clients["doctor"] = doctor
    view, answered = doctor.emergency_answers.work(doctor.cases.view(scene.case))
    assert isinstance(answered.refused[scene.emergency], VerificationError | ProtocolError)
    assert answered.opened == {}
    assert not view.main.openings


def test_whom_the_hub_only_calls_an_auditor_is_sealed_no_words(scene: Scene) -> None:
    nobody = scene.doctor.author.user
    scene.caller.close()
    caller = Client(scene.caller.profile, LyingTransport(scene.world.url, nobody))
    scene.world.clients["caller"] = scene.caller = caller
    started = caller.emergencies.start(scene.case, UNCONSCIOUS, WORDS)
    assert nobody not in started.told
    assert set(started.told) == {
        scene.person.author.user, scene.coord.author.user, scene.auditor.author.user,
    }  # fmt: skip
