"""The hub serves a web client, logs what it serves, and anybody can compare (docs/spec/web.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.client_world import World, client_world
from support.hub import LiveHub, make_folder, running_hub
from support.identities import HUB
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Terminal
from volet_client.errors import EvidenceError, UsageError, VerificationError
from volet_client.transport import HttpTransport
from volet_client.web_check import AS_BROWSERS, Served, WebFlaw, compare, fetch_from, logged_version, served
from volet_protocol.canonical import JsonObject
from volet_protocol.receipt import Receipt
from volet_protocol.web_manifest import WebManifest
from volet_service.bootstrap.hub import CannotStart

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
PAGE = (
    '<!doctype html><script type="module" crossorigin src="/assets/a-1.js" integrity="sha384-x"></script>'
    '<link rel="stylesheet" href="/assets/a-1.css" integrity="sha384-y">'
)
FILES = {"index.html": PAGE, "assets/a-1.js": "export {};\n" * 100, "assets/a-1.css": "body{}", "icon.svg": "<svg/>"}
# What the build made of the script, whatever it is: a hub sends it, and nobody unpacks it here.
SMALL = "what Brotli made of it"
FILES["assets/a-1.js.br"] = SMALL


def build(folder: Path, **changes: str) -> Path:
    for path, text in {**FILES, **changes}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[LiveHub]:
    with running_hub(tmp_path_factory.mktemp("hub"), web=str(built)) as live:
        yield live


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world"), web=str(built)) as world:
        world.profile("somebody")
        yield world


def raw(hub: LiveHub, path: str, asked: str) -> tuple[bytes, httpx.Headers]:
    """Return an answer's bytes as they travel, and its headers."""
    with hub.client().stream("GET", path, headers={"Accept-Encoding": asked}) as answer:
        return b"".join(answer.iter_raw()), answer.headers


class TestServing:
    def test_the_page_comes_with_a_policy_that_lets_only_this_origin_s_code_run(self, hub: LiveHub) -> None:
        answer = hub.client().get("/")
        assert answer.text == PAGE
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        rules = dict(one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert rules["require-trusted-types-for"] == "'script'"
        # One policy, which makes one address: that of the worker which keeps the page.
        assert rules["trusted-types"] == "volet-worker"
        assert rules["worker-src"] == "'self'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["integrity-policy"] == "blocked-destinations=(script)"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"

    def test_built_files_are_kept_by_browsers_and_the_page_is_asked_for_again(self, hub: LiveHub) -> None:
        http = hub.client()
        script, page = http.get("/assets/a-1.js"), http.get("/")
        assert "immutable" in script.headers["cache-control"]
        assert page.headers["cache-control"] == "no-cache"
        again = http.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_browser_that_takes_gzip_gets_fewer_bytes_of_the_same_file(self, hub: LiveHub) -> None:
        http = hub.client()
        small = http.get("/assets/a-1.js", headers={"Accept-Encoding": "gzip"})
        large = http.get("/assets/a-1.js", headers={"Accept-Encoding": "identity"})
        assert small.text == large.text == FILES["assets/a-1.js"]
        assert int(small.headers["content-length"]) < int(large.headers["content-length"]) / 10

    @pytest.mark.parametrize("asked", ["br", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.5"])
    def test_a_browser_that_takes_brotli_gets_the_bytes_that_the_build_made(self, hub: LiveHub, asked: str) -> None:
        data, headers = raw(hub, "/assets/a-1.js", asked)
        assert data == SMALL.encode()
        assert headers["content-encoding"] == "br"
        assert headers["content-length"] == str(len(SMALL))
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["vary"] == "accept-encoding"

    @pytest.mark.parametrize(
        ("path", "asked", "encoding"),
        [
            ("/assets/a-1.js", "gzip, br;q=0", "gzip"),
            ("/assets/a-1.js", "br;q=0.0, gzip;q=0", None),
            ("/assets/a-1.js", "brotli, gzipped", None),
            ("/icon.svg", "br, gzip", "gzip"),
            ("/assets/a-1.js.br", "br, gzip", None),
        ],
    )
    def test_nobody_gets_an_encoding_they_refuse_or_that_was_not_built(
        self, hub: LiveHub, path: str, asked: str, encoding: str | None
    ) -> None:
        assert raw(hub, path, asked)[1].get("content-encoding") == encoding

    def test_what_a_browser_kept_in_one_encoding_is_not_taken_for_another(self, hub: LiveHub) -> None:
        tags = {asked: raw(hub, "/assets/a-1.js", asked)[1]["etag"] for asked in ("br", "gzip", "identity")}
        assert len(set(tags.values())) == len(tags)
        again = hub.client().get("/assets/a-1.js", headers={"Accept-Encoding": "gzip", "If-None-Match": tags["br"]})
        assert again.status_code == 200

    @pytest.mark.parametrize(
        "path", ["/../hub.sqlite", "/%2e%2e/trust.json", "/assets/", "/assets", "/index.htm", "/INDEX.HTML", "/a/b"]
    )
    def test_what_is_not_in_the_manifest_is_not_there(self, hub: LiveHub, path: str) -> None:
        with httpx.Client(base_url=hub.url, trust_env=False) as http:
            answer = http.get(httpx.URL(hub.url, raw_path=path.encode()))
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")

    def test_a_file_changed_on_disk_is_not_served(self, tmp_path: Path) -> None:
        changed = build(tmp_path / "dist")
        with running_hub(tmp_path / "hub", web=str(changed)) as live:
            (changed / "index.html").write_text("<script>steal()</script>", "utf-8")
            (changed / "more.js").write_text("steal()", "utf-8")
            http = live.client()
            assert http.get("/").text == PAGE
            assert http.get("/more.js").status_code == 404

    def test_the_page_may_ask_the_registrars_that_the_operator_named_and_nobody_else(
        self, tmp_path: Path, built: Path
    ) -> None:
        with running_hub(tmp_path / "hub", web=str(built), registrars="https://greffe.example:8443") as live:
            http = live.client()
            allowed = f"connect-src 'self' {HUB.replace('http', 'ws', 1)} https://greffe.example:8443;"
            assert allowed in http.get("/").headers["content-security-policy"]
            assert http.get("/platform.json").json() == {"v": 1, "registrars": ["https://greffe.example:8443"]}

    def test_the_numbers_to_call_that_the_operator_set_stand_beside_the_page(self, tmp_path: Path, built: Path) -> None:
        numbers = {"departement": "Drôme", "crip": "04 01", "prosecutor": "04 02", "adults": "04 03"}
        file = tmp_path / "numbers.json"
        file.write_text(json.dumps(numbers, indent=1), "utf-8")
        with running_hub(tmp_path / "hub", web=str(built), authorities=str(file)) as live:
            assert live.client().get("/platform.json").json()["authorities"] == numbers

    @pytest.mark.parametrize(
        "text", ["", "[]", '{"crip": "04 01"}', '{"departement": " ", "crip": "1", "prosecutor": "2", "adults": "3"}']
    )
    def test_a_hub_told_of_numbers_that_say_less_does_not_start(self, tmp_path: Path, built: Path, text: str) -> None:
        file = tmp_path / "numbers.json"
        file.write_text(text, "utf-8")
        make_folder(tmp_path / "hub")
        with (
            pytest.raises(CannotStart, match="does not load"),
            running_hub(tmp_path / "hub", web=str(built), authorities=str(file)),
        ):
            pass

    def test_the_headers_that_operations_gives_another_server_are_those_of_the_hub(
        self, tmp_path: Path, built: Path
    ) -> None:
        block = OPERATIONS.read_text("utf-8").split("<!-- static files -->")[1].split("<!-- end of static files -->")[0]
        written = dict(re.findall(r'add_header (\S+) "([^"]*)" always;', block))
        written["content-security-policy"] = written["content-security-policy"].replace(
            "wss://volet.example", HUB.replace("http", "ws", 1)
        )
        with running_hub(tmp_path / "hub", web=str(built), registrars="https://registrar.example") as live:
            served = live.client().get("/").headers
        assert {name: served[name] for name in written} == written
        others = {"content-type", "content-length", "content-encoding", "cache-control", "etag", "vary"}
        others |= {"server", "date", "x-request-id"}
        assert set(served) - set(written) <= others

    def test_only_reading_is_answered(self, hub: LiveHub) -> None:
        http = hub.client()
        whole = {"Accept-Encoding": "identity"}
        assert http.head("/", headers=whole).headers["content-length"] == str(len(PAGE))
        assert http.head("/").content == b""
        assert http.post("/").status_code in {404, 405}

    def test_a_hub_without_web_client_says_so_and_serves_the_rest(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "bare") as bare:
            http = bare.client()
            answer = http.get("/")
            assert answer.status_code == 404
            assert "make web" in answer.text
            assert http.get("/v1/web").status_code == 404
            assert http.get("/v1/health").status_code == 200

    def test_a_hub_told_to_serve_a_folder_that_holds_none_does_not_start(self, tmp_path: Path) -> None:
        make_folder(tmp_path / "hub")
        with pytest.raises(CannotStart, match="make web"), running_hub(tmp_path / "hub", web=str(tmp_path / "nothing")):
            pass


class TestLeaf:
    def test_the_log_holds_the_manifest_before_the_first_file_is_served(self, hub: LiveHub) -> None:
        answer = hub.client().get("/v1/web").json()
        manifest = WebManifest.read(answer["manifest"])
        verified = hub.receipt(answer["receipt"])
        assert Receipt.read(answer["receipt"]).view.payload["act"] == "web-version"
        assert verified.identity is not None
        assert verified.identity["request"] == manifest.to_json()
        assert {file.path for file in manifest.files} == {*FILES, "trust.json", "platform.json"}

    def test_the_bundle_that_browsers_are_given_is_one_of_the_logged_files(self, hub: LiveHub) -> None:
        assert hub.client().get("/trust.json").content == (hub.folder / "trust.json").read_bytes()

    def test_another_build_is_another_leaf(self, tmp_path: Path, built: Path) -> None:
        with running_hub(tmp_path / "hub", web=str(built)) as before:
            first = before.client().get("/v1/web").json()
        other = build(tmp_path / "other", **{"icon.svg": "<svg></svg>"})
        with running_hub(tmp_path / "hub", web=str(other)) as after:
            second = after.client().get("/v1/web").json()
        assert first["manifest"] != second["manifest"]
        assert WebManifest.read(first["manifest"]).hash != WebManifest.read(second["manifest"]).hash


class Server:
    """Whatever serves the files to browsers: honest until a test changes an answer."""

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self.changed: dict[str, httpx.Response] = {}
        self.for_browsers: dict[str, Served] = {}

    def fetch(self, path: str, asked: str) -> Served:
        if path in self.changed:
            return served(self.changed[path])
        if asked == AS_BROWSERS and path in self.for_browsers:
            return self.for_browsers[path]
        with httpx.Client(trust_env=False) as http:
            return fetch_from(http, self._hub)(path, asked)


class TestCheck:
    def test_files_that_are_those_of_the_log_are_said_to_be(self, world: World, built: Path) -> None:
        assert run(world, "web", "verify", world.url, "--build", str(built)) == 0

    def test_files_of_the_deployment_are_not_asked_of_one_s_own_build(self, world: World, built: Path) -> None:
        assert not (built / "trust.json").exists()
        assert run(world, "--json", "web", "verify", world.url, "--build", str(built)) == 0

    def test_a_build_of_one_s_own_that_differs_is_named(self, world: World, tmp_path: Path) -> None:
        own = build(tmp_path / "own", **{"icon.svg": "<svg> </svg>", "extra.js": "1"})
        assert run(world, "web", "verify", world.url, "--build", str(own)) == EvidenceError.exit_status

    @pytest.mark.parametrize(
        ("path", "answer", "flaw"),
        [
            ("assets/a-1.js", httpx.Response(200, text="steal()"), ("/assets/a-1.js", "altered")),
            ("assets/a-1.css", httpx.Response(404), ("/assets/a-1.css", "missing")),
            ("", httpx.Response(200, text=PAGE), ("/", "policy")),
            ("", httpx.Response(200, text=PAGE, headers={"content-security-policy": "script-src *"}), ("/", "policy")),
            ("", httpx.Response(200, text=PAGE + "<script src=x>"), ("/", "altered")),
            ("", httpx.Response(200, text="<script src=/assets/a-1.js>"), ("/", "unsealed")),
        ],
    )
    def test_each_difference_that_a_browser_would_meet_is_named(
        self, world: World, path: str, answer: httpx.Response, flaw: tuple[str, str]
    ) -> None:
        server = Server(world.url)
        server.changed[path] = answer
        manifest = logged_version(world.clients["somebody"].hub).manifest
        assert compare(manifest, server.fetch) != []
        assert WebFlaw(*flaw) in compare(manifest, server.fetch)

    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            ("assets/a-1.js", Served(found=True, data=b"another Brotli", encoding="br")),
            ("assets/a-1.js", Served(found=True, data=FILES["assets/a-1.js"].encode(), encoding="br")),
            ("assets/a-1.css", Served(found=True, data=SMALL.encode(), encoding="br")),
            ("assets/a-1.js", Served(found=True, data=b"packed", encoding="zstd")),
            ("assets/a-1.js", Served(found=True, data=b"steal()")),
            ("assets/a-1.js", Served(found=False)),
        ],
    )
    def test_what_only_those_get_who_ask_as_browsers_do_is_compared_too(
        self, world: World, path: str, answer: Served
    ) -> None:
        server = Server(world.url)
        server.for_browsers[path] = answer
        flaw = "altered" if answer.found else "missing"
        assert compare(logged_version(world.clients["somebody"].hub).manifest, server.fetch) == [
            WebFlaw(f"/{path}", flaw)
        ]

    def test_a_page_without_its_policy_for_browsers_alone_is_named(self, world: World) -> None:
        server = Server(world.url)
        server.for_browsers[""] = Served(found=True, data=PAGE.encode())
        found = compare(logged_version(world.clients["somebody"].hub).manifest, server.fetch)
        assert found == [WebFlaw("/", "policy")]

    def test_a_manifest_that_the_log_does_not_hold_is_refused(self, world: World) -> None:
        client = world.profile("careful")
        client.hub.transport = LyingTransport(world.url)
        with pytest.raises(VerificationError):
            logged_version(client.hub)

    def test_an_address_that_is_none_is_refused_with_an_example(self, world: World) -> None:
        assert run(world, "web", "verify", "volet.example") == UsageError.exit_status


class LyingTransport(HttpTransport):
    """A hub that serves other files than it logged, and says so in the manifest alone."""

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = super().get(path, **params)
        if path != "/v1/web":
            return answer
        text = json.dumps(answer["manifest"]).replace('"size": 6', '"size": 7')
        return {**answer, "manifest": json.loads(text)}


def run(world: World, *arguments: str) -> int:
    context = Context(world.clients["somebody"].profile.config, Terminal("fr", as_json=False))
    context._client = world.clients["somebody"]
    return run_line(context, arguments)
