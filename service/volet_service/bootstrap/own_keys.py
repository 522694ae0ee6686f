"""The keys that sign this hub's log, and the trust bundle that names them; two keys while they overlap.

A bundle's successor lists both keys under one origin. From then on each checkpoint carries both lines, so that clients
of either bundle verify it; the old key goes only once a checkpoint under both is on the disk.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.log_policy import LogPolicy
from volet_protocol.note_keys import NoteSigner
from volet_protocol.trust_bundle import TrustBundle
from volet_service.adapters.sealed import LooseKey
from volet_service.adapters.signer import read_log_key
from volet_service.settings import Settings


@dataclass(frozen=True)
class OwnLog:
    """The bundle, and the keys that sign: that of `log_key` first, then the next one where the bundle lists it."""

    trust: TrustBundle
    signers: tuple[NoteSigner, ...]


def own_log(settings: Settings) -> OwnLog:
    """Return keys and bundle; raise `LooseKey` for a bundle of another hub or log, or a next key of another origin."""
    first = read_log_key(settings.path(settings.log_key))
    path = settings.path(settings.trust)
    trust = TrustBundle.read(path.read_bytes()).verify(None)
    if trust.hub != settings.origin:
        raise LooseKey(f"{path} is the trust bundle of {trust.hub}, this hub is {settings.origin}")
    listed = LogPolicy.parse(trust.log_policy).logs
    signers: tuple[NoteSigner, ...] = (first,)
    next_path = settings.path(settings.log_key_next)
    if next_path.is_file():
        following = read_log_key(next_path)
        if following.name != first.name:
            raise LooseKey(f"{next_path} is a key of {following.name}, this log is {first.name}")
        # Before the controllers list it, nobody would know its line.
        signers = (first, following) if following.verifier in listed else signers
    named = (trust.log_origin, trust.log_vkey)
    if named not in {(one.name, one.vkey) for one in signers} or first.verifier not in listed:
        raise LooseKey(f"{path} names another log key than {settings.path(settings.log_key)}")
    return OwnLog(trust, signers)
