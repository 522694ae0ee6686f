"""The reference of a case on paper: dictated or typed wrongly, it is found wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol.case_reference import ALPHABET, PREFIX, prefix_of, reference_of
from volet_protocol.errors import ProtocolError, Reason

CASES = st.binary(min_size=32, max_size=32).map(bytes.hex)
PLACES = [at for at in range(17) if at % 5 != 4]


@given(CASES)
def test_a_reference_reads_back_as_the_beginning_of_its_case(case: str) -> None:
    reference = reference_of(case)
    assert [len(part) for part in reference.split("-")] == [4, 4, 4, 2]
    assert prefix_of(reference) == case[:PREFIX]


@given(CASES)
def test_case_blanks_and_letters_that_sound_alike_do_not_matter(case: str) -> None:
    reference = reference_of(case)
    said = reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert prefix_of(said) == prefix_of(reference)


@given(CASES, st.sampled_from(PLACES), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(case: str, place: int, other: str) -> None:
    reference = reference_of(case)
    wrong = reference[:place] + other + reference[place + 1 :]
    if wrong == reference:
        return
    with pytest.raises(ProtocolError) as refused:
        prefix_of(wrong)
    assert refused.value.reason is Reason.WRONG_HASH


@given(CASES, st.integers(0, 10))
def test_two_neighbours_exchanged_are_always_found(case: str, place: int) -> None:
    plain = reference_of(case).replace("-", "")
    wrong = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    if wrong == plain:
        return
    with pytest.raises(ProtocolError) as refused:
        prefix_of(wrong)
    assert refused.value.reason is Reason.WRONG_HASH


@pytest.mark.parametrize(
    "given_", ["", "8QK3-V0TX-2M4R", "8QK3-V0TX-2M4R-7CC", "8QK3-V0TX-2M4R-7U", "8QK3-V0TX-2M4R-7é"]
)
def test_another_length_or_another_character_is_no_reference(given_: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        prefix_of(given_)
    assert refused.value.reason is Reason.MALFORMED
