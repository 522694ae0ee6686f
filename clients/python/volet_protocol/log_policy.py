"""Which witnesses a client believes (C2SP tlog-policy, commit 5ba5ee8; docs/spec/log.md).

    log <vkey> [url]    witness <name> <vkey> [url]    group <name> all|any|<k> <member>...    quorum <name>|none

One institution with two keys counts once: put both into an `any` group and count groups. A log's keys are of type 0x01,
or 0x06 beside one; witness keys of type 0x04 or 0x06; the log's own keys never count as a witness. With `quorum none`
nothing is claimed against a fork or about time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from volet_protocol.encodings import from_decimal
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.note_keys import KeyType, Signed, Verifier

MAX_POLICY = 64 * 1024
MAX_ITEMS = 64
NONE = "none"


@dataclass(frozen=True)
class Group:
    """At least `threshold` of `members` (names of witnesses and groups)."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class LogPolicy:
    """A verified-by-configuration policy: logs, witnesses by name, groups by name, quorum (None: no quorum).

    `urls`: where the witnesses that state an address are asked, by their names.
    """

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Verifier]
    groups: Mapping[str, Group]
    quorum: str | None
    urls: Mapping[str, str] = field(default_factory=dict[str, str])

    @staticmethod
    def parse(text: str) -> LogPolicy:
        """Read a policy; raise `ProtocolError` malformed, too-large, unknown-reference, already, or a vkey's error."""
        if len(text) > MAX_POLICY:
            raise ProtocolError(Reason.TOO_LARGE, "log policy")
        if any((c < " " and c not in "\n\t") or c == "\x7f" for c in text):
            raise ProtocolError(Reason.MALFORMED, "log policy: control character")
        draft = _Draft()
        for line in text.split("\n"):
            # split() alone would also part at other Unicode spaces.
            items = [item for item in line.replace("\t", " ").split(" ") if item]
            if items and not line.startswith("#"):
                draft.add(items)
        if not draft.closed:
            raise ProtocolError(Reason.MALFORMED, "log policy: no quorum")
        return LogPolicy(tuple(draft.logs), draft.witnesses, draft.groups, draft.quorum, draft.urls)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """Every key of the policy: the known keys of a checkpoint."""
        return (*self.logs, *self.witnesses.values())

    def satisfied(self, signed: Iterable[Signed], latest_s: int | None = None) -> bool:
        """Tell whether cosignatures meet the quorum; those that state a time after `latest_s` do not count."""
        if self.quorum is None:
            return True
        cosigned = {
            one.verifier for one in signed if one.time_s is not None and (latest_s is None or one.time_s <= latest_s)
        }
        return self._holds(self.quorum, cosigned)

    def met_by(self, keys: set[Verifier]) -> bool:
        """Tell whether witnesses with these keys would meet the quorum; always, where none is named."""
        return self.quorum is None or self._holds(self.quorum, keys)

    def _holds(self, name: str, cosigned: set[Verifier]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name] in cosigned
        group = self.groups[name]
        return sum(self._holds(member, cosigned) for member in group.members) >= group.threshold


@dataclass
class _Draft:
    logs: list[Verifier] = field(default_factory=list[Verifier])
    witnesses: dict[str, Verifier] = field(default_factory=dict[str, Verifier])
    groups: dict[str, Group] = field(default_factory=dict[str, Group])
    members: set[str] = field(default_factory=set[str])
    keys: set[bytes] = field(default_factory=set[bytes])
    urls: dict[str, str] = field(default_factory=dict[str, str])
    quorum: str | None = None
    closed: bool = False

    def add(self, items: list[str]) -> None:
        match items:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, KeyType.ED25519, KeyType.MLDSA))
            case ["witness", name, vkey, url]:
                self.add(["witness", name, vkey])
                self.urls[name] = url
            case ["witness", name, vkey]:
                self._define(name)
                self.witnesses[name] = self._key(vkey, KeyType.COSIGNATURE, KeyType.MLDSA)
            case ["group", name, rule, *members] if members:
                self._define(name)
                self.groups[name] = self._group(rule, members)
            case ["quorum", name] if not self.closed:
                self._known(name, also=NONE)
                self.quorum, self.closed = (None if name == NONE else name), True
            case _:
                raise ProtocolError(Reason.MALFORMED, "log policy: line")
        if max(len(self.logs), len(self.witnesses), len(self.groups)) > MAX_ITEMS:
            raise ProtocolError(Reason.TOO_LARGE, "log policy: lines")

    def _define(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ProtocolError(Reason.ALREADY, "log policy: name")

    def _known(self, name: str, also: str = "") -> None:
        if name not in self.witnesses and name not in self.groups and name != also:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "log policy: name")

    def _key(self, vkey: str, *types: KeyType) -> Verifier:
        verifier = Verifier.parse(vkey)
        if verifier.type not in types:
            raise ProtocolError(Reason.WRONG_ALGORITHM, "log policy: key of another use")
        if verifier.public in self.keys:
            raise ProtocolError(Reason.ALREADY, "log policy: public key")
        self.keys.add(verifier.public)
        return verifier

    def _group(self, rule: str, members: list[str]) -> Group:
        for member in members:
            self._known(member)
            if member in self.members:
                raise ProtocolError(Reason.ALREADY, "log policy: member of a group")
            self.members.add(member)
        threshold = {"all": len(members), "any": 1}.get(rule)
        threshold = from_decimal(rule) if threshold is None else threshold
        if not 1 <= threshold <= len(members):
            raise ProtocolError(Reason.MALFORMED, "log policy: threshold")
        return Group(threshold, tuple(members))
