"""The commands of reports, exports and masks as somebody types them: what they say, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from support.client_world import World, client_world
from volet_client.cli.context import Context
from volet_client.cli.main import run_line
from volet_client.cli.terminal import Recorder
from volet_client.members import GENERAL, Terms
from volet_client.names import CONTACT
from volet_client.passages import MARK


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with client_world(tmp_path_factory.mktemp("world")) as world:
        world.professional("mo", "H1", "dac")
        world.professional("ass", "S1", "dac")
        mme = world.person("mme").author.user
        mo, ass = world.clients["mo"], world.clients["ass"]
        case = mo.cases.open(person=mme).case
        mo.members.give_notice(case, [GENERAL], "oral")
        mo.members.add(case, ass.author.user, Terms())
        for client in (mo, ass):
            client.names.put(CONTACT, "Ass", ass.author.user)
            client.names.put(CONTACT, "Mme A", mme)
        yield world


def run(world: World, who: str, *words: str) -> tuple[int, Mapping[str, object], str]:
    """The exit status, the result, and all that somebody read."""
    client = world.clients[who]
    recorder = Recorder("fr")
    context = Context(client.profile.config, recorder)
    context._client = client
    status = run_line(context, words)
    answer = recorder.answer()
    told = cast("Mapping[str, object]", answer["result"] or answer["error"] or {})
    return status, told, "\n".join(str(line) for line in cast("list[object]", answer["lines"]))


def done(world: World, who: str, *words: str) -> tuple[Mapping[str, object], str]:
    status, told, lines = run(world, who, *words)
    assert status == 0, told
    return told, lines


def test_a_report_starts_with_whom_to_call_and_ends_at_the_authority_with_its_slip(
    world: World, tmp_path: Path
) -> None:
    told, lines = done(world, "mo", "report", "start", "--child", "--named", "Ass", "--observed", "Bleus, mardi.")
    for number in ("17", "119", "3977", "CRIP", "EXEMPLES"):
        assert number in lines
    report = str(told["report"])[:8]
    assert report in done(world, "ass", "report", "list")[1]
    assert "Bleus, mardi." in done(world, "ass", "report", "read", report)[1]
    sent, lines = done(world, "mo", "report", "send", report, "--authority", "crip", "--into", str(tmp_path / "envoi"))
    assert str(sent["passphrase"]) in lines
    assert len(cast("list[object]", sent["files"])) == 2
    done(world, "ass", "report", "answer", report, "--text", "Évaluation ouverte.")
    followed = done(world, "mo", "report", "read", report)[1]
    assert "Transmis" in followed
    assert "Évaluation ouverte." in followed
    sealed = str(cast("list[object]", sent["files"])[0])
    opened, _ = done(
        world, "mo", "export", "open", sealed, "--passphrase", str(sent["passphrase"]), "--into", str(tmp_path / "lu")
    )
    assert "Bleus, mardi." in Path(str(cast("list[object]", opened["files"])[0])).read_text("utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ("--child", "--observed", "x"), ("--child", "--named", "Ass", "--alone", "--observed", "x"),
        ("--child", "--named", "Ass"), ("--child", "--named", "Mme A", "--observed", "x"),
        ("--named", "Ass", "--observed", "x"),
        ("--adult", "--named", "Ass", "--hidden-from", "Ass", "--observed", "x"),
    ],
)  # fmt: skip
def test_a_report_that_nobody_should_write_so_is_refused_with_the_next_step(
    world: World, words: tuple[str, ...]
) -> None:
    status, told, _ = run(world, "mo", "report", "start", *words)
    assert status == 2
    assert told["hint"] or told["message"]


def test_a_passage_is_marked_for_the_person_and_read_by_a_colleague(world: World) -> None:
    text = "Calme. Son fils est suivi."
    posted, _ = done(
        world, "mo", "post", "autonomy/1", "--title", "Visite", "--text", text,
        "--third-party-passage", "Son fils est suivi.",
    )  # fmt: skip
    done(world, "mo", "sync")
    entry = str(posted["id"])[:8]
    shown = done(world, "mme", "read", "autonomy/1", entry)[1]
    assert MARK in shown
    assert "Son fils" not in shown
    assert "Son fils est suivi." in done(world, "mo", "read", "autonomy/1", entry)[1]


def test_a_passage_that_is_not_word_for_word_is_refused_and_nothing_is_stored(world: World) -> None:
    before = done(world, "mo", "list", "autonomy/1")[1]
    words = ("--title", "Visite", "--text", "Calme.", "--third-party-passage", "Agitée.")
    assert run(world, "mo", "post", "autonomy/1", *words)[0] == 2
    assert done(world, "mo", "list", "autonomy/1")[1] == before


def test_a_result_waits_and_its_author_alone_says_it_was_announced(world: World) -> None:
    words = ("--title", "Scanner", "--text", "Nodule.", "--before-announcement", "--days", "3")
    posted, _ = done(world, "mo", "post", "medical/1", *words)
    entry = str(posted["id"])[:8]
    assert "avant l'annonce" in done(world, "mo", "list", "medical/1")[1]
    assert "Scanner" not in done(world, "mme", "list", "medical/1")[1]
    assert run(world, "ass", "unmask", "medical/1", entry)[0] != 0
    done(world, "mo", "unmask", "medical/1", entry)
    assert "Nodule." in done(world, "mme", "read", "medical/1", entry)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--before-announcement", "--days", "16"), ("--before-announcement", "--days", "0"), ("--days", "3"),
        ("--to", "Ass"), ("--withheld", "--before-announcement"),
    ],
)  # fmt: skip
def test_masks_that_contradict_themselves_are_refused(world: World, words: tuple[str, ...]) -> None:
    assert run(world, "mo", "post", "medical/1", "--title", "T", "--text", "t", *words)[0] == 2


def test_a_document_is_given_to_a_notary_at_the_persons_request_and_not_before(world: World, tmp_path: Path) -> None:
    posted, _ = done(world, "ass", "post", "housing/1", "--title", "Bail", "--text", "Bail signé.")
    give = ("export", "document", "housing/1", str(posted["id"])[:8], "--to", "Notaire X", "--into", str(tmp_path))
    assert run(world, "ass", *give, "--request", "last")[0] == 2
    done(
        world, "mme", "consent", "give", "--kind", "person_request_to_third_party", "--information", "housing/1",
        "--row", "O7", "--outsider", "notaire-x", "--means", "written",
    )  # fmt: skip
    told, lines = done(world, "ass", *give, "--request", "last")
    assert str(told["leaf"]) in lines
    assert "exporté → Famille, proche aidant" in done(world, "mme", "accesses")[1]


def test_a_masked_entry_is_handed_to_one_more_reader_and_named_in_no_mention_of_the_file(world: World) -> None:
    told, _ = done(world, "mo", "post", "medical/2", "--title", "Secret", "--text", "Lynx.", "--withheld")
    entry = str(told["id"])
    for words in (("--notice", "oral"), ("--days", "3")):
        status, refused, _ = run(world, "mo", "open-item", "medical/2", entry[:8], "--for", "Mme A", *words)
        assert status != 0
        assert "volet notice record" in str(refused["hint"])
    status, refused, _ = run(world, "ass", "open-item", "medical/2", entry[:8], "--for", "Mme A")
    assert status != 0
    told, lines = done(world, "mo", "open-item", "medical/2", entry[:8], "--for", "Mme A")
    assert told["supersedes"] == entry
    assert "sous la même réserve" in lines
    assert "volet take-back" in lines
