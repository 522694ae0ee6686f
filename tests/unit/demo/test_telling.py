"""What the demonstration is made of: a wire that keeps everything, a story that stops, a transcript that reads."""

from __future__ import annotations

import json
import re
import socket
import threading
from pathlib import Path

import pytest

from volet_demo import sample
from volet_demo.party import Answer, Party, StoryError
from volet_demo.processes import Processes, ProcessFailedError
from volet_demo.relay import RecordingRelay
from volet_demo.story import expect
from volet_demo.transcript import WIDTH, Transcript
from volet_demo.world import next_folder


def test_the_relay_forwards_and_keeps_every_byte_of_both_ways(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_echo_once, args=(server,), daemon=True).start()
        relay = RecordingRelay(server.getsockname()[1], tmp_path / "record")
        with socket.create_connection(("127.0.0.1", relay.port), timeout=5) as near:
            near.sendall(b"question ")
            near.shutdown(socket.SHUT_WR)
            assert near.recv(100) == b"answer"
        relay.close()
    assert (tmp_path / "record").read_bytes() == b"question answer"


def _echo_once(server: socket.socket) -> None:
    far, _ = server.accept()
    with far:
        far.recv(100)
        far.sendall(b"answer")


def test_a_process_that_does_not_start_is_named_with_what_it_said(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        running = processes.launch("hub", ["serve", str(tmp_path / "absent")], {})
        with pytest.raises(ProcessFailedError, match="hub ended at start"):
            processes.wait(running, "http://127.0.0.1:9/v1/ready")


def test_a_command_that_fails_stops_the_story(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(ProcessFailedError, match="status 2"):
        processes.run(("bad", ["controller", "nothing"], {}))


def party(answers: list[dict[str, object]]) -> Party:
    """A party whose client has already said all it will say."""

    class Scripted(Party):
        def ask(self, *_words: str) -> Answer:
            given = answers.pop(0)
            return Answer(int(str(given["exit"])), {}, {"error": given.get("problem", "")}, ())

    return Scripted("coord", "Coord", Path("profile"), Path("passphrase"))


def test_a_refusal_where_success_was_needed_stops_the_story() -> None:
    with pytest.raises(StoryError, match="devait aboutir, et a été refusé"):
        party([{"exit": 5, "problem": "denied"}]).do("read", "medical/2", "a b")


def test_success_where_a_refusal_was_needed_stops_the_story() -> None:
    with pytest.raises(StoryError, match="devait être refusé, et a abouti"):
        party([{"exit": 0}]).refused("read", "medical/2")


def test_a_refusal_for_another_reason_stops_the_story() -> None:
    with pytest.raises(StoryError, match="devait être refusé pour « denied »"):
        party([{"exit": 5, "problem": "not-found"}]).refused("read", problem="denied")


def test_an_expectation_that_fails_is_a_sentence() -> None:
    expect(["clé"], "jamais dit")
    with pytest.raises(StoryError, match="Il manque une clé"):
        expect([], "Il manque une clé.")


def test_folders_are_numbered_one_after_the_other(tmp_path: Path) -> None:
    assert next_folder(tmp_path / "demo").name == "1"
    for name in ("1", "7", "other"):
        (tmp_path / "demo" / name).mkdir()
    assert next_folder(tmp_path / "demo").name == "8"


def test_no_line_of_the_transcript_is_too_long_or_begins_with_punctuation() -> None:
    lines: list[str] = []
    told = Transcript(lines.append)
    told.scene("Une scène")
    told.says("Coord", "écrit « un mot » ; puis : « un autre » ! " * 12)
    assert max(len(line) for line in lines) <= WIDTH
    assert not [line for line in lines[3:] if re.match(r"\s*[»:;!?]", line)]


def test_the_sample_document_is_a_pdf_of_some_megabytes_with_its_canary() -> None:
    document = sample.sample_pdf()
    assert document.startswith(b"%PDF-1.4")
    assert document.rstrip().endswith(b"%%EOF")
    assert sample.PDF_MARKER in document
    assert 4_000_000 < len(document) < 5_000_000


@pytest.mark.parametrize("canary", sample.CANARIES)
def test_every_canary_stands_in_a_text_of_the_story(canary: str) -> None:
    texts = [value for name, value in vars(sample).items() if name.isupper() and isinstance(value, str)]
    assert any(canary in text for text in (*texts, sample.PDF_MARKER.decode()))
    assert json.loads(json.dumps(canary)) == canary
