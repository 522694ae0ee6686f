"""What happened in our own chain, in words: told on each of our devices that did not do it."""

from __future__ import annotations

from volet_client.facts_words import moment
from volet_client.words import Said
from volet_protocol.statements import UnverifiedStatement
from volet_protocol.user_links import DeviceAdd, DeviceRevoke, Recover, RecoveryReplace, RecoverySet, read_link
from volet_protocol.user_state import UserChain

_ASK = Said(
    "Si ce n'est pas vous, retirez l'appareil (volet device revoke) et appelez votre gestionnaire des habilitations.",
    "If it was not you, revoke the device (volet device revoke) and call your registrar.",
)


def what_happened(chain: UserChain, statement: UnverifiedStatement) -> Said:
    """Return one line on a link that another device of ours, or the recovery phrase, signed."""
    link = read_link(statement)
    by = "phrase de secours" if link.preamble.device not in chain.devices else link.preamble.device[:8]
    by_en = "recovery phrase" if link.preamble.device not in chain.devices else link.preamble.device[:8]
    at = moment(link.preamble.time_ms)
    match link.act:
        case DeviceAdd():
            said = Said(
                f"nouvel appareil {link.act.device.id[:8]} sur votre compte", f"new device {link.act.device.id[:8]}"
            )
        case DeviceRevoke():
            said = Said(f"appareil {link.act.target[:8]} retiré", f"device {link.act.target[:8]} revoked")
        case Recover():
            said = Said("compte rétabli, tous les autres appareils retirés", "account recovered, other devices revoked")
        case RecoverySet() | RecoveryReplace():
            said = Said("autre phrase de secours", "another recovery phrase")
        case _:
            said = Said("votre compte a changé", "your account changed")
    return Said(f"Le {at}, {said.fr} (fait par : {by}). {_ASK.fr}", f"On {at}, {said.en} (made by: {by_en}). {_ASK.en}")
