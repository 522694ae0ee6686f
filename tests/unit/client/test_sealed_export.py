"""A sealed file opens with its passphrase alone, and anything changed in it is refused."""

from __future__ import annotations

import json

import pytest

from volet_client.errors import UsageError
from volet_client.exports import NUMBER_GONE, without_numbers
from volet_client.papers import Slip, Written, document, transmission_slip
from volet_client.sealed_export import draw_passphrase, seal, unseal

PASSPHRASE = "0A1B-2C3D-4E5F-6G7H"
FILES = {"document.html": b"<p>Loyer</p>", "1-bail.pdf": b"%PDF"}


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return seal(FILES, PASSPHRASE)


@pytest.mark.parametrize("typed", [PASSPHRASE, "0a1b2c3d4e5f6g7h", "OAIB 2C3D 4E5F 6G7H", "oalb-2c3d-4e5f-6g7h"])
def test_it_opens_as_it_was_said_by_phone(sealed: bytes, typed: str) -> None:
    assert unseal(sealed, typed) == FILES


def test_a_wrong_passphrase_opens_nothing(sealed: bytes) -> None:
    with pytest.raises(UsageError):
        unseal(sealed, draw_passphrase())


def test_a_passphrase_has_eighty_random_bits() -> None:
    drawn = {draw_passphrase() for _ in range(32)}
    assert len(drawn) == 32
    assert all(len(one.replace("-", "")) == 16 for one in drawn)


@pytest.mark.parametrize("change", ["cut", "longer", "byte", "magic"])
def test_a_changed_file_is_refused(sealed: bytes, change: str) -> None:
    changed = {
        "cut": sealed[:-1], "longer": sealed + b"\0", "byte": sealed[:-40] + bytes([sealed[-40] ^ 1]) + sealed[-39:],
        "magic": b"x" + sealed,
    }[change]  # fmt: skip
    with pytest.raises(UsageError):
        unseal(changed, PASSPHRASE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 1024),
        ("passes", 1),
        ("memory_kib", 2**31),
        ("passes", 99),
        ("lanes", 0),
        ("v", 2),
        ("kdf", "none"),
    ],
)
def test_parameters_that_make_guessing_cheap_or_opening_dear_are_refused(
    sealed: bytes, name: str, value: object
) -> None:
    magic, line, rest = sealed.split(b"\n", 2)
    head = {**json.loads(line), name: value}
    changed = b"\n".join([magic, json.dumps(head, separators=(",", ":"), sort_keys=True).encode(), rest])
    with pytest.raises(UsageError):
        unseal(changed, PASSPHRASE)


def test_a_name_with_a_path_stays_in_the_folder() -> None:
    opened = unseal(seal({"../../home/x.html": b"1", "..": b"2"}, PASSPHRASE), PASSPHRASE)
    assert set(opened) == {"x.html", "document"}


def test_an_archive_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    large = seal({"zeros": bytes(4096)}, PASSPHRASE)
    monkeypatch.setattr("volet_client.sealed_export.MAX_SIZE", 2048)
    with pytest.raises(UsageError):
        unseal(large, PASSPHRASE)
    with pytest.raises(UsageError):
        seal({"zeros": bytes(4096)}, PASSPHRASE)


def test_what_somebody_wrote_is_escaped_on_paper() -> None:
    page = document([Written("<script>", "Dr <b>", 0, "Logement", "<img src=x>")], "ab" * 32, 0, "Notaire <X>").decode()
    assert "<script>" not in page
    assert "<img" not in page
    assert "http" not in page
    slip = transmission_slip(Slip("<X>", 0, "m", 1, "f", "00", 3, "b")).decode()
    assert "&lt;X&gt;" in slip


@pytest.mark.parametrize("given", ["2 55 08 14 168 025 38", "255081416802538", "1 85 05 78 006 084 91"])
def test_a_national_health_identifier_is_taken_out(given: str) -> None:
    assert without_numbers(f"Numéro {given}, suite.") == f"Numéro {NUMBER_GONE}, suite."


@pytest.mark.parametrize("given", ["2 55 08 14 168 025 39", "255081416802", "tél. 01 23 45 67 89"])
def test_another_number_stays(given: str) -> None:
    assert without_numbers(given) == given
