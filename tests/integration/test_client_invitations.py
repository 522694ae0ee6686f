"""Real clients around a real hub: somebody without keys is invited by a code, and reads with nobody else on line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from support.client_world import World, client_world
from support.hub import HandClock
from support.identities import SELF_ISS, capacity
from volet_client.client import Client
from volet_client.errors import UsageError, VerificationError, VoletError
from volet_client.invitations import Invited, Invitee
from volet_client.joining import Asked, read_asked
from volet_client.refusals import DeniedError, NotFoundError, RefusedError, TooManyRequestsError
from volet_client.team import Joining
from volet_client.team_horizon import EPISODE, TODAY
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.invitation_codes import InvitationCode
from volet_protocol.invitation_keys import code_keys, release_proof, release_terms
from volet_protocol.kinds import Content
from volet_protocol.places import Place

ESSENTIALS = Place("section", "medical/1")
NURSE = ("H2", "practice")
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("mo", "H1", "practice")
        world.professional("ass", "S1", "dac")
        world.person("mme")
        yield world


@pytest.fixture
def case(world: World) -> str:
    """A case that Dr Mo opened, in which he told the person and wrote one entry."""
    mo = world.clients["mo"]
    case = mo.cases.open(person=world.clients["mme"].author.user).case
    mo.team.tell(case, "oral")
    mo.entries.post(case, ESSENTIALS, "Synthèse", fields={"text": "Vit seule, chutes."})
    return case


@pytest.fixture
def newcomer(world: World, request: pytest.FixtureRequest) -> Client:
    """A nurse who has just signed in and had her function attested: no key of anything."""
    return world.professional(f"nurse of {request.node.name}", *NURSE)


def invitee(world: World, client: Client) -> Invitee:
    return Invitee(SELF_ISS, world.door.subjects[client.author.user], capacity(*NURSE))


def invite(world: World, case: str, client: Client, *, by: str = "mo", shown: bool = False) -> Invited:
    joining = Joining(informed="oral", horizon=EPISODE)
    return world.clients[by].invitations.invite(case, invitee(world, client), joining, shown=shown)


def asked(made: Invited) -> Asked:
    return Asked(made.code)


def texts(client: Client, case: str) -> list[str]:
    found: list[str] = []
    for item in client.lists.view(case, ESSENTIALS).entries:
        assert item.entry is not None
        body = client.entries.read(case, ESSENTIALS, item.entry.id).body
        assert isinstance(body, Content)
        found.append(str(body.fields["text"]))
    return found


# -- who is invited reads, alone ---------------------------------------------------------------------------------------


def test_the_one_invited_reads_with_nobody_else_on_line(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    assert "medical/1" in made.sections
    joined = newcomer.invites.join(read_asked(None, made.code.spoken(), newcomer.hub.origin))
    assert joined.case == case
    assert set(joined.sections) == set(made.sections)
    assert texts(newcomer, case) == ["Vit seule, chutes."]


def test_a_link_with_its_code_is_enough(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer, shown=True)
    newcomer.invites.join(read_asked(made.link, None, newcomer.hub.origin))
    assert texts(newcomer, case) == ["Vit seule, chutes."]


def test_what_the_newcomer_writes_is_read_by_the_others(world: World, case: str, newcomer: Client) -> None:
    newcomer.invites.join(asked(invite(world, case, newcomer)))
    newcomer.entries.post(case, ESSENTIALS, "Pansement", fields={"text": "Refait ce matin."})
    mo = world.clients["mo"]
    mo.cases.sync(case)
    assert texts(mo, case) == ["Vit seule, chutes.", "Refait ce matin."]


def test_another_device_would_read_too_because_the_keys_are_boxed_to_the_account(
    world: World, case: str, newcomer: Client
) -> None:
    newcomer.invites.join(asked(invite(world, case, newcomer)))
    name = next(name for name, client in world.clients.items() if client is newcomer)
    again = world.reopen(name)
    assert texts(again, case) == ["Vit seule, chutes."]


def test_asked_again_it_goes_on_where_it_stopped(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    first = newcomer.invites.join(asked(made))
    assert newcomer.invites.join(asked(made)) == first


def test_software_grants_the_rest_to_who_answered(world: World, case: str, newcomer: Client) -> None:
    mo = world.clients["mo"]
    joining = Joining(informed="oral", horizon=TODAY)
    made = mo.invitations.invite(case, invitee(world, newcomer), joining)
    assert "medical/1" in made.left
    newcomer.invites.join(asked(made))
    _, duties = mo.cases.sync(case)
    assert "medical/1" in duties.granted[newcomer.author.user]


def test_an_auditor_who_judges_the_log_again_finds_nothing_wrong_in_it(
    world: World, case: str, newcomer: Client
) -> None:
    made = invite(world, case, newcomer)
    with pytest.raises(RefusedError):
        newcomer.hub.transport.post(f"/v1/invitations/{made.invitation}/box", {"proof": to_base64url(bytes(64))})
    newcomer.invites.join(asked(made))
    texts(newcomer, case)
    auditor = world.professional("auditor", "O14", "operator")
    checked = auditor.audit.verify().cases[case]
    assert (checked.findings, checked.unjudged) == ((), 0)
    assert checked.judged > 0


def test_a_new_chain_of_somebody_known_that_answered_waits_for_nobody(
    world: World, case: str, newcomer: Client
) -> None:
    mo, phone = world.clients["mo"], world.profile(f"new phone of {case}")
    world.door.subjects[phone.author.user] = world.door.subjects[newcomer.author.user]
    world.log_in(phone)
    world.log_in(phone, world.attest(phone, *NURSE))
    made = mo.invitations.invite(case, invitee(world, newcomer), Joining(informed="oral", horizon=TODAY))
    phone.invites.join(asked(made))
    _, duties = mo.cases.sync(case)
    assert "medical/1" in duties.granted[phone.author.user]


# -- who is not, does not ----------------------------------------------------------------------------------------------


def test_to_anybody_else_there_is_no_invitation(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    other = world.professional("other", *NURSE)
    assert other.invites.named() == []
    with pytest.raises(UsageError, match="No open invitation"):
        other.invites.join(asked(made))
    with pytest.raises(NotFoundError):
        other.cases.view(case)
    proof = {"proof": to_base64url(bytes(64))}
    with pytest.raises(NotFoundError):
        other.hub.transport.post(f"/v1/invitations/{made.invitation}/box", proof)


def test_another_code_is_refused_before_anything_is_asked_of_the_hub(world: World, case: str, newcomer: Client) -> None:
    invite(world, case, newcomer)
    with pytest.raises(UsageError, match="not that of your"):
        newcomer.invites.join(Asked(InvitationCode(bytes(10))))


def test_three_wrong_proofs_and_the_code_is_dead(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    path, wrong = f"/v1/invitations/{made.invitation}/box", {"proof": to_base64url(bytes(64))}
    for _ in range(3):
        with pytest.raises(RefusedError, match="signature"):
            newcomer.hub.transport.post(path, wrong)
    keys = code_keys(made.code, world.clients["mo"].invitations.all(case)[0].record.fact.kdf)
    terms = release_terms(newcomer.hub.origin, case, made.invitation, newcomer.author.user)
    right = {"proof": to_base64url(release_proof(keys.sign, terms))}
    with pytest.raises(TooManyRequestsError):
        newcomer.hub.transport.post(path, right)


def test_a_proof_made_for_another_account_is_refused(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    keys = code_keys(made.code, world.clients["mo"].invitations.all(case)[0].record.fact.kdf)
    terms = release_terms(newcomer.hub.origin, case, made.invitation, world.clients["ass"].author.user)
    with pytest.raises(RefusedError):
        newcomer.hub.transport.post(
            f"/v1/invitations/{made.invitation}/box", {"proof": to_base64url(release_proof(keys.sign, terms))}
        )


def test_a_withdrawn_invitation_opens_nothing_and_its_sections_are_rotated(
    world: World, case: str, newcomer: Client
) -> None:
    mo = world.clients["mo"]
    made = invite(world, case, newcomer)
    mo.invitations.withdraw(case, made.invitation[:8])
    with pytest.raises(UsageError):
        newcomer.invites.join(asked(made))
    with pytest.raises(NotFoundError):
        newcomer.cases.view(case)
    before = mo.cases.view(case).main.section("medical/1").epoch
    _, duties = mo.cases.sync(case)
    assert "medical/1" in duties.rotated
    assert mo.cases.view(case).main.section("medical/1").epoch == before + 1


def test_an_invitation_that_is_over_is_told_as_such_to_whom_it_named_and_to_nobody_else(
    tmp_path: Path,
) -> None:
    clock = HandClock(time.time_ns() // 1_000_000)
    with client_world(tmp_path, clock=clock) as world:
        mo = world.professional("mo", "H1", "practice")
        mme = world.person("mme")
        case = mo.cases.open(person=mme.author.user).case
        mo.team.tell(case, "oral")
        newcomer, other = (world.professional(name, *NURSE) for name in ("nurse", "other"))
        made = invite(world, case, newcomer)
        withdrawn = invite(world, case, newcomer)
        mo.invitations.withdraw(case, withdrawn.invitation)
        clock.at_ms = made.expires_ms
        world.log_in(newcomer)
        world.log_in(other)
        # With the code: another one is that of no invitation, over or not.
        with pytest.raises(UsageError, match="was over on"):
            newcomer.invites.join(asked(made))
        with pytest.raises(UsageError, match="not that of your"):
            newcomer.invites.join(Asked(InvitationCode(bytes(10))))
        assert [one.hash for one in newcomer.invites.named()] == [made.invitation]
        assert other.invites.named() == []
        # Told and no more: neither box nor chain.
        with pytest.raises(NotFoundError):
            newcomer.hub.transport.post(f"/v1/invitations/{made.invitation}/box", {"proof": to_base64url(bytes(64))})
        with pytest.raises(NotFoundError):
            newcomer.casebook.view(case)
        clock.at_ms = made.expires_ms + 30 * DAY_MS
        world.log_in(newcomer)
        assert newcomer.invites.named() == []


def test_without_the_code_the_account_named_is_served_the_invitation_alone(
    world: World, case: str, newcomer: Client
) -> None:
    made = invite(world, case, newcomer)
    assert [(one.case, one.hash) for one in newcomer.invites.named()] == [(case, made.invitation)]
    with pytest.raises(NotFoundError):
        newcomer.casebook.view(case)


def test_with_the_code_and_before_the_answer_it_is_the_open_chain_and_nothing_else(
    world: World, case: str, newcomer: Client
) -> None:
    made = invite(world, case, newcomer)
    keys = code_keys(made.code, newcomer.invites.named()[0].fact.kdf)
    terms = release_terms(newcomer.hub.origin, case, made.invitation, newcomer.author.user)
    proof = {"proof": to_base64url(release_proof(keys.sign, terms))}
    newcomer.hub.transport.post(f"/v1/invitations/{made.invitation}/box", proof)
    view = newcomer.casebook.view(case)
    assert list(view.classes) == ["main"]
    with pytest.raises(VoletError):
        newcomer.lists.view(case, ESSENTIALS)
    assert case not in newcomer.casebook.cases()


def test_in_another_function_nobody_takes_part(world: World, case: str) -> None:
    doctor = world.professional("doctor", "H1", "practice")
    made = world.clients["mo"].invitations.invite(
        case, replace(invitee(world, doctor), capacity=capacity(*NURSE)), Joining(informed="oral", horizon=EPISODE)
    )
    with pytest.raises(UsageError, match="another capacity"):
        doctor.invites.join(asked(made))


def test_who_does_not_follow_the_case_invites_nobody(world: World, case: str, newcomer: Client) -> None:
    mo, ass = world.clients["mo"], world.clients["ass"]
    mo.team.add(case, ass.author.user, Joining(informed="oral", horizon=TODAY))
    mo.cases.sync(case)
    with pytest.raises(DeniedError):
        invite(world, case, newcomer, by="ass")


def test_the_box_is_given_to_one_account_of_the_subject(world: World, case: str, newcomer: Client) -> None:
    made = invite(world, case, newcomer)
    keys = code_keys(made.code, world.clients["mo"].invitations.all(case)[0].record.fact.kdf)
    path = f"/v1/invitations/{made.invitation}/box"

    def ask(client: Client) -> object:
        terms = release_terms(client.hub.origin, case, made.invitation, client.author.user)
        return client.hub.transport.post(path, {"proof": to_base64url(release_proof(keys.sign, terms))})["box"]

    first = ask(newcomer)
    second = world.profile("second chain")
    world.door.subjects[second.author.user] = world.door.subjects[newcomer.author.user]
    world.log_in(second)
    with pytest.raises(RefusedError):
        ask(second)
    assert ask(newcomer) == first


def test_a_hub_that_offers_another_invitation_is_found_out(
    world: World, case: str, newcomer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(world, case, newcomer)
    honest = newcomer.hub.transport.get_list("/v1/invitations")
    altered = [{**one, "fact": {**cast("JsonObject", one["fact"]), "limb": 3}} for one in honest]
    monkeypatch.setattr(newcomer.hub.transport, "get_list", lambda _path: altered)
    with pytest.raises(VerificationError):
        newcomer.invites.join(asked(made))


def test_a_hub_that_gives_another_box_is_found_out_before_anything_is_signed(
    world: World, case: str, newcomer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = invite(world, case, newcomer)
    ask = newcomer.hub.transport.post

    def lying(path: str, body: JsonObject) -> JsonObject:
        answer = ask(path, body)
        return {**answer, "box": to_base64url(bytes(1200))} if path.endswith("/box") else answer

    monkeypatch.setattr(newcomer.hub.transport, "post", lying)
    with pytest.raises(VerificationError):
        newcomer.invites.join(asked(made))
    assert world.clients["mo"].invitations.all(case)[0].state == "open"


@pytest.mark.parametrize("link", ["https://evil.example/#join/", "http://127.0.0.1:8080/#join/1/2", "x"])
def test_a_link_elsewhere_is_no_invitation(link: str) -> None:
    with pytest.raises(UsageError):
        read_asked(link, None, "http://127.0.0.1:8080")
