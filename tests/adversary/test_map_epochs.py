"""A hub that shows a false head for a while, between two visits of its owner, and takes it back before they look.

The operator of these tests replaces the hub's own map in its memory: the log then holds, signed and whole, what it
showed. An honest hub refuses to move a head back, so no request can make it do this.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from support.client_world import World, client_world
from support.databases import open_disk
from support.past_maps import FALSE, Hours, Past
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.client import Client
from volet_client.errors import EvidenceError, VerificationError
from volet_client.transport import HttpTransport
from volet_client.trust import SUBJECT, USER
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import subject_chain
from volet_protocol.errors import Reason
from volet_protocol.heads_map import HeadsTree
from volet_protocol.map_epochs import EPOCH_MS

NUMBERS = itertools.count()
Lie = Callable[[str, dict[str, Any]], object]


class LyingTransport(HttpTransport):
    """The real hub, some of whose answers are changed on their way."""

    def __init__(self, origin: str, part: str, lie: Lie) -> None:
        super().__init__(origin)
        self._part = part
        self.lie: Lie | None = lie

    def get(self, path: str, **params: str | int) -> JsonObject:
        answer = super().get(path, **params)
        if self.lie is not None and self._part in path:
            self.lie(path, cast("dict[str, Any]", answer))
        return answer


class Away(Past):
    """A doctor who looks now and then, and what the hub does meanwhile."""

    def __init__(self, world: World, hours: Hours, name: str) -> None:
        super().__init__(world, hours)
        self.name = name
        self.capacity = world.professional(name, "H1", "practice").author.capacity
        self.client.author.alarms()
        self.client.hub.save()

    @property
    def client(self) -> Client:
        return self.world.clients[self.name]

    def behind(self, transport: HttpTransport) -> None:
        """Look through a transport that changes what is served."""
        self.client.close()
        self.world.clients[self.name] = Client(self.client.profile, transport, self.world.clock)
        self.log_in()

    def found(self) -> Reason:
        """Look, and return what is found against the hub."""
        self.log_in()
        with pytest.raises(EvidenceError) as caught:
            self.client.author.alarms()
        return caught.value.reason

    def sync(self, *words: str) -> tuple[int, dict[str, Any], str]:
        """Run a command after a new login, and return its status, its result and its lines."""
        self.log_in()
        voice = Recorder("fr")
        context = Context(self.client.profile.config, voice)
        context._client = self.client
        status = run_line(context, list(words) or ["sync"])
        context.save()
        answer = cast("dict[str, Any]", voice.answer())
        lines = [*answer["lines"], str(answer["error"] or "")]
        return status, answer["result"] or {}, "\n".join(lines)

    def log_in(self) -> None:
        """Sessions end after minutes: whoever comes back logs in."""
        self.world.log_in(self.client, self.capacity)

    @property
    def subject(self) -> str:
        (bound,) = {(one.iss, one.sub) for one in self.client.directory.refresh(self.client.author.user).subjects}
        return subject_chain(*bound)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Hours]]:
    hours = Hours()
    with client_world(tmp_path_factory.mktemp("epochs"), clock=hours) as world:
        yield world, hours


@pytest.fixture
def away(served: tuple[World, Hours]) -> Iterator[Away]:
    world, hours = served
    away = Away(world, hours, f"mo-{next(NUMBERS)}")
    yield away
    away.client.close()


def test_a_link_that_was_shown_in_our_name_and_taken_back_is_found_at_the_next_visit(away: Away) -> None:
    away.lies(lambda heads: heads.set(USER, away.client.author.user, 1, FALSE))
    # The head of now is ours again: nothing of it shows what was.
    assert away.client.hub.head(USER, away.client.author.user).head == away.client.author.head
    status, _, lines = away.sync()
    assert status == 7
    assert "wrong-author" in lines
    assert "epoch" in lines
    assert away.client.hub.trust.evidence[-1]["label"] == USER
    (kept,) = away.client.profile.config.evidence.iterdir()
    assert FALSE in kept.read_text("utf-8")


def test_after_such_a_finding_nothing_more_is_done_with_that_hub(away: Away) -> None:
    away.lies(lambda heads: heads.set(USER, away.client.author.user, 1, FALSE))
    assert away.found() is Reason.WRONG_AUTHOR
    client = away.world.reopen(away.name)
    with pytest.raises(VerificationError):
        client.cases.open()


def test_another_account_under_our_identity_that_came_and_went_is_found(away: Away) -> None:
    subject = away.subject
    away.lies(lambda heads: heads.set(SUBJECT, subject, 1, FALSE))
    assert away.found() is Reason.ROLLED_BACK
    assert away.client.hub.trust.evidence[-1]["label"] == SUBJECT


def test_the_identity_is_checked_although_the_hub_serves_its_binding_no_more(away: Away) -> None:
    subject = away.subject
    away.lies(lambda heads: heads.set(SUBJECT, subject, 1, FALSE))

    def unbound(_: str, answer: dict[str, Any]) -> None:
        answer["bindings"] = []

    away.behind(LyingTransport(away.world.url, "/v1/users/", unbound))
    assert away.found() is Reason.ROLLED_BACK


def test_an_account_that_vanished_and_came_back_is_found(away: Away) -> None:
    away.lies(lambda _: HeadsTree())
    assert away.found() is Reason.ROLLED_BACK


def test_another_beginning_of_our_account_is_found(away: Away) -> None:
    forged = HeadsTree().set(USER, away.client.author.user, 0, FALSE)
    away.lies(lambda _: forged)
    assert away.found() is Reason.FORKED


def test_the_audit_of_keys_finds_it_as_well(away: Away) -> None:
    away.lies(lambda heads: heads.set(USER, away.client.author.user, 1, FALSE))
    assert away.sync("keys", "audit")[0] == 7


def test_an_honest_hub_is_checked_epoch_by_epoch_and_nothing_is_found(away: Away) -> None:
    for _ in range(3):
        away.wait()
    status, told, lines = away.sync("keys", "audit")
    assert (status, told["found"]) == (0, False)
    # Our chain and our identity, in at least three epochs each.
    assert told["epochs"] >= 6
    assert "rien n'y a changé à votre nom sans vous" in lines
    # Checked once: another process goes on from there.
    away.world.reopen(away.name)
    away.wait()
    assert away.sync("keys", "audit")[1]["epochs"] <= told["epochs"]


def test_a_night_without_any_act_leaves_nothing_out(away: Away) -> None:
    away.hours.ahead_ms += 50 * EPOCH_MS
    assert away.sync()[0] == 0


def drop(number: int) -> Lie:
    return lambda _, answer: answer["epochs"].pop(number)


def empty(_: str, answer: dict[str, Any]) -> None:
    answer["epochs"] = []


def change_head(_: str, answer: dict[str, Any]) -> None:
    answer["epochs"][0]["head"]["seq"] += 1


def hide_head(_: str, answer: dict[str, Any]) -> None:
    del answer["epochs"][0]["head"]


def other_leaf(_: str, answer: dict[str, Any]) -> None:
    answer["epochs"][0]["first"] = answer["epochs"][1]["first"]


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (drop(0), Reason.WRONG_SEQUENCE),
        (drop(1), Reason.WRONG_SEQUENCE),
        (empty, Reason.WRONG_SEQUENCE),
        (change_head, Reason.BAD_PROOF),
        (hide_head, Reason.BAD_PROOF),
        (other_leaf, Reason.BAD_PROOF),
    ],
)
def test_a_hub_that_hides_an_epoch_is_refused(away: Away, lie: Lie, reason: Reason) -> None:
    away.lies(lambda heads: heads.set(USER, away.client.author.user, 1, FALSE))
    transport = LyingTransport(away.world.url, "/epochs", lie)
    away.behind(transport)
    with pytest.raises(VerificationError) as caught:
        away.client.author.alarms()
    assert caught.value.reason is reason
    # Refused, not believed: the next visit begins where the last one ended, and finds it.
    transport.lie = None
    assert away.found() is Reason.WRONG_AUTHOR


def test_the_past_costs_two_rows_an_epoch_and_a_move_the_length_of_its_path(away: Away) -> None:
    def rows() -> tuple[int, int]:
        with open_disk(away.world.folder / "hub") as disk:
            epochs = list(disk.execute("SELECT COUNT(*) FROM map_epoch"))
            nodes = list(disk.execute("SELECT COUNT(*) FROM map_node"))
            return int(epochs[0][0]), int(nodes[0][0])

    away.wait()
    away.wait()
    before = rows()
    for _ in range(4):
        away.wait()
    assert tuple(now - then for now, then in zip(rows(), before, strict=True)) in {(4, 0), (5, 0)}
    # Work moves the other half of the map: a root an epoch, and nothing below it.
    for number in range(4):
        away.put(lambda heads, number=number: heads.set("list", f"{number:064x}", 0, FALSE))  # type: ignore[misc] # the default is the number
        away.wait()
    epochs, nodes = (now - then for now, then in zip(rows(), before, strict=True))
    assert nodes <= epochs
    assert nodes >= 4
