"""What a broken or hostile client sends before anybody reads it: its own problem, in French, nothing changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.folders import contents, unchanged
from support.hostile import notice
from support.hub import HubCase, running_hub
from support.hub_entries import (
    deposit_body,
    header,
    seal,
)
from support.identities import attest, make_user, seed32
from support.provoked import assert_problem, provoked, provokes
from volet_client.refusals import refusal_for
from volet_protocol.encodings import to_base64url
from volet_protocol.problems import Problem
from volet_service.application.ports import UnitOfWork

DOCS = Path(__file__).parents[2] / "docs"
OPENAPI: dict[str, Any] = json.loads((DOCS / "openapi.json").read_text("utf-8"))
KIB = 1024
MINUTE_MS = 60_000
NO_HASH = seed32("nothing").hex()


# -- any bytes at any route -----------------------------------------------------------------------------------------

MALFORMED = {
    "nothing": b"",
    "half an object": b'{"statement": {"body": ',
    "a list": b"[]",
    "null": b"null",
    "a number that no object holds": b'{"statement": {"body": {"v": 1e999}, "sig": ""}}',
    "not a number": b'{"statement": {"body": {"v": NaN}, "sig": "AA"}}',
    "a number of 5000 digits": b'{"statement": ' + b"9" * 5000 + b"}",
    "half a character": b'{"statement": {"body": {"type": "\\ud800"}, "sig": "AA"}}',
    "bytes that are no text": b'{"statement": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "nested without end": b'{"statement":' * 60_000,
    "nested too deep": b'{"statement": {"body": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b', "sig": "AA"}}',
    "unknown members": b'{"statement": {}, "surprise": 1}',
    "a statement of no type": b'{"statement": {"body": {"type": "gift"}, "sig": "AA"}}',
    "a signature in another alphabet": b'{"statement": {"body": {"type": "entry"}, "sig": "+/=="}}',
}
# A request without a body: no byte of it is read.
BODILESS = {"/v1/live/tickets"}
# Read and answered as its own protocol says (OpenID Connect Back-Channel Logout 1.0, sections 2.5 and 2.8).
FORMS = {"/v1/provider-logouts"}
POSTS = [path for path, operations in OPENAPI["paths"].items() if "post" in operations and path not in BODILESS | FORMS]
GETS = [path for path, operations in OPENAPI["paths"].items() if "get" in operations]
TRICKS = ["..%2f..%2fkeys%2flog.key", "%00", "%ff%fe", NO_HASH.upper(), "0" * 5000, "'%20OR%201=1", "%e2%80%ae", "{}"]
NUMBERS = [str(10**30), "-2", "1e9", "", "0x1", "9223372036854775808", "%D9%A3"]


def filled(path: str, value: str = NO_HASH) -> str:
    for name in ("user", "login", "case", "class_", "list_", "entry", "exchange", "label", "chain", "upload"):
        path = path.replace("{" + name + "}", value)
    return path.replace("{part}", "body").replace("{n}", "0")


@pytest.mark.parametrize("path", POSTS)
@provokes(Problem.INVALID)
def test_malformed_bytes_are_invalid_at_every_route(standing: HubCase, path: str) -> None:
    http = standing.clients["doctor"]
    with unchanged(standing.hub):
        for body in MALFORMED.values():
            answer = http.post(filled(path), content=body, headers={"Content-Type": "application/json"})
            assert_problem(answer, Problem.INVALID)


@pytest.mark.parametrize("path", sorted(FORMS))
def test_malformed_forms_are_refused_in_the_words_of_their_protocol(standing: HubCase, path: str) -> None:
    http = standing.clients["doctor"]
    with unchanged(standing.hub):
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            for body in MALFORMED.values():
                answer = http.post(path, content=body, headers={"Content-Type": kind})
                assert answer.status_code == 400
                assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("path", sorted(BODILESS))
def test_bytes_sent_where_none_are_read_change_nothing(standing: HubCase, path: str) -> None:
    assert "requestBody" not in OPENAPI["paths"][path]["post"]
    http = standing.clients["doctor"]
    plain = set(http.post(path).raise_for_status().json())
    for body in (MALFORMED["nested without end"], MALFORMED["bytes that are no text"]):
        assert set(http.post(path, content=body).json()) == plain


@pytest.mark.parametrize("path", GETS)
@provokes(Problem.NOT_FOUND)
def test_no_id_and_no_number_in_an_address_breaks_anything(standing: HubCase, path: str) -> None:
    http, expected = standing.clients["doctor"], (Problem.INVALID, Problem.NOT_FOUND)
    with unchanged(standing.hub):
        for trick in TRICKS if "{" in path else ():
            answer = http.get(filled(path, trick))
            assert_problem(answer, *expected)
        numbers = [p["name"] for p in OPENAPI["paths"][path]["get"].get("parameters", ()) if p["in"] == "query"]
        for number in NUMBERS if numbers else ():
            answer = http.get(filled(path) + "?" + "&".join(f"{name}={number}" for name in numbers))
            assert_problem(answer, *expected)


@pytest.mark.parametrize("upload", ["..", "..%2f..%2fx", "%2e%2e%2fkept", "ab" * 31, "AB" * 32, "ab" * 32 + "%00"])
def test_an_upload_has_no_path_of_its_own(standing: HubCase, upload: str) -> None:
    before = sorted(standing.hub.folder.rglob("*.part"))
    answer = standing.clients["doctor"].put(f"/v1/uploads/{upload}/0", content=b"x")
    assert_problem(answer, Problem.INVALID, Problem.NOT_FOUND)
    assert sorted(standing.hub.folder.rglob("*.part")) == before


@pytest.mark.parametrize("token", ["", "Volet", "Bearer x", "Volet " + "A" * 43, "Volet " + "A" * 9000, "Volet \xe9"])
@provokes(Problem.UNAUTHENTICATED)
def test_no_token_but_a_session_s_opens_anything(standing: HubCase, token: str) -> None:
    with standing.hub.client() as http, unchanged(standing.hub):
        assert_problem(
            http.get("/v1/cases", headers={b"Authorization": token.encode("latin-1")}), Problem.UNAUTHENTICATED
        )


# -- too large ------------------------------------------------------------------------------------------------------


def pieces(size: int) -> Iterator[bytes]:
    """A body whose length is not announced."""
    while size > 0:
        yield b"A" * min(size, 64 * KIB)
        size -= 64 * KIB


@provokes(Problem.TOO_LARGE)
def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_bound(standing: HubCase) -> None:
    http = standing.clients["doctor"]
    with unchanged(standing.hub):
        for path in ("/v1/entries", "/v1/releases"):
            answer = http.post(
                path,
                content=pieces(standing.hub.settings.request_limit + KIB),
                headers={"Content-Type": "application/json"},
            )
            assert_problem(answer, Problem.TOO_LARGE)


@pytest.mark.parametrize("length", ["-1", "1_0", "+5", "99999999999999999999999", "5" * 4400])
def test_a_length_that_is_none_is_refused_before_anything_is_read(standing: HubCase, length: str) -> None:
    with standing.hub.client() as http, unchanged(standing.hub):
        request = http.build_request("POST", "/v1/entries", headers={"Content-Length": length}, content=b"{}")
        try:
            answer = http.send(request)
        except httpx.HTTPError:
            return
        assert answer.status_code in {400, 413, 422}


def test_chunks_beyond_their_bounds_are_too_large(standing: HubCase) -> None:
    http, upload = standing.clients["doctor"], "cd" * 32
    chunk = 64 * KIB + 16
    with unchanged(standing.hub):
        assert_problem(http.put(f"/v1/uploads/{upload}/0", content=bytes(33 * chunk)), Problem.TOO_LARGE)
        assert_problem(http.put(f"/v1/uploads/{upload}/16", content=bytes(chunk)), Problem.TOO_LARGE)
        assert_problem(http.put(f"/v1/uploads/{upload}/{2**24}", content=b"x"), Problem.TOO_LARGE)
        assert_problem(http.put(f"/v1/uploads/{upload}/0", content=b""), Problem.INVALID)
        assert_problem(http.put(f"/v1/uploads/{upload}/{2**70}", content=b"x"), Problem.INVALID)


def test_a_title_above_its_size_is_refused(standing: HubCase) -> None:
    body = deposit_body(seal(standing, "doctor", header(standing, "doctor")))
    with unchanged(standing.hub):
        for size, problem in ((70_000, Problem.TOO_LARGE), (5_000, Problem.INVALID), (0, Problem.INVALID)):
            answer = standing.clients["doctor"].post("/v1/entries", json={**body, "title": to_base64url(bytes(size))})
            assert_problem(answer, problem)
        sizes = {**body["statement"]["body"], "sizes": {"title": 8192, "body": 256}}
        wide = standing.person("doctor").sign(sizes).to_json()
        assert_problem(
            standing.clients["doctor"].post("/v1/entries", json={**body, "statement": wide}), Problem.INVALID
        )


def test_a_fact_and_a_statement_that_could_not_be_read_back_are_too_large(standing: HubCase) -> None:
    statement, _ = notice(standing)
    with unchanged(standing.hub):
        huge: dict[str, Any] = {"v": 1, "type": "consent", "recipients": {"rows": [f"{n:0128d}" for n in range(9000)]}}
        assert_problem(standing.offer("coordinator", statement, huge), Problem.INVALID, Problem.TOO_LARGE)
        long = standing.person("coordinator").sign({**statement.body, "facts": ["0" * 64] * 30_000})
        assert_problem(standing.offer("coordinator", long, None), Problem.INVALID, Problem.TOO_LARGE)


def test_more_links_or_boxes_than_a_request_may_hold_are_invalid(standing: HubCase) -> None:
    statement, fact = notice(standing)
    link = {"statement": statement.to_json(), "fact": fact}
    path, http = f"/v1/cases/{standing.main.case}/chains/main", standing.clients["coordinator"]
    with unchanged(standing.hub):
        assert_problem(http.post(path, json={"links": [link] * 65}), Problem.INVALID)
        assert_problem(http.post(path, json={"links": []}), Problem.INVALID)
        boxes = {f"{n:064x}": "AA" for n in range(1025)}
        assert_problem(http.post(path, json={"links": [{**link, "boxes": boxes}]}), Problem.INVALID)


# -- bounds of the hub itself ---------------------------------------------------------------------------------------


@provokes(Problem.OVERLOADED)
def test_a_full_queue_answers_at_once_and_says_when_to_come_back(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub", queue_bound=1) as hub, hub.client() as http:
        gate, started = threading.Event(), threading.Event()

        def block(_uow: UnitOfWork, /) -> None:
            started.set()
            gate.wait(10)

        store: Any = hub.running.hub.store
        first = store.submit(block)
        started.wait(10)
        second = store.submit(lambda _uow, /: None)
        statement = attest(make_user(5), "H1", "clinic")
        answer = http.post("/v1/attestations", json={"statement": statement.to_json()})
        assert_problem(answer, Problem.OVERLOADED)
        gate.set()
        assert first.result(10) is second.result(10)
        assert http.get("/v1/ready").is_success


@provokes(Problem.TOO_MANY_REQUESTS)
def test_a_flood_of_logins_is_stopped_and_leaves_the_others_alone(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub") as hub:
        user = make_user(5)
        asked = {"user": user.user, "device": user.device.id, "iss": "https://self.example", "aud": "volet-hub",
                 "random": to_base64url(seed32("random"))}  # fmt: skip
        with hub.client() as http:
            answers = [http.post("/v1/logins", json=asked) for _ in range(61)]
            assert [answer.status_code for answer in answers[:60]] == [201] * 60
            before = contents(hub.folder)
            assert_problem(http.post("/v1/logins", json=asked), Problem.TOO_MANY_REQUESTS)
            assert contents(hub.folder) == before
            hub.clock.at_ms += 11 * MINUTE_MS
            assert http.post("/v1/logins", json=asked).status_code == 201


# -- the enumeration ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", list(Problem))
def test_each_problem_is_explained_and_names_the_next_step(problem: Problem) -> None:
    sections = (DOCS / "problems.md").read_text("utf-8").split("\n## ")
    told = {section.split("\n", 1)[0]: section for section in sections}
    assert told[problem.value].split("\n")[1].startswith(f"{problem.status}. ")
    refusal = refusal_for(problem, {})
    assert refusal.said.fr.startswith(problem.title())
    assert refusal.hint is not None
    assert refusal.hint.fr


def test_each_problem_is_provoked_by_a_test() -> None:
    # `internal` is what no request may provoke: tests/unit/service/test_unexpected_errors.py breaks a route to see it.
    assert provoked(Path(__file__).parent) == set(Problem) - {Problem.INTERNAL}


def test_no_problem_is_documented_that_does_not_exist() -> None:
    titles = [
        line.removeprefix("## ") for line in (DOCS / "problems.md").read_text("utf-8").splitlines() if line[:3] == "## "
    ]
    assert titles == [problem.value for problem in Problem]
