"""The national codes as this version ships them."""

from __future__ import annotations

from volet_service.domain.professions import NationalCodes
from volet_service.resources import policies


def national_codes() -> NationalCodes:
    """Return the codes of policies/professions.csv: the law's, whatever policy folder an operator set."""
    return NationalCodes.read((policies() / "professions.csv").read_text("utf-8").splitlines())
