"""`volet batch`: one long-lived process for a profile, commands as lines of JSON.

Each input line is an array of arguments, as after `volet`. Each output line is one answer:

    {"exit": 0, "result": {...} | null, "error": {...} | null, "lines": ["what a person would have read"]}

The key store is unlocked once, and what was verified stays in memory. A command that fails does not end the process.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from contextlib import redirect_stderr
from typing import cast

from volet_client.cli.context import Context
from volet_client.cli.terminal import Recorder
from volet_client.errors import UsageError
from volet_client.words import Said


def register(_name: str, parser: argparse.ArgumentParser, lang: str) -> None:
    """Add the arguments of `volet batch`."""
    parser.description = Said(
        "Un tableau JSON d'arguments par ligne d'entrée, une réponse JSON par ligne de sortie.",
        "One JSON array of arguments per line in, one JSON answer per line out.",
    ).to(lang)
    parser.epilog = Said('exemple :\n  ["post", "medical/2", "--title", "…"]', 'example:\n  ["whoami"]').to(lang)
    parser.set_defaults(run=run)


def run(context: Context, _args: argparse.Namespace) -> None:
    """Answer lines until the end of the input."""
    outer = context.terminal
    try:
        for line in sys.stdin:
            if line.strip():
                context.terminal = recorder = Recorder(outer.lang)
                answer = {"exit": _run(context, recorder, line), **recorder.answer()}
                sys.stdout.write(json.dumps(answer, ensure_ascii=False, sort_keys=True) + "\n")
                sys.stdout.flush()
    finally:
        context.terminal = outer


def _run(context: Context, recorder: Recorder, line: str) -> int:
    from volet_client.cli.main import run_line  # noqa: PLC0415 - main imports this module by name

    try:
        words: object = json.loads(line)
    except ValueError:
        words = None
    given = cast("list[object]", words) if isinstance(words, list) else []
    if not given or not all(isinstance(word, str) for word in given) or given[0] == "batch":
        return recorder.fail(
            UsageError(Said("Ligne inattendue.", "Unexpected line."), Said('["whoami"]', '["whoami"]'))
        )
    # argparse prints what it dislikes: in here that is part of the answer.
    complaint = io.StringIO()
    with redirect_stderr(complaint):
        status = run_line(context, cast("list[str]", given))
    context.save()
    if complaint.getvalue():
        recorder.fail(UsageError(Said(complaint.getvalue().strip(), complaint.getvalue().strip())))
    return status
