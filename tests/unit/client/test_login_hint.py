"""What a provider tells at a login: said as not confirmed, never more than words."""

from __future__ import annotations

from typing import Any, cast

import pytest

from volet_client.login import LoginInputs, PendingLogin
from volet_client.login_hint import LoginHint, read_hint, words
from volet_client.transport import Transport
from volet_protocol.errors import ProtocolError

PENDING = PendingLogin(LoginInputs("https://hub.example", "i", "a", "u", "d", b""), "login", b"", "https://i.example")


class Answering:
    """A hub that answers one thing."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def get(self, path: str) -> dict[str, Any]:
        assert path == "/v1/logins/login"
        return self.answer


def read(hint: object) -> LoginHint | None:
    return read_hint(cast("Transport", Answering({"status": "identified", "id_token": "t", "hint": hint})), PENDING)


def test_a_hub_that_asked_nothing_tells_nothing() -> None:
    assert read_hint(cast("Transport", Answering({"status": "identified", "id_token": "t"})), PENDING) is None


def test_each_situation_is_a_line() -> None:
    told = read({"situations": [{"profession": "60", "structure": "Maison de santé"}, {"profession": "10"}]})
    assert told == LoginHint(None, ("profession 60, structure Maison de santé", "profession 10"))


@pytest.mark.parametrize(
    "hint", [7, {}, {"situations": 7}, {"situations": [{}] * 33}, {"situations": [{"profession": "a\nb"}]},
             {"situations": [], "siret": "\u202e1"}, {"situations": [{"role": "r" * 201}]}],
)  # fmt: skip
def test_a_hint_that_would_fill_or_fool_a_screen_is_refused(hint: object) -> None:
    with pytest.raises(ProtocolError):
        read(hint)


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert read({"situations": [{"profession": "6\u001b[2J0"}]}) == LoginHint(None, ("",))


def test_what_is_told_is_said_to_be_unconfirmed() -> None:
    [line] = words(LoginHint(None, ("profession 60",)), "capacity")
    assert "sans que ce soit vérifié : profession 60" in line.fr


def test_without_situation_and_without_capacity_both_are_said() -> None:
    said = [one.fr for one in words(LoginHint(None, ()), None)]
    assert "aucune situation d'exercice" in said[0]
    assert "sans situation d'exercice attestée" in said[1]


def test_a_session_in_a_capacity_says_nothing_more() -> None:
    assert list(words(None, "capacity")) == []
