"""A sealed file for somebody without account: one passphrase said by phone opens it (docs/spec/exports.md, X5 to X9).

    volet/v1/export LF
    canonical JSON {v, kdf, memory_kib, passes, lanes, salt, nonce} LF
    AES-256-GCM(key, nonce, ZIP archive, additional data = both lines)

The passphrase goes through Argon2id, whose parameters are authenticated and never accepted below a floor nor above
what a machine bears: a changed file makes neither guessing cheap nor opening dear.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from volet_client.author import draw
from volet_client.errors import UsageError
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields

SUFFIX = ".volet"
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4
MAX_MEMORY_KIB, MAX_PASSES, MAX_LANES = 1024 * 1024, 16, 16
MAX_SIZE = 64 * 1024 * 1024
_MAGIC = b"volet/v1/export\n"
_SALT, _NONCE, _KEY, _HEADER = 16, 12, 32, 1024
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 4, 4
# 1 January 1980, the first instant of the format: when a document left is in the log, not in the file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def draw_passphrase() -> str:
    """Return 80 random bits in four groups of Crockford's base 32, to be said by phone."""
    letters = [_ALPHABET[byte % 32] for byte in draw(_GROUPS * _GROUP)]
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, len(letters), _GROUP))


def seal(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """Return the sealed file that holds these files by name."""
    if sum(map(len, files.values())) > MAX_SIZE:
        raise UsageError(
            Said("Trop grand pour un document scellé (64 Mio).", "Too large for a sealed document (64 MiB)."),
            Said("Remettez-le en main propre : --clear.", "Hand it over: --clear."),
        )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(_safe(name), _NO_TIME), data)
    salt, nonce = draw(_SALT), draw(_NONCE)
    head = canonical.encode({
        "v": 1, "kdf": "argon2id", "memory_kib": MEMORY_KIB, "passes": PASSES, "lanes": LANES,
        "salt": to_base64url(salt), "nonce": to_base64url(nonce),
    })  # fmt: skip
    lines = _MAGIC + head + b"\n"
    key = _derive(passphrase, salt, MEMORY_KIB, PASSES, LANES)
    return lines + AESGCM(key).encrypt(nonce, archive.getvalue(), lines)


def unseal(data: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the files of a sealed file by name; refuse one that was changed, and a wrong passphrase, alike."""
    if not data.startswith(_MAGIC) or len(data) > MAX_SIZE:
        raise _not_ours()
    line, newline, sealed = data[len(_MAGIC) :].partition(b"\n")
    try:
        head = Fields(canonical.decode(line, _HEADER), "export")
        head.integer("v", 1, 1)
        head.choice("kdf", frozenset({"argon2id"}))
        memory, passes = (
            head.integer("memory_kib", MEMORY_KIB, MAX_MEMORY_KIB),
            head.integer("passes", PASSES, MAX_PASSES),
        )
        lanes, salt, nonce = head.integer("lanes", 1, MAX_LANES), head.data("salt", _SALT), head.data("nonce", _NONCE)
        head.done()
    except ProtocolError:
        raise _not_ours() from None
    try:
        key = _derive(passphrase, salt, memory, passes, lanes)
        plain = AESGCM(key).decrypt(nonce, sealed, _MAGIC + line + newline)
    except InvalidTag:
        raise UsageError(
            Said("Phrase de passe fausse, ou fichier modifié.", "Wrong passphrase, or the file was changed."),
            Said("Rappelez qui vous l'a envoyé.", "Call back whoever sent it."),
        ) from None
    return _unpacked(plain)


def _unpacked(plain: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(plain)) as packed:
        # What a small file could unfold to is told by its directory, which is authenticated with the rest.
        if sum(item.file_size for item in packed.infolist()) > MAX_SIZE:
            raise _not_ours()
        for item in packed.infolist():
            found[_safe(item.filename)] = packed.read(item)
    return found


def _safe(name: str) -> str:
    """Return one path component: a path in it could be written outside the folder that the reader chose."""
    part = PurePosixPath(name.replace("\\", "/")).name
    return part if part not in {"", ".", ".."} else "document"


def _derive(passphrase: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    # Said by phone, typed by hand: letters of either case, with or without hyphens, O for 0 and I or L for 1.
    typed = passphrase.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    kdf = Argon2id(salt=salt, length=_KEY, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(typed.encode("utf-8"))


def _not_ours() -> UsageError:
    return UsageError(
        Said("Ce n'est pas un document scellé par Volet.", "This is not a document sealed by Volet."),
        Said("Demandez-le à nouveau à qui vous l'a envoyé.", "Ask for it again from whoever sent it."),
    )
