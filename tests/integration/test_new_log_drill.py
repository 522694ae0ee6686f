"""The drill of docs/operations.md with the real commands: a backup, too old, a new log, the bundle, the clients."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

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
from volet_client.profile import Profile
from volet_client.transport import HttpTransport
from volet_protocol import canonical
from volet_protocol.encodings import to_base64url
from volet_protocol.log_positions import SPAN
from volet_protocol.trust_bundle import TrustBundle
from volet_service.adapters.clock import SystemClock
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
        case = coord.cases.open(person=person.author.user).case
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
        gone = client_of("mme", url)
        with pytest.raises(VoletError):
            gone.audit.accesses(lost)
        gone.close()
    with pytest.raises(StopIteration):
        next(lines)
