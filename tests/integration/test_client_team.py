"""Real clients around a real hub: one gesture to add somebody, one to tell the person what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.client_world import World, client_world
from volet_client import texts
from volet_client.client import Client
from volet_client.errors import NotReadableError, UsageError
from volet_client.notices_pages import as_html, as_text
from volet_client.refusals import DeniedError, RefusedError
from volet_client.team import OUTSIDE, PRESCRIBED, Joining
from volet_client.team_horizon import EPISODE, RECENT_MS, TODAY
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Information, Notice
from volet_protocol.fact_people import Participation
from volet_protocol.kinds import Content, Relation
from volet_protocol.places import Place

ESSENTIALS, DETAIL = Place("section", "medical/1"), Place("section", "medical/2")
PLAN = Place("section", "plan/1")
AGREED = (Information("medical", 2), Information("medication", 1))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("coord", "S13", "dac")
        world.professional("mo", "H1", "practice")
        world.professional("inf", "H2", "clinic")
        world.professional("relief", "H2", "clinic")
        world.professional("ass", "S1", "dac")
        world.professional("ide", "H2", "practice")
        world.person("mme")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A case just opened: nobody but its opener, nothing said to the person."""
    return world.clients["coord"].cases.open(person=user(world, "mme")).case


def user(world: World, name: str) -> str:
    return world.clients[name].author.user


def post(client: Client, case: str, text: str, *, place: Place = ESSENTIALS, supersedes: str | None = None) -> str:
    relations = () if supersedes is None else (Relation("supersedes", supersedes),)
    return client.entries.post(case, place, text[:20], fields={"text": text}, relations=relations).id


def read(client: Client, case: str, entry: str, place: Place = ESSENTIALS) -> str:
    body = client.entries.read(case, place, entry).body
    assert isinstance(body, Content)
    return str(body.fields["text"])


def with_team(world: World, case: str) -> None:
    """Dr Mo in the team, the person told, his key started, Coord holding what her function allows."""
    coord, mo = world.clients["coord"], world.clients["mo"]
    coord.team.add(case, mo.author.user, Joining(informed="oral", horizon=TODAY))
    coord.team.tell(case, "oral")
    post(mo, case, "Synthèse : vit seule, chutes.")
    mo.cases.sync(case)


# -- adding somebody ---------------------------------------------------------------------------------------------------


def test_somebody_of_the_team_is_added_and_the_person_told_by_one_signature(world: World, case: str) -> None:
    coord = world.clients["coord"]
    before = coord.cases.view(case).main.head.seq
    added = coord.team.add(case, user(world, "mo"), Joining(informed="oral", horizon=TODAY))
    view = coord.cases.view(case)
    assert view.main.head.seq == before + 1
    assert [record.hash for record in view.main.facts.of(Notice)] == [added.notice]
    assert view.main.facts.participations_of(user(world, "mo"))[0].hash == added.participation
    assert not added.untold


def test_a_newcomer_whose_function_is_covered_adds_nothing_to_say(world: World, case: str) -> None:
    coord = world.clients["coord"]
    coord.team.add(case, user(world, "inf"), Joining(informed="oral", horizon=TODAY))
    added = coord.team.add(case, user(world, "relief"), Joining(horizon=TODAY))
    assert added.notice is None
    assert added.told == added.untold == ()


def test_who_is_prescribed_and_recognised_reads_as_of_the_team(world: World, case: str) -> None:
    with_team(world, case)
    coord, mo, ide = (world.clients[name] for name in ("coord", "mo", "ide"))
    coord.team.add(case, ide.author.user, Joining(title=PRESCRIBED, informed="paper", horizon=TODAY))
    mo.cases.sync(case)
    entry = post(mo, case, "Pansement un jour sur deux.")
    assert read(ide, case, entry) == "Pansement un jour sur deux."
    record = coord.cases.view(case).main.facts.participations_of(ide.author.user)[0]
    assert record.fact.recognised is not None


def test_who_is_outside_the_team_reads_what_the_person_agreed_to_and_nothing_else(world: World, case: str) -> None:
    with_team(world, case)
    coord, mo, ide = (world.clients[name] for name in ("coord", "mo", "ide"))
    agreed = (Information("medical", 1),)
    added = coord.team.add(
        case, ide.author.user, Joining(title=OUTSIDE, informed="falc", consent=agreed, horizon=TODAY)
    )
    consent = coord.cases.view(case).main.facts.find(Consent, added.consent or "").fact
    assert consent.notice is not None
    assert consent.notice.hash == texts.newest("consent", "falc").hash
    assert consent.notice.support == "falc"
    mo.cases.sync(case)
    entry, hidden = post(mo, case, "L'essentiel."), post(mo, case, "Le détail.", place=DETAIL)
    assert read(ide, case, entry) == "L'essentiel."
    with pytest.raises(RefusedError):
        ide.entries.read(case, DETAIL, hidden)


def test_outside_the_team_without_consent_nothing_is_read(world: World, case: str) -> None:
    with_team(world, case)
    coord, mo, ide = (world.clients[name] for name in ("coord", "mo", "ide"))
    coord.team.add(case, ide.author.user, Joining(title=OUTSIDE, informed="oral", horizon=TODAY))
    entry = post(mo, case, "L'essentiel.")
    mo.cases.sync(case)
    with pytest.raises((RefusedError, NotReadableError)):
        ide.entries.read(case, ESSENTIALS, entry)


@pytest.mark.parametrize("informed", [None, "oral"])
def test_a_consent_without_anything_handed_over_is_refused_before_it_is_signed(
    world: World, case: str, informed: str | None
) -> None:
    coord = world.clients["coord"]
    before = coord.cases.view(case).main.head
    with pytest.raises(UsageError) as caught:
        coord.team.add(case, user(world, "ide"), Joining(title=OUTSIDE, informed=informed, consent=AGREED))
    assert "--support" in caught.value.hint.fr
    assert coord.cases.view(case).main.head == before


def test_a_consent_said_aloud_in_an_emergency_says_why_nothing_was_handed_over(world: World, case: str) -> None:
    coord = world.clients["coord"]
    joining = Joining(title=OUTSIDE, informed="oral", support="urgent", consent=AGREED, horizon=TODAY)
    added = coord.team.add(case, user(world, "ide"), joining)
    consent = coord.cases.view(case).main.facts.find(Consent, added.consent or "").fact
    assert consent.notice is not None
    assert consent.notice.support == "urgent"


def test_a_consent_for_somebody_of_the_team_is_refused(world: World, case: str) -> None:
    with pytest.raises(UsageError):
        world.clients["coord"].team.add(case, user(world, "mo"), Joining(informed="paper", consent=AGREED))


def test_who_may_not_add_writes_neither_participation_nor_notice(world: World, case: str) -> None:
    with_team(world, case)
    mo = world.clients["mo"]
    before = mo.cases.view(case).main.head
    with pytest.raises(DeniedError):
        mo.team.add(case, user(world, "ass"), Joining(informed="oral", horizon=TODAY))
    assert mo.cases.view(case).main.head == before


# -- since when --------------------------------------------------------------------------------------------------------


def test_a_newcomer_is_opened_the_essentials_in_force_and_not_what_they_superseded(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    coord, inf = world.clients["coord"], world.clients["inf"]
    coord.team.tell(case, "oral")
    old = post(coord, case, "Passage : ancien.", place=PLAN)
    current = post(coord, case, "Passage : nouveau.", place=PLAN, supersedes=old)
    # Everything above was written just now; a horizon of no days makes it older than the horizon.
    monkeypatch.setattr("volet_client.team_horizon.RECENT_MS", 0)
    added = coord.team.add(case, inf.author.user, Joining(informed="oral"))
    assert current in added.opened
    assert old not in added.opened
    assert read(inf, case, current, PLAN) == "Passage : nouveau."
    with pytest.raises((RefusedError, NotReadableError)):
        inf.entries.read(case, PLAN, old)


def test_a_newcomer_from_today_is_opened_nothing_older(world: World, case: str) -> None:
    with_team(world, case)
    coord, inf = world.clients["coord"], world.clients["inf"]
    added = coord.team.add(case, inf.author.user, Joining(informed="oral", horizon=TODAY))
    assert added.opened == ()
    assert coord.cases.view(case).main.facts.participations_of(inf.author.user)[0].fact.history_from_ms is None


def test_the_last_fifteen_days_are_preselected_and_the_episode_may_be_chosen(world: World, case: str) -> None:
    coord = world.clients["coord"]
    coord.team.add(case, user(world, "inf"), Joining(informed="oral"))
    coord.team.add(case, user(world, "relief"), Joining(horizon=EPISODE))
    view = coord.cases.view(case)
    facts = view.main.facts
    recent = facts.participations_of(user(world, "inf"))[0].fact
    assert recent.history_from_ms == recent.start_ms - RECENT_MS
    assert facts.participations_of(user(world, "relief"))[0].fact.history_from_ms == facts.created_ms


def test_a_substitute_inherits_title_and_horizon_of_whom_they_replace(world: World, case: str) -> None:
    coord = world.clients["coord"]
    coord.team.add(case, user(world, "ide"), Joining(title=PRESCRIBED, informed="oral", horizon=EPISODE))
    coord.team.add(case, user(world, "relief"), Joining(replaces=user(world, "ide")))
    facts = coord.cases.view(case).main.facts
    replaced, substitute = (facts.participations_of(user(world, name))[0].fact for name in ("ide", "relief"))
    assert (substitute.limb, substitute.history_from_ms) == (replaced.limb, replaced.history_from_ms)


def test_nobody_stands_in_for_somebody_who_never_took_part(world: World, case: str) -> None:
    with pytest.raises(UsageError):
        world.clients["coord"].team.add(case, user(world, "relief"), Joining(replaces=user(world, "ass")))


# -- telling the person ------------------------------------------------------------------------------------------------


def test_everything_a_team_may_read_is_told_by_one_notice_and_then_nothing_is_missing(world: World, case: str) -> None:
    coord = world.clients["coord"]
    for name in ("inf", "ass"):
        coord.members.record(case, participation(world, name))
    lines = coord.team.untold(case)
    assert {(line.kind, line.from_category) for line in lines} >= {("cross_category", 1), ("cross_category", 2)}
    before = coord.cases.view(case).main.head.seq
    appended = coord.team.tell(case, "falc")
    assert appended is not None
    assert appended.view.main.head.seq == before + 1
    assert coord.team.untold(case) == ()
    assert coord.team.tell(case, "oral") is None
    notice = appended.view.main.facts.of(Notice)[-1].fact
    assert (notice.text, notice.support) == (texts.newest("cross-category", "falc").hash, "falc")


def test_a_reader_who_is_with_the_person_tells_her_and_signs_it_themself(world: World, case: str) -> None:
    coord, inf = world.clients["coord"], world.clients["inf"]
    coord.team.tell(case, "oral")
    coord.members.record(case, participation(world, "inf"))
    assert inf.team.untold(case)
    appended = inf.team.tell(case, "paper")
    assert appended is not None
    assert appended.view.main.facts.of(Notice)[-1].author.user == inf.author.user
    assert inf.team.untold(case) == ()


def participation(world: World, name: str) -> Participation:
    client = world.clients[name]
    attestation = client.author.attestation
    assert attestation is not None
    return Participation(
        client.author.user, attestation.id, attestation.capacity, "care", 1, world.clients["coord"].clock()
    )


def test_while_the_person_is_not_told_only_colleagues_of_the_openers_side_enter(world: World, case: str) -> None:
    coord = world.clients["coord"]
    assert coord.team.in_preparation(case)
    before = coord.cases.view(case).main.head
    with pytest.raises(UsageError) as caught:
        coord.team.add(case, user(world, "mo"), Joining(horizon=TODAY))
    assert "--informed" in caught.value.hint.fr
    assert coord.cases.view(case).main.head == before
    added = coord.team.add(case, user(world, "ass"), Joining(horizon=TODAY))
    assert added.untold
    coord.team.tell(case, "oral")
    assert not coord.team.in_preparation(case)


# -- what she takes home -----------------------------------------------------------------------------------------------


def test_the_attestation_says_what_to_whom_until_when_and_how_to_withdraw(world: World, case: str) -> None:
    coord = world.clients["coord"]
    joining = Joining(title=OUTSIDE, informed="paper", consent=AGREED, horizon=TODAY)
    added = coord.team.add(case, user(world, "ide"), joining)
    paper = coord.receipt_papers.of(case, "last", "fr")
    assert paper.fact == added.consent
    assert paper.link == added.appended.links[0]
    page = " ".join(as_text(paper.filled, paper.footer).split())
    for said in (
        "Santé : le détail", "Traitements : l'essentiel", "La fin de cette prise en charge.", "par tout moyen",
        "ne peut pas être effacé des mémoires", paper.link[:4], "du journal log.example",
        texts.newest("consent", "fr").hash[:16],
    ):  # fmt: skip
        assert said in page
    assert coord.receipt_papers.of(case, added.consent or "", "falc").filled.text.lang == "falc"


def test_the_attestation_of_a_withdrawal_is_another_one(world: World, case: str) -> None:
    coord = world.clients["coord"]
    joining = Joining(title=OUTSIDE, informed="paper", consent=AGREED, horizon=TODAY)
    added = coord.team.add(case, user(world, "ide"), joining)
    coord.members.record(case, ConsentWithdrawal(added.consent or "", coord.clock()))
    assert coord.receipt_papers.of(case, "last", "fr").filled.text.kind == "withdrawal"
    assert coord.receipt_papers.of(case, added.consent or "", "fr").filled.text.kind == "receipt"
    with pytest.raises(UsageError):
        coord.receipt_papers.of(case, "ffffffff", "fr")


@pytest.mark.parametrize("lang", texts.LANGS)
def test_the_printed_attestation_is_one_page_that_fetches_nothing(world: World, case: str, lang: str) -> None:
    coord = world.clients["coord"]
    wide = tuple(Information(part, 2) for part in ("medical", "medication", "autonomy", "plan", "identity"))
    coord.team.add(case, user(world, "ide"), Joining(title=OUTSIDE, informed="paper", consent=wide, horizon=TODAY))
    paper = coord.receipt_papers.of(case, "last", lang)
    page = as_html(paper.filled, paper.footer)
    for fetching in ("http:", "https:", "src=", "href=", "<script", "<link", "<img", "url(", "@import", "//"):
        assert fetching not in page
    headings, lines = (
        page.count("<h2>"),
        sum(len(line) // 100 + 1 for line in as_text(paper.filled).split("\n") if line),
    )
    # A4 with its margins holds 269 mm: 10.5 pt lines of 4.8 mm, a heading with its space 8 mm.
    assert 12 + headings * 8 + (lines - 2 * headings) * 4.8 + page.count("<li>") * 0.5 + 10 < 269
