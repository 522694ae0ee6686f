"""The words that the web client carries as data: `clients/web/src/i18n/codes.json`, from the Python package's.

To write it again: `PYTHONPATH=tests python -m support.web_words`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from volet_client.resources import policies
from volet_protocol import words
from volet_protocol.canonical import JsonObject

PATH = Path(__file__).resolve().parents[2] / "clients/web/src/i18n/codes.json"


def text() -> str:
    """Return the file as it has to be: French with typographic apostrophes, as on every screen."""
    found: JsonObject = {
        "fr": {"parts": dict(words.COMPARTMENTS_FR), **_sentences("fr"), "rows": _labels("fr")},
        "en": {"parts": dict(words.COMPARTMENTS_EN), **_sentences("en"), "rows": _labels("en")},
        "professions": _professions(),
    }
    return json.dumps(found, ensure_ascii=False, indent=2).replace("'", "’") + "\n"


def _sentences(lang: str) -> dict[str, JsonObject]:
    at = 0 if lang == "fr" else 1
    private = vars(words)
    return {
        name.lstrip("_").lower(): {key: pair[at] for key, pair in private[name].items()}
        for name in ("_BY_RULE", "_BY_LINE", "_OWED")
    }


def _labels(lang: str) -> Mapping[str, str]:
    with (policies() / "matrix.csv").open(encoding="utf-8", newline="") as file:
        return {line["row"]: line[f"label_{lang}"] for line in csv.DictReader(file)}


def _professions() -> Mapping[str, str]:
    with (policies() / "professions.csv").open(encoding="utf-8", newline="") as file:
        return {f"{line['code_system']}:{line['code']}": line["label_fr"] for line in csv.DictReader(file)}


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
