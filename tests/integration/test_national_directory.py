"""Colleagues in the national directory: found by what one remembers, refused to who is none, verified line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from support.extracts import DUPONT, import_extract, rpps, write_extract
from volet_client.client import Client
from volet_client.colleagues import Colleagues
from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.refusals import DeniedError, InvalidError, NotFoundError, TooManyRequestsError
from volet_client.transport import Transport
from volet_protocol.canonical import JsonObject
from volet_protocol.problems import Problem
from volet_service.application.search_bound import DAY_MS, MINUTE_MS, PER_DAY, PER_MINUTE, SearchBound
from volet_service.domain.errors import TooManyRequests


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("colleagues")
    file = write_extract(folder / "extract.txt", invented=400)
    with client_world(folder, prepare=lambda hub: import_extract(hub, file)) as made:
        made.professional("doctor", "H1", "clinic")
        yield made


@pytest.fixture
def doctor(world: World) -> Client:
    # Each test has a day of its own: the bound on searches is tried apart.
    world.app.state.directory_searches = SearchBound()
    return world.clients["doctor"]


def names(client: Client, typed: str) -> set[str]:
    return {line.name for line in client.colleagues.search(typed).lines}


@pytest.mark.parametrize(
    "typed",
    [
        "Hélène Dupont infirmier Grenoble", "dupont helene", "DUPONT HELENE GRENOBLE", "dupon infirm grenoble",
        "dupomt infirmiere grenoble", "dupnot cabinet drac", "duppont infirmier echirolles", "helene oeillets",
        "grenoble infirmière hélène", "dupont echiroles",
    ],
)  # fmt: skip
def test_a_colleague_is_found_by_name_profession_structure_and_place_in_any_order_accent_and_typing(
    doctor: Client, typed: str
) -> None:
    assert "Hélène DUPONT" in names(doctor, typed)


def test_a_word_that_names_a_profession_keeps_that_profession(doctor: Client) -> None:
    assert names(doctor, "dupont medecin") == {"Jean-Noël DUPONT"}
    assert "Jean-Noël DUPONT" not in names(doctor, "dupont infirmier")


def test_who_is_described_by_a_role_is_found_by_it(doctor: Client) -> None:
    assert names(doctor, "aide-soignant grenoble") == {"Ali BENAÏSSA"}


def test_a_place_of_several_words_is_found(doctor: Client) -> None:
    assert names(doctor, "orthophoniste st martin d'heres lefevre") == {"Zoé LEFÈVRE"}


def test_the_name_typed_in_full_comes_before_one_that_begins_like_it(doctor: Client) -> None:
    found = doctor.colleagues.search("dupont grenoble")
    assert [line["Nom d'exercice"] for line in found.lines][:2] == ["DUPONT", "DUPONT"]


def test_words_that_no_line_has_are_told_and_left_out(doctor: Client) -> None:
    found = doctor.colleagues.search("dupont xylophone grenoble")
    assert found.ignored == ("xylophone",)
    assert "Hélène DUPONT" in {line.name for line in found.lines}


def test_nobody_is_found_where_nothing_fits(doctor: Client) -> None:
    assert doctor.colleagues.search("benaissa echirolles").lines == ()


def test_a_profession_alone_is_no_question(doctor: Client) -> None:
    with pytest.raises(InvalidError):
        doctor.colleagues.search("infirmier")


def test_no_answer_shows_more_than_twenty_lines_and_it_says_that_there_are_more(doctor: Client) -> None:
    found = doctor.colleagues.search("centre")
    assert len(found.lines) == 20
    assert found.more


def test_what_is_shown_of_a_line_is_what_the_public_extract_holds_without_address_or_telephone(
    world: World, doctor: Client
) -> None:
    answer = doctor.hub.transport.get("/v1/directory/professionals", q="dupont grenoble")
    (columns,) = {len(cast("str", one["line"]).split("|")) for one in cast("list[dict[str, Any]]", answer["lines"])}
    assert columns == 21
    assert set(answer) == {"lines", "more", "ignored", "receipt"}
    assert "0199" not in str(answer["lines"])
    assert world.url


def test_a_national_id_gives_all_its_lines_and_an_unknown_one_none(doctor: Client) -> None:
    found = doctor.colleagues.lines_of(f"8{rpps(DUPONT)}")
    assert {line["Libellé commune (coord. structure)"] for line in found.lines} == {"Grenoble", "Échirolles"}
    assert doctor.colleagues.lines_of(f"8{rpps(DUPONT + 77)}").lines == ()


def test_a_person_an_account_without_capacity_and_the_auditor_are_refused(world: World) -> None:
    for client in (world.person("person"), world.professional("auditor", "O14", "operator", role="auditor")):
        with pytest.raises(DeniedError):
            client.colleagues.search("dupont")
        with pytest.raises(DeniedError):
            client.colleagues.lines_of(f"8{rpps(DUPONT)}")


def test_a_hub_without_extract_has_no_directory(tmp_path: Path) -> None:
    with client_world(tmp_path) as empty:
        doctor = empty.professional("doctor", "H1", "clinic")
        with pytest.raises(NotFoundError):
            doctor.colleagues.search("dupont")


def test_searches_are_bounded_for_each_account(doctor: Client) -> None:
    for _ in range(PER_MINUTE):
        doctor.colleagues.lines_of(f"8{rpps(DUPONT)}")
    with pytest.raises(TooManyRequestsError):
        doctor.colleagues.search("dupont")


def test_the_bound_is_of_a_minute_of_a_day_and_of_one_account() -> None:
    bound = SearchBound()
    for at_ms in range(PER_DAY):
        bound.count("a", at_ms * MINUTE_MS)
    with pytest.raises(TooManyRequests):
        bound.count("a", PER_DAY * MINUTE_MS)
    bound.count("b", PER_DAY * MINUTE_MS)
    bound.count("a", DAY_MS)


class LyingTransport:
    """The hub's answers, changed on their way."""

    def __init__(self, transport: Transport, **changes: object) -> None:
        self._transport = transport
        self._changes = changes

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = dict(self._transport.get(path, **params))
        if path.startswith("/v1/directory"):
            lines = [
                {**cast("Mapping[str, Any]", line), **self._changes} for line in cast("list[Any]", answer["lines"])
            ]
            answer["lines"] = lines
        return answer

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


def lied_to(client: Client, **changes: object) -> Colleagues:
    hub = object.__new__(Hub)
    hub.__dict__.update(client.hub.__dict__)
    hub.transport = cast("Transport", LyingTransport(client.hub.transport, **changes))
    return Colleagues(hub)


def test_a_profession_that_the_hub_invents_is_not_believed(doctor: Client) -> None:
    found = doctor.hub.transport.get("/v1/directory/professionals", q="dupont echirolles")
    (told,) = cast("list[dict[str, Any]]", found["lines"])
    with pytest.raises(VerificationError, match="bad-proof"):
        lied_to(doctor, line=told["line"].replace("|60|", "|10|")).search("dupont echirolles")


def test_a_line_moved_within_the_extract_or_without_its_proof_is_not_believed(doctor: Client) -> None:
    lies: tuple[dict[str, object], ...] = ({"number": 3}, {"proof": []}, {"number": 1 << 40})
    for changes in lies:
        with pytest.raises(VerificationError, match="bad-proof"):
            lied_to(doctor, **changes).search("dupont echirolles")


def test_lines_of_another_number_than_the_one_asked_for_are_not_believed(doctor: Client) -> None:
    class Other(LyingTransport):
        def get(self, path: str, **params: str | int) -> JsonObject:
            return self._transport.get(path.replace(rpps(DUPONT), rpps(9_000_002)), **params)

    hub = lied_to(doctor)._hub
    hub.transport = cast("Transport", Other(doctor.hub.transport))
    with pytest.raises(VerificationError):
        Colleagues(hub).lines_of(f"8{rpps(DUPONT)}")


def test_a_leaf_that_names_something_else_is_not_believed(doctor: Client) -> None:
    class Elsewhere(LyingTransport):
        def get(self, path: str, **params: str | int) -> JsonObject:
            answer = dict(self._transport.get(path, **params))
            if path.startswith("/v1/directory"):
                receipt = cast("dict[str, Any]", answer["receipt"])
                stated = receipt["identity"]["payload"]["request"]
                stated["root"] = "0" * 64
            return answer

    hub = lied_to(doctor)._hub
    hub.transport = cast("Transport", Elsewhere(doctor.hub.transport))
    with pytest.raises(VerificationError):
        Colleagues(hub).search("dupont grenoble")


def test_what_is_asked_for_is_never_empty_nor_long(doctor: Client) -> None:
    for typed in ("d", "d" * 201):
        with pytest.raises(InvalidError) as refused:
            doctor.colleagues.search(typed)
        assert refused.value.problem is Problem.INVALID
