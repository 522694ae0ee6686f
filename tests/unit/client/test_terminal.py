from __future__ import annotations

import io
import json

import pytest

from volet_client.cli.terminal import Terminal
from volet_client.errors import UnreachableError, UsageError
from volet_client.words import Said


def terminal(lang: str = "fr", *, as_json: bool = False) -> tuple[Terminal, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Terminal(lang, as_json=as_json, out=out, err=err), out, err


def test_a_refusal_ends_with_a_next_step_in_french() -> None:
    voice, out, err = terminal()
    assert voice.fail(UnreachableError("http://127.0.0.1:1")) == 4
    assert out.getvalue() == ""
    assert err.getvalue().splitlines()[-1].startswith("conseil :")


def test_a_refusal_ends_with_a_hint_in_english() -> None:
    voice, _, err = terminal("en")
    voice.fail(UnreachableError("http://127.0.0.1:1"))
    assert err.getvalue().splitlines()[-1].startswith("hint:")


def test_a_machine_gets_one_object_and_nothing_else() -> None:
    voice, out, err = terminal(as_json=True)
    voice.note(Said("à côté", "aside"))
    voice.fail(UnreachableError("http://127.0.0.1:1"))
    assert json.loads(out.getvalue())["error"] == "Unreachable"
    assert err.getvalue() == ""


def test_a_title_that_would_move_the_cursor_or_reorder_a_name_is_shown_harmless() -> None:
    voice, out, _ = terminal()
    voice.result({}, [Said("\x1b[2Jbonjour \u202enom", "")])
    assert out.getvalue() == "�[2Jbonjour �nom\n"


def test_nobody_is_asked_for_a_passphrase_by_a_machine() -> None:
    voice, _, _ = terminal(as_json=True)
    with pytest.raises(UsageError) as caught:
        voice.ask_passphrase()
    assert "VOLET_PASSPHRASE_FILE" in caught.value.hint.fr


def test_progress_is_silent_without_a_screen() -> None:
    voice, out, err = terminal()
    with voice.progress(Said("dépôt", "upload"), 10) as advance:
        advance(10)
    assert (out.getvalue(), err.getvalue()) == ("", "")
