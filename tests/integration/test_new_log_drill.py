"""The drill of docs/operations.md with the real commands: a backup, too old, a new log, the bundle, the clients."""

from __future__ import annotations

import copy
import json
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from support.audited import DETAIL, Scene, ask, lying, permits
from support.client_world import PASSPHRASE, World, client_world
from support.identities import CONTROLLER
from support.loopback import free_port, served
from volet_client.audit import Accesses
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.config import Config
from volet_client.errors import VoletError
from volet_client.log_decisions import Flaw
from volet_client.log_export import check_export
from volet_client.profile import Profile
from volet_client.transport import HttpTransport
from volet_protocol import canonical
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.kinds import Content
from volet_protocol.log_positions import SPAN
from volet_protocol.trust_bundle import TrustBundle
from volet_service.adapters.clock import SystemClock
from volet_service.application import release_entries
from volet_service.bootstrap import admin
from volet_service.bootstrap.hub import build
from volet_service.entrypoints.http.app import create_app
from volet_service.settings import Settings

pytestmark = pytest.mark.usefixtures("on_sqlite")
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def ceremony(place: Path, trust: bytes) -> None:
    """Write what the controller has on their own machine: keys, and whom the bundle names."""
    bundle = TrustBundle.read(trust).verify(None)
    keys = place / "keys"
    keys.mkdir(mode=0o700)
    (keys / "controllers.json").write_bytes(canonical.encode(bundle.controllers.to_json()))
    (keys / "controller-1.key").write_text(to_base64url(CONTROLLER.seed), "ascii")
    (keys / "controller-1.key").chmod(0o600)
    issuers: list[dict[str, Any]] = []
    for number, issuer in enumerate(bundle.issuers):
        value: dict[str, Any] = dict(issuer.to_json())
        published = [{**cast("dict[str, Any]", key["jwk"]), "kid": key["kid"]} for key in value.pop("keys")]
        (place / f"{number}.jwks.json").write_text(json.dumps({"keys": published}), "utf-8")
        issuers.append({**value, "jwks": f"{number}.jwks.json"})
    parties = {"issuers": issuers, "registrars": [one.to_json() for one in bundle.registrars]}
    (place / "parties.json").write_text(json.dumps(parties), "utf-8")


@contextmanager
def again(world: World) -> Iterator[str]:
    """Serve the hub of the folder as another process would; yield its address."""
    running, port = build(Settings(folder=Path("var/hub")), world.door, SystemClock()), free_port()
    try:
        with served(create_app(running.hub), port):
            yield f"http://127.0.0.1:{port}"
    finally:
        running.stop()


def client_of(name: str, url: str) -> Client:
    profile = Profile.open(Config(Path("var") / name, None, "fr"), PASSPHRASE)
    return Client(profile, HttpTransport(url))


def command(client: Client, *words: str) -> tuple[int, dict[str, Any]]:
    """Run one command of an opened profile; what it verified is written back."""
    voice = Recorder("fr")
    context = Context(client.profile.config, voice)
    context._client = client
    status = run_line(context, list(words))
    context.close()
    return status, cast("dict[str, Any]", voice.answer())


def drill() -> Iterator[list[str]]:
    lines = OPERATIONS.read_text("utf-8").split("<!-- drill of a new log -->\n```\n")[1].split("```")[0]
    return iter([shlex.split(line) for line in lines.splitlines()])


def admin_line(words: list[str], stamp: str = "") -> int:
    assert words[:2] == ["volet", "admin"]
    return admin.run([word.replace("STAMP", stamp) for word in words[2:]])


def at(world: World, name: str, url: str) -> Client:
    """Return the client of a profile that took the new bundle, logged in at the hub that serves now."""
    assert command(client_of(name, url), "trust", "trust-2.json")[0] == 0
    client = client_of(name, url)
    world.log_in_at(client, url)
    return client


def flip(text: str) -> str:
    """Change one bit of base64url text."""
    data = bytearray(from_base64url(text))
    data[len(data) // 2] ^= 1
    return to_base64url(bytes(data))


def drop_ended(content: dict[str, Any]) -> None:
    del content["previous"]


def alter_leaf(content: dict[str, Any]) -> None:
    leaves = content["previous"][0]["leaves"]
    leaves[3] = flip(leaves[3])


def cut_short(content: dict[str, Any]) -> None:
    content["previous"][0]["leaves"].pop()


def end_it_twice(content: dict[str, Any]) -> None:
    content["previous"] *= 2


def move_record(content: dict[str, Any]) -> None:
    """Let a record of the log that ended stand at the same number of the new one."""
    content["records"][0]["index"] += SPAN


def end_with_the_new(content: dict[str, Any]) -> None:
    content["previous"][0]["checkpoint"] = content["checkpoint"]


LIES: list[Callable[[dict[str, Any]], None]] = [
    drop_ended, alter_leaf, cut_short, end_it_twice, move_record, end_with_the_new,
]  # fmt: skip


def lied_to(world: World, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return a case of which the hub released to the coordinator what the rules refuse."""
    world.professional("doctor", "H1", "dac")
    world.professional("auditor", "O14", "operator", "auditor")
    scene = Scene(world)
    with monkeypatch.context() as patched:
        lying(patched, release_entries, "rule", permits)
        ask(scene, scene.coord)
    return scene


def both_logs_are_judged(world: World, url: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """One lie in each log, and both are found: on line, and in the file that the auditor takes away."""
    scene.doctor, scene.coord, scene.auditor = (at(world, name, url) for name in ("doctor", "coord", "auditor"))
    read = scene.doctor.entries.read(scene.case, DETAIL, scene.entry).body
    assert isinstance(read, Content)
    assert read.fields["text"] == "texte"
    with monkeypatch.context() as patched:
        lying(patched, release_entries, "rule", permits)
        ask(scene, scene.coord)
    checked = scene.auditor.audit.verify()
    assert checked.leaves["restart"] == 1
    assert [one.flaw for one in checked.findings] == [Flaw.WRONG_PERMIT] * 2
    assert [one.index < SPAN for one in checked.findings] == [True, False]
    judged = checked.cases[scene.case]
    assert (judged.judged > 4, judged.unjudged) == (True, 0)
    content = cast("dict[str, Any]", scene.auditor.audit.collect(records=True))
    log, bundle = scene.auditor.hub.trust.log, scene.auditor.profile.bundle
    offline = check_export(content, log, bundle)
    # A look is in the log like any other act, so the file may hold one leaf more; what was found stays the same.
    assert (offline.cases, offline.findings) == (checked.cases, checked.findings)
    assert {**offline.leaves, "log": 0} == {**checked.leaves, "log": 0}
    for lie in LIES:
        told = copy.deepcopy(content)
        lie(told)
        with pytest.raises(ProtocolError):
            check_export(told, log, bundle)
    for client in (scene.doctor, scene.coord, scene.auditor):
        client.close()


def counted(client: Client, case: str) -> Accesses:
    shown = client.audit.accesses(case)
    client.close()
    return shown


def test_the_drill_of_a_new_log_is_played_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "var").mkdir()
    monkeypatch.chdir(tmp_path)
    lines = drill()
    with client_world(Path("var")) as world:
        ceremony(tmp_path, world.trust)
        person, coord = world.person("mme"), world.professional("coord", "S10", "dac")
        world.clients["person"] = person
        scene = lied_to(world, monkeypatch)
        case = scene.case
        before = person.audit.accesses(case)
        assert before.complete
        capsys.readouterr()
        assert admin_line(next(lines)) == 0
        stamp = capsys.readouterr().out.split("var/backups/")[1].split()[0]
        lost = coord.cases.open(person=person.author.user).case
        assert person.audit.accesses(lost).complete
        status, _ = command(client_of("mme", world.url), *next(lines)[1:])
        assert status == 0
    for path in next(lines)[2:]:
        shutil.rmtree(path) if Path(path).is_dir() else Path(path).unlink()
    assert admin_line(next(lines), stamp) == 2
    assert admin_line(next(lines)) == 0
    sign = next(lines)
    assert run_line(Context(Config(tmp_path, None, "fr"), Recorder("fr")), sign[1:]) == 0
    _, source, target = next(lines)
    shutil.copy(source, target)
    assert admin_line(next(lines)) == 0
    with again(world) as url:
        old = client_of("mme", url)
        with pytest.raises(VoletError):
            old.audit.accesses(case)
        old.close()
        trust, sync = next(lines), next(lines)
        status, told = command(client_of("mme", url), *trust[1:])
        assert (status, told["result"]["previous_logs"]) == (0, ["log.example"])
        assert [one["log"] for one in told["result"]["lost"]] == ["log.example"]
        assert "perdu" in "\n".join(told["lines"])
        mme = client_of("mme", url)
        world.log_in_at(mme, url)
        assert command(mme, *sync[1:])[0] == 0
        shown = counted(client_of("mme", url), case)
        assert shown.complete
        assert {act.index < SPAN for act in shown.acts} == {True, False}
        assert [act.leaf for act in shown.acts][: len(before.acts)] == [act.leaf for act in before.acts]
        both_logs_are_judged(world, url, scene, monkeypatch)
        gone = client_of("mme", url)
        with pytest.raises(VoletError):
            gone.audit.accesses(lost)
        gone.close()
    with pytest.raises(StopIteration):
        next(lines)
