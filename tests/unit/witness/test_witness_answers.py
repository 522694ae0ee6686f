"""Each line of the witness's table of answers, in its order (C2SP tlog-witness v1.0.0)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.log_builder import LogBuilder
from support.witness_log import NOW_S, SIGNERS, log_of, request, witness
from volet_protocol.checkpoint import Checkpoint
from volet_protocol.keys import SigningKey
from volet_protocol.merkle import EMPTY_ROOT
from volet_protocol.note import Note, sign
from volet_protocol.note_keys import NoteSigner
from volet_protocol.witness_request import MAX_REQUEST, WitnessRequest
from volet_witness.judging import SIZE_TYPE, Answer, Witness
from volet_witness.store import WitnessStore

LOG = log_of("a", "b", "c", "d", "e")
FORK = log_of("a", "b", "x", "y", "z", "w")
Served = tuple[Witness, WitnessStore]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with witness(tmp_path, LOG) as both:
        yield both


def ask(served: Served, data: bytes, now_s: int = NOW_S) -> Answer:
    return served[0].add_checkpoint(data, now_s)


def text_of(origin: str, size: int, root: bytes) -> str:
    return Checkpoint(origin, size, root).to_text()


def signed(text: str, signer: NoteSigner = LOG.signer, old: int = 0, proof: tuple[bytes, ...] = ()) -> bytes:
    return WitnessRequest(old, proof, sign(text, [signer])).to_bytes()


def cosigned_by_all(log: LogBuilder, size: int, answer: Answer) -> None:
    assert answer.status == 200, answer
    checkpoint = log.checkpoint(size)
    note = Note.parse((checkpoint.note + answer.text).encode())
    found = note.verify([signer.verifier for signer in SIGNERS])
    assert [(one.verifier, one.time_s) for one in found] == [(signer.verifier, NOW_S) for signer in SIGNERS]


def test_a_first_checkpoint_is_cosigned_with_both_keys(served: Served) -> None:
    cosigned_by_all(LOG, 3, ask(served, request(LOG, 0, 3)))


def test_a_checkpoint_that_extends_the_last_is_cosigned(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    cosigned_by_all(LOG, 5, ask(served, request(LOG, 3)))


def test_the_empty_tree_is_cosigned_and_anything_may_follow_it(served: Served) -> None:
    assert ask(served, signed(text_of(LOG.signer.name, 0, EMPTY_ROOT))).status == 200
    assert ask(served, request(LOG, 0, 4)).status == 200


def test_the_same_checkpoint_again_gets_a_fresh_cosignature(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    again = ask(served, request(LOG, 3, 3, ()), NOW_S + 60)
    line = Note.parse((LOG.checkpoint(3).note + again.text).encode()).verify([SIGNERS[0].verifier])
    assert (again.status, line[0].time_s) == (200, NOW_S + 60)


def test_a_clock_that_stepped_back_dates_nothing_before_what_was_cosigned(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    later = ask(served, request(LOG, 3), NOW_S - 3600)
    line = Note.parse((LOG.checkpoint().note + later.text).encode()).verify([SIGNERS[0].verifier])
    assert line[0].time_s == NOW_S


MALFORMED = {
    "nothing": b"",
    "no first line": request(LOG, 0, 3).partition(b"\n")[2],
    "an old size with a plus": request(LOG, 0, 3).replace(b"old 0", b"old +0", 1),
    "an old size with a leading zero": request(LOG, 0, 3).replace(b"old 0", b"old 00", 1),
    "no empty line": request(LOG, 0, 3).replace(b"\n\n", b"\n", 1),
    "a hash of 31 bytes": b"old 1\n" + b"A" * 41 + b"=" + request(LOG, 0, 3)[5:],
    "a hash with non-zero padding": b"old 1\n" + b"A" * 42 + b"B=" + request(LOG, 0, 3)[5:],
    "64 hashes": request(LOG, 1, 3, (bytes(32),) * 63).replace(b"old 1\n", b"old 1\n" + b"A" * 43 + b"=\n", 1),
    "a carriage return": request(LOG, 0, 3).replace(b"old 0\n", b"old 0\r\n", 1),
    "no checkpoint": b"old 0\n\n",
    "a note that is no checkpoint": WitnessRequest(0, (), sign("hello\n", [LOG.signer])).to_bytes(),
    "over the cap": request(LOG, 0, 3) + b"x" * MAX_REQUEST,
    "an old size above the checkpoint's": request(LOG, 4, 3, ()),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_request_is_400(served: Served, data: bytes) -> None:
    assert ask(served, data).status == 400


def test_an_unknown_log_is_404(served: Served) -> None:
    assert ask(served, request(log_of("a", origin="other.example/volet/1"), 0)).status == 404


def test_a_known_origin_under_an_unknown_key_is_403(served: Served) -> None:
    stranger = NoteSigner(LOG.signer.name, SigningKey(b"\x55" * 32))
    assert ask(served, signed(LOG.checkpoint(3).to_text(), stranger)).status == 403


def test_a_trusted_keys_line_that_fails_is_403(served: Served) -> None:
    note = LOG.checkpoint(3).note.replace("\n3\n", "\n4\n")
    assert ask(served, WitnessRequest(0, (), Note.parse(note.encode())).to_bytes()).status == 403


def test_another_old_size_is_409_with_the_size_cosigned_last(served: Served) -> None:
    assert ask(served, request(LOG, 2, 3)) == Answer(409, "0\n", SIZE_TYPE)
    ask(served, request(LOG, 0, 3))
    for old in (0, 2, 4):
        assert ask(served, request(LOG, old, 5)) == Answer(409, "3\n", SIZE_TYPE)


def test_a_smaller_tree_is_never_cosigned(served: Served) -> None:
    ask(served, request(LOG, 0, 4))
    assert ask(served, request(LOG, 3, 3, ())).status == 409
    assert ask(served, request(LOG, 4, 3, ())).status == 400


UNPROCESSABLE = {
    "size 0 with another root": (0, signed(text_of(LOG.signer.name, 0, bytes(32)))),
    "old 0 with a proof": (0, request(LOG, 0, 3, (bytes(32),))),
    "another root at the size cosigned": (3, request(FORK, 3, 3, ())),
    "a proof between equal trees": (3, request(LOG, 3, 3, (bytes(32),))),
    "no proof": (3, request(LOG, 3, 5, ())),
    "a proof from another size": (3, request(LOG, 3, 5, LOG.consistency(2, 5))),
    "a proof with a hash too many": (3, request(LOG, 3, 5, (*LOG.consistency(3, 5), bytes(32)))),
    "another history": (3, request(FORK, 3)),
}


@pytest.mark.parametrize(("cosigned", "data"), UNPROCESSABLE.values(), ids=UNPROCESSABLE.keys())
def test_a_tree_that_does_not_extend_the_last_is_422_and_changes_nothing(
    served: Served, cosigned: int, data: bytes
) -> None:
    if cosigned:
        ask(served, request(LOG, 0, cosigned))
    before = served[1].known(LOG.signer.name)
    assert ask(served, data).status == 422
    assert served[1].known(LOG.signer.name) == before


def test_a_fork_that_the_log_signed_is_kept_with_both_views(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    for data in (request(FORK, 3, 3, ()), request(FORK, 0, 3), request(FORK, 3)):
        ask(served, data)
    kept = served[1].evidence()
    assert [(one.reason, one.refused) for one in kept] == [
        ("forked", FORK.checkpoint(3).note),
        ("inconsistent", FORK.checkpoint().note),
    ]
    for one in kept:
        for note in (one.refused, one.cosigned):
            assert note is not None
            assert Note.parse(note.encode()).verify([LOG.signer.verifier])


def test_what_the_log_did_not_sign_is_no_evidence(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    stranger = NoteSigner(LOG.signer.name, SigningKey(b"\x55" * 32))
    ask(served, signed(FORK.checkpoint(3).to_text(), stranger, 3))
    assert served[1].evidence() == []


def test_of_two_histories_asked_at_once_one_alone_is_cosigned(served: Served) -> None:
    ask(served, request(LOG, 0, 2))
    asked = [request(one, 2, size) for size in (3, 4, 5) for one in (LOG, FORK)] * 3
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda data: ask(served, data), asked))
    taken = {data for data, answer in zip(asked, answers, strict=True) if answer.status == 200}
    assert len(taken) == 1
    assert {answer.status for answer in answers} <= {200, 409, 422}
    known = served[1].known(LOG.signer.name)
    assert known is not None
    assert known.note is not None
    assert known.note.startswith(WitnessRequest.parse(taken.pop()).note.text)


def test_what_was_cosigned_is_still_there_after_a_restart(tmp_path: Path) -> None:
    with witness(tmp_path, LOG) as first:
        ask(first, request(LOG, 0, 3))
    with witness(tmp_path, LOG) as second:
        assert ask(second, request(LOG, 0, 5)) == Answer(409, "3\n", SIZE_TYPE)
        assert ask(second, request(FORK, 3)).status == 422


def test_the_file_itself_refuses_to_go_back(served: Served) -> None:
    ask(served, request(LOG, 0, 3))
    known = served[1].known(LOG.signer.name)
    assert known is not None
    with pytest.raises(Exception, match="never goes back"):
        served[1].advance(known, 2, bytes(32), "", NOW_S)


def test_every_changed_byte_of_a_request_is_refused_or_changes_nothing_that_is_cosigned(tmp_path: Path) -> None:
    honest = request(LOG, 0, 3)
    expected = LOG.checkpoint(3)
    with witness(tmp_path, LOG) as served:
        for place in range(len(honest)):
            for mutant in (
                honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :],
                honest[:place] + honest[place + 1 :],
                honest[:place] + b"A" + honest[place:],
            ):
                answer = ask(served, mutant)
                if answer.status == 200:
                    taken = Checkpoint.parse(WitnessRequest.parse(mutant).note.text)
                    assert taken == Checkpoint(expected.origin, expected.size, expected.root)
        known = served[1].known(LOG.signer.name)
    assert known is not None
    assert known.root in {None, expected.root}
