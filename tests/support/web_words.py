"""The words that the web client carries as data, a file for each language, from the Python package's.

To write it again: `PYTHONPATH=tests python -m support.web_words`.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from volet_client.recovery_lists import word_list
from volet_client.resources import policies
from volet_protocol import words
from volet_protocol.canonical import JsonObject

_FOLDER = Path(__file__).resolve().parents[2] / "clients/web/src/i18n"


@dataclass(frozen=True)
class Words:
    """The words of one language: a page fetches no other's."""

    lang: str

    @property
    def PATH(self) -> Path:  # noqa: N802 -- named as the module that carries the rules names it
        """Return where they stand."""
        return _FOLDER / f"codes-{self.lang}.json"

    def text(self) -> str:
        """Return the file as it has to be: French with typographic apostrophes, as on every screen."""
        parts = words.COMPARTMENTS_FR if self.lang == "fr" else words.COMPARTMENTS_EN
        found: JsonObject = {
            "parts": dict(parts), **_sentences(self.lang), "rows": _labels(self.lang),
            "professions": _professions() if self.lang == "fr" else {},
        }  # fmt: skip
        return json.dumps(found, ensure_ascii=False, indent=2).replace("'", "’") + "\n"


@dataclass(frozen=True)
class RecoveryWords:
    """The words of the recovery phrase in one language, packed: letters shared with the word before, the rest."""

    lang: str

    @property
    def PATH(self) -> Path:  # noqa: N802 -- as above
        """Return where they stand."""
        return _FOLDER.parent / f"features/own/recovery-{self.lang}.json"

    def text(self) -> str:
        """Return the file as it has to be: in NFC, as a phrase is shown."""
        packed, before = "", ""
        for word in word_list(self.lang).words:
            spelled = unicodedata.normalize("NFC", word)
            common = next(count for count in range(9, -1, -1) if before[:count] == spelled[:count])
            packed, before = f"{packed}{common}{spelled[common:]}", spelled
        return json.dumps({"words": packed}, ensure_ascii=False, indent=2) + "\n"


FRENCH, ENGLISH = Words("fr"), Words("en")
RECOVERY = (RecoveryWords("fr"), RecoveryWords("en"))


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
    for carried in (FRENCH, ENGLISH, *RECOVERY):
        carried.PATH.write_text(carried.text(), encoding="utf-8")
