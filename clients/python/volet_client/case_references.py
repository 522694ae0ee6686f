"""A reference of a case as somebody typed it or took it down: checked before anything is sent (F18)."""

from __future__ import annotations

from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol.case_reference import prefix_of, reference_of
from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason

EXAMPLE = "8QK3-V0TX-2M4R-7C"


def case_or_reference(given: str) -> str:
    """Return a case id as it is, or a reference in its one spelling; raise `UsageError` for anything else.

    A reference whose check characters do not fit was misread or misheard: it is never looked for.
    """
    if is_hash(given):
        return given
    try:
        prefix = prefix_of(given)
    except ProtocolError as error:
        if error.reason is Reason.WRONG_HASH:
            raise UsageError(
                Said(
                    f"Référence mal recopiée : {given}. Les deux derniers signes ne vont pas avec les autres.",
                    f"Reference not copied well: {given}. The last two characters do not belong to the others.",
                ),
                Said(
                    "Relisez-la sur le papier, ou faites-la redire signe par signe.",
                    "Read it again on the paper, or have it said again character by character.",
                ),
            ) from None
        raise UsageError(
            Said(f"{given} n'est pas une référence de dossier.", f"{given} is no reference of a case."),
            Said(f"14 signes, au bas de chaque papier : {EXAMPLE}", f"14 characters, on every paper: {EXAMPLE}"),
        ) from None
    return reference_of(prefix.ljust(64, "0"))


def the_case_of(hub: Hub, given: str) -> str:
    """Return the case that an id or a reference stands for, found by the hub; raise `UsageError` or `NotFoundError`."""
    typed = case_or_reference(given)
    if is_hash(typed):
        return typed
    case = str(hub.transport.get(f"/v1/references/{typed}").get("case", ""))
    if not is_hash(case) or reference_of(case) != typed:
        raise VerificationError("reference of a case", Reason.WRONG_HASH)
    return case


def is_reference(given: str) -> bool:
    """Tell whether something typed has the shape of a reference, copied well or not."""
    try:
        prefix_of(given)
    except ProtocolError as error:
        return error.reason is Reason.WRONG_HASH
    return True


def known_case(given: str, cases: list[str]) -> str | None:
    """Return which of these cases a reference stands for, None where it is no reference or stands for none.

    Raises `UsageError` for one that was not copied well.
    """
    try:
        prefix = prefix_of(given)
    except ProtocolError as error:
        if error.reason is Reason.WRONG_HASH:
            case_or_reference(given)
        return None
    return next((case for case in cases if case.startswith(prefix)), None)
