"""Administrator, host, protection officer, auditor: what of the log each is shown, and nothing beyond a scope."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.client_world import World, client_world
from volet_client.audit import Audit
from volet_client.case_references import the_case_of
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.client import Client
from volet_client.errors import NotPermittedError, UsageError
from volet_client.log_reports import REPORTS, line_of
from volet_client.members import GENERAL
from volet_client.refusals import NotFoundError, RefusedError
from volet_client.requests import request
from volet_protocol.case_reference import reference_of
from volet_protocol.fact_emergencies import EmergencyReview
from volet_protocol.operator_roles import LogScope
from volet_protocol.places import Place

DETAIL = Place("section", "medical/2")
# What the first link of a case names: the structure that opened it answers for it.
VAL, MONT = "dac", "practice"
DAY_MS = 86_400_000


@dataclass
class Watched:
    """Two cases of two controllers, and those who watch over one, over the other, over a day that has passed."""

    world: World
    val: str
    mont: str

    def client(self, name: str) -> Client:
        return self.world.clients[name]

    def reads(self, name: str, case: str) -> None:
        """Read the title of an entry of their own that somebody posts in the case."""
        doctor = self.client(name)
        entry = doctor.entries.post(case, DETAIL, "Titre", fields={"text": "x"}).id
        doctor.entries.read(case, DETAIL, entry)


@contextmanager
def watched_world(folder: Path) -> Iterator[Watched]:
    with client_world(folder) as world:
        now_ms = time.time_ns() // 1_000_000
        cases: list[str] = []
        for name, person, controller in (("doctor", "val person", VAL), ("mont doctor", "mont person", MONT)):
            doctor = world.professional(name, "H1", controller)
            case = doctor.cases.open(person=world.person(person).author.user).case
            doctor.members.give_notice(case, [GENERAL], "oral")
            cases.append(case)
        scopes = {
            "auditor": LogScope(), "val": LogScope((VAL,)), "mont": LogScope((MONT,)),
            "past": LogScope(until_ms=now_ms - DAY_MS), "guest": LogScope(cases=(cases[0],), guest=True),
        }  # fmt: skip
        for name, scope in scopes.items():
            world.professional(name, "O14", "operator", "auditor", scope)
        world.professional("val dpo", "O14", "dac", "dpo", LogScope((VAL,)))
        world.professional("administrator", "O14", "operator", "administrator")
        world.professional("host", "O14", "operator", "host")
        yield Watched(world, *cases)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched_world(tmp_path_factory.mktemp("roles")) as found:
        found.reads("doctor", found.val)
        found.reads("mont doctor", found.mont)
        caller = found.world.professional("caller", "H1", "ssiad")
        caller.emergencies.start(found.val, "vital_risk", "Chute.")
        asking = found.client("val person")
        asking.facts.record(found.val, request("copy", "electronic"))
        yield found


def judged(emergency: str, client: Client) -> EmergencyReview:
    return EmergencyReview(emergency, "legitimate", client.clock())


def run(client: Client, *arguments: str) -> int:
    context = Context(client.profile.config, Terminal("fr", as_json=True))
    context._client = client
    return run_line(context, arguments)


def cases_of(client: Client) -> set[str]:
    found = [line_of(act).what for act in client.audit.records(None)]
    return {str(what["case"]) for what in found if "case" in what}


class TestWhoRunsTheHub:
    @pytest.mark.parametrize("name", ["administrator", "host"])
    def test_they_look_at_nothing_beyond_what_is_public(
        self, watched: Watched, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = watched.client(name)
        assert not client.audit.audits
        assert client.audit.verify().receipts == 0
        # A client of theirs that asks all the same is refused by the hub.
        monkeypatch.setattr(Audit, "audits", property(lambda _self: True))
        for ask in (
            lambda: client.audit.records(None),
            lambda: client.audit.records(watched.val, "inspection"),
            lambda: client.audit.identify(watched.val, watched.client("doctor").author.user, "inspection"),
            lambda: client.hub.transport.get("/v1/emergencies"),
        ):
            with pytest.raises(RefusedError) as refused:
                ask()
            assert refused.value.problem == "denied"

    @pytest.mark.parametrize(("held", "wanted"), [("administrator", "auditor"), ("host", "dpo"), ("val", "host")])
    def test_the_hub_stores_no_role_of_the_other_side_for_the_same_person(
        self, watched: Watched, held: str, wanted: str
    ) -> None:
        with pytest.raises(RefusedError):
            watched.world.attest(watched.client(held), "O14", "operator", wanted)

    def test_a_second_account_of_the_same_person_does_not_help(self, watched: Watched) -> None:
        again = watched.world.profile("administrator again")
        watched.world.door.subjects[again.author.user] = "administrator"
        watched.world.log_in(again)
        with pytest.raises(RefusedError):
            watched.world.attest(again, "O14", "operator", "auditor")

    def test_an_account_bound_later_to_who_runs_the_hub_watches_no_more(self, watched: Watched) -> None:
        late = watched.world.professional("late", "O14", "operator", "auditor")
        assert late.audit.records(None)
        watched.world.door.subjects[late.author.user] = "host"
        watched.world.log_in(late, late.author.capacity)
        with pytest.raises(RefusedError):
            late.audit.records(None)


class TestScope:
    def test_each_is_shown_the_acts_of_their_controllers_cases_and_no_other(self, watched: Watched) -> None:
        assert cases_of(watched.client("auditor")) == {watched.val, watched.mont}
        assert cases_of(watched.client("val")) == {watched.val}
        assert cases_of(watched.client("mont")) == {watched.mont}
        assert cases_of(watched.client("guest")) == {watched.val}
        assert not cases_of(watched.client("past"))

    def test_who_watches_some_cases_is_shown_no_account_no_login_and_no_key_of_others(self, watched: Watched) -> None:
        acts = {act.view.act for act in watched.client("mont").audit.records(None) if act.view is not None}
        assert not acts & {"login", "user-link", "attestation", "binding"}
        assert "login" in {
            act.view.act for act in watched.client("auditor").audit.records(None) if act.view is not None
        }

    def test_a_case_beyond_the_scope_answers_like_one_that_does_not_exist(self, watched: Watched) -> None:
        client, answers = watched.client("mont"), list[object]()
        unknown = "0" * 64
        for given in (watched.val, unknown):
            with pytest.raises(NotFoundError) as refused:
                client.audit.records(given, "inspection")
            answers.append((refused.value.problem, refused.value.diagnostics()))
            with pytest.raises(NotFoundError) as refused:
                the_case_of(client.hub, reference_of(given))
            answers.append((refused.value.problem, refused.value.diagnostics()))
        user = watched.client("doctor").author.user
        for given in (watched.val, unknown):
            with pytest.raises(NotFoundError) as refused:
                client.audit.identify(given, user, "inspection")
            answers.append((refused.value.problem, refused.value.diagnostics()))
        assert len({str(answer) for answer in answers}) == 1

    def test_dates_bound_what_is_shown_and_what_is_looked_up(self, watched: Watched) -> None:
        assert not watched.client("past").audit.records(watched.val, "inspection")
        now_ms = time.time_ns() // 1_000_000
        watched.reads("doctor", watched.val)
        since = watched.world.professional("since", "O14", "operator", "auditor", LogScope((VAL,), (), now_ms))
        acts = [act for act in since.audit.records(None) if act.view is not None and act.view.act != "policy"]
        assert {act.view.act for act in acts if act.view is not None} == {"deposit", "release"}
        assert all(act.leaf.ts_ms >= now_ms for act in acts)

    def test_reports_and_exports_stay_within_it(self, watched: Watched, tmp_path: Path) -> None:
        acts = watched.client("mont").audit.records(None)
        shown = {str(line.what.get("case")) for report in REPORTS.values() for line in report(acts)}
        assert watched.val not in shown
        for form in ("csv", "jsonl", "fhir"):
            file = tmp_path / f"log.{form}"
            assert run(watched.client("mont"), "log", "export", str(file), "--format", form) == 0
            text = file.read_text("utf-8")
            assert watched.mont in text
            assert watched.val not in text

    def test_what_is_within_it_is_verified_in_whole_on_line_and_off_line(
        self, watched: Watched, tmp_path: Path
    ) -> None:
        client, file = watched.client("val"), tmp_path / "log.json"
        checked = client.audit.verify()
        assert set(checked.cases) == {watched.val}
        assert checked.cases[watched.val].judged >= 2
        assert not checked.findings
        assert run(client, "log", "export", str(file), "--records") == 0
        assert watched.mont not in file.read_text("utf-8")
        assert run(client, "log", "verify", str(file), "--trust", str(client.profile.config.trust_file)) == 0


class TestOfficer:
    def test_they_are_told_of_each_pseudonym_lifted_with_its_reason(
        self, watched: Watched, capsys: pytest.CaptureFixture[str]
    ) -> None:
        auditor, officer, doctor = (watched.client(name) for name in ("auditor", "val dpo", "doctor"))
        user = doctor.author.user
        asked = ("log", "identify", user[:12], "--case", reference_of(watched.val).lower(), "--reason", "complaint")
        assert run(auditor, *asked) == 0
        assert '"sub": "doctor"' in capsys.readouterr().out
        told = [line.what for line in REPORTS["lifted"](officer.audit.records(None))]
        mine = [what for what in told if what.get("lifted") == user]
        assert [(what["case"], what["reason"], what["user"]) for what in mine] == [
            (watched.val, "complaint", auditor.author.user)
        ]
        assert [what["role"] for what in mine] == ["auditor"]

    def test_they_read_the_register_of_requests_of_their_scope_only(self, watched: Watched) -> None:
        officer, mont = watched.client("val dpo"), watched.client("mont")
        assert [one.case for one in officer.request_desk.everywhere(officer.clock())] == [watched.val]
        assert not mont.request_desk.everywhere(mont.clock())

    def test_without_a_reason_no_pseudonym_is_lifted(self, watched: Watched) -> None:
        auditor, user = watched.client("auditor"), watched.client("doctor").author.user
        assert run(auditor, "log", "identify", user, "--case", watched.val) == UsageError.exit_status
        with pytest.raises(UsageError):
            auditor.audit.records(watched.val)

    def test_nobody_is_named_who_never_acted_in_the_case(self, watched: Watched) -> None:
        with pytest.raises(NotFoundError):
            watched.client("auditor").audit.identify(watched.val, watched.client("mont person").author.user, "incident")

    def test_they_search_no_acts_and_judge_no_emergency(self, watched: Watched) -> None:
        officer = watched.client("val dpo")
        assert run(officer, "log", "search") == NotPermittedError.exit_status
        (told,) = officer.emergency_reviews.listed()
        with pytest.raises(NotFoundError):
            officer._emergency_links.record(watched.val, judged(told.emergency, officer))

    def test_the_person_reads_who_looked_and_in_which_role(
        self, watched: Watched, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watched.client("val dpo").audit.records(watched.val, "rights_request")
        person = watched.client("val person")
        context = Context(person.profile.config, Terminal("fr", as_json=False))
        context._client = person
        assert run_line(context, ("accesses", "--case", watched.val, "--detail")) == 0
        assert "lecture du journal : délégué à la protection des données · DAC du Val" in capsys.readouterr().out


class TestEmergencies:
    def test_those_of_the_scope_are_listed_and_no_other(self, watched: Watched) -> None:
        listed = {
            name: [one.case for one in watched.client(name).emergency_reviews.listed()]
            for name in ("auditor", "val", "guest", "mont", "past")
        }
        assert listed == {
            "auditor": [watched.val],
            "val": [watched.val],
            "guest": [watched.val],
            "mont": [],
            "past": [],
        }

    def test_one_beyond_the_scope_is_reviewed_like_one_that_does_not_exist(self, watched: Watched) -> None:
        (known,) = watched.client("val").emergency_reviews.listed()
        answers: list[object] = []
        for name, emergency in (("mont", known.emergency), ("past", known.emergency), ("val", "0" * 64)):
            client = watched.client(name)
            with pytest.raises(NotFoundError) as refused:
                client._emergency_links.record(watched.val, judged(emergency, client))
            answers.append(refused.value.diagnostics())
        assert len({str(answer) for answer in answers}) == 1

    def test_the_hub_names_those_auditors_to_seal_the_words_to_whose_scope_it_is(self, watched: Watched) -> None:
        (known,) = watched.client("val").emergency_reviews.listed()
        named = watched.client("caller")._emergency_links.details(watched.val, known.emergency).auditors
        ids = {
            name: watched.client(name).author.user for name in ("auditor", "val", "guest", "mont", "past", "val dpo")
        }
        assert {name for name, user in ids.items() if user in named} == {"auditor", "val", "guest"}


class TestReference:
    def test_a_reference_misheard_is_refused_before_anything_is_sent(
        self, watched: Watched, capsys: pytest.CaptureFixture[str]
    ) -> None:
        reference, auditor = reference_of(watched.val), watched.client("auditor")
        wrong = ("Z" if reference[0] != "Z" else "Y") + reference[1:]
        before = auditor.hub.transport.get_text("/v1/log/checkpoint")
        asked = ("log", "search", "--case", wrong, "--reason", "complaint")
        assert run(auditor, *asked) == UsageError.exit_status
        said = capsys.readouterr()
        assert "mal recopiée" in said.err + said.out
        assert "signe par signe" in said.err + said.out
        assert auditor.hub.transport.get_text("/v1/log/checkpoint") == before

    def test_a_member_names_a_case_by_it(self, watched: Watched) -> None:
        assert run(watched.client("doctor"), "case", "show", "--case", reference_of(watched.val)) == 0
        wrong = reference_of(watched.val)[:-1] + ("0" if reference_of(watched.val)[-1] != "0" else "1")
        assert run(watched.client("doctor"), "case", "show", "--case", wrong) == UsageError.exit_status

    def test_a_health_professional_from_outside_finds_the_case_of_a_paper_and_nobody_else_does(
        self, watched: Watched
    ) -> None:
        reference = reference_of(watched.val)
        assert the_case_of(watched.client("caller").hub, reference) == watched.val
        for name in ("mont person", "administrator", "host", "mont"):
            with pytest.raises(NotFoundError):
                the_case_of(watched.client(name).hub, reference)
