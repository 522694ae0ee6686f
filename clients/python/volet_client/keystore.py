"""The key store of a profile: one passphrase, one master key, any number of sealed files.

    keystore.json   canonical JSON: {v, type, kdf, memory_kib, passes, lanes, salt, nonce, sealed}
    NAME.sealed     magic || nonce (12) || AES-256-GCM, key = HKDF-Expand(master, `volet/v1/profile-file` LF NAME)

1. The passphrase goes through Argon2id with at least 64 MiB and 3 passes. The parameters are authenticated together
   with the master key they protect, and never accepted below that floor: a changed file cannot make guessing cheap.
2. The master key is random, so that another passphrase seals one small file anew.
3. A file is bound to its name: two sealed files cannot be exchanged for each other.
4. What cannot be read is never written over: `Keystore.write` refuses a name whose present content did not open.

Out of scope: an attacker with the account of the user while the profile is open; an older copy of a whole profile.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from volet_client.errors import UnreadableFileError, UsageError, WrongPassphraseError
from volet_client.files import check_private, make_private_folder, read_private, write_private
from volet_client.words import Said
from volet_protocol import canonical
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.fields import Fields
from volet_protocol.hashing import hkdf_expand

FILE = "keystore.json"
MEMORY_KIB = 64 * 1024
PASSES = 3
LANES = 4
MAX_MEMORY_KIB = 1024 * 1024
MAX_PASSES = 16
MAX_LANES = 16
_SALT = 16
_NONCE = 12
_KEY = 32
_MAGIC = b"volet/v1/sealed-file\n"
_HEADER_LIMIT = 4096
FILE_LIMIT = 64 * 1024 * 1024


def _derive(passphrase: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    kdf = Argon2id(salt=salt, length=_KEY, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(passphrase.encode("utf-8"))


class Keystore:
    """An opened key store: reads and writes sealed files of its folder by name."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._master = master
        self._opened: set[str] = set()

    def __repr__(self) -> str:
        return f"Keystore({self._folder})"

    @staticmethod
    def create(folder: Path, passphrase: str) -> Keystore:
        """Make a new key store; refuse a folder that already holds one."""
        make_private_folder(folder)
        path = folder / FILE
        if path.exists():
            raise UsageError(
                Said(f"{path} existe déjà.", f"{path} already exists."),
                Said("Choisissez un autre VOLET_PROFILE.", "Choose another VOLET_PROFILE."),
            )
        master = os.urandom(_KEY)
        write_private(path, _seal_master(master, passphrase), replace=False)
        return Keystore(folder, master)

    @staticmethod
    def open(folder: Path, passphrase: str) -> Keystore:
        """Open an existing key store; raise a `KeystoreError` and change nothing when it cannot."""
        path = folder / FILE
        if not path.exists():
            raise UsageError(
                Said(f"Aucun profil dans {folder}.", f"No profile in {folder}."),
                Said("volet init --trust trust.json", "volet init --trust trust.json"),
            )
        check_private(folder, 0o700)
        data = read_private(path, _HEADER_LIMIT)
        try:
            return Keystore(folder, _open_master(data, passphrase))
        except ProtocolError as error:
            raise UnreadableFileError(path, Said(f"format ({error})", f"format ({error})")) from None

    def change_passphrase(self, passphrase: str) -> None:
        """Seal the master key under another passphrase."""
        write_private(self._folder / FILE, _seal_master(self._master, passphrase))

    def read(self, name: str) -> bytes | None:
        """Return the content of a sealed file, None when there is none; refuse one that was changed."""
        path = self._path(name)
        if not path.exists():
            return None
        data = read_private(path, FILE_LIMIT)
        start = len(_MAGIC) + _NONCE
        if not data.startswith(_MAGIC) or len(data) < start:
            raise UnreadableFileError(path, Said("ce n'est pas un fichier scellé", "it is not a sealed file"))
        try:
            content = self._cipher(name).decrypt(data[len(_MAGIC) : start], data[start:], _MAGIC + name.encode())
        except InvalidTag:
            raise UnreadableFileError(path, Said("contenu modifié", "its content was changed")) from None
        self._opened.add(name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Replace a sealed file, whole or not at all; refuse when its present content was not read first."""
        path = self._path(name)
        if name not in self._opened and path.exists():
            self.read(name)
        nonce = os.urandom(_NONCE)
        sealed = self._cipher(name).encrypt(nonce, content, _MAGIC + name.encode())
        write_private(path, _MAGIC + nonce + sealed)
        self._opened.add(name)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.sealed"

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(hkdf_expand(self._master, "profile-file", name.encode("ascii")))


def _seal_master(master: bytes, passphrase: str) -> bytes:
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    header: dict[str, JsonValue] = {
        "v": 1, "type": "keystore", "kdf": "argon2id", "memory_kib": MEMORY_KIB, "passes": PASSES, "lanes": LANES,
        "salt": to_base64url(salt), "nonce": to_base64url(nonce),
    }  # fmt: skip
    key = _derive(passphrase, salt, MEMORY_KIB, PASSES, LANES)
    sealed = AESGCM(key).encrypt(nonce, master, canonical.encode(header))
    return canonical.encode({**header, "sealed": to_base64url(sealed)})


def _open_master(data: bytes, passphrase: str) -> bytes:
    value = canonical.decode(data, _HEADER_LIMIT)
    fields = Fields(value, "keystore")
    fields.integer("v", 1, 1)
    fields.choice("type", frozenset({"keystore"}))
    fields.choice("kdf", frozenset({"argon2id"}))
    # The floor comes first: a file that asks for one pass over 8 KiB would hand the passphrase to whoever changed it.
    memory = fields.integer("memory_kib", MEMORY_KIB, MAX_MEMORY_KIB)
    passes = fields.integer("passes", PASSES, MAX_PASSES)
    lanes = fields.integer("lanes", 1, MAX_LANES)
    salt, nonce = fields.data("salt", _SALT), fields.data("nonce", _NONCE)
    sealed = fields.data("sealed", _KEY + 16)
    fields.done()
    header = {name: item for name, item in value.items() if name != "sealed"}
    key = _derive(passphrase, salt, memory, passes, lanes)
    try:
        return AESGCM(key).decrypt(nonce, sealed, canonical.encode(header))
    except InvalidTag:
        raise WrongPassphraseError from None


def read_passphrase_file(path: Path) -> str:
    """Return the first line of a private file, for scripts (VOLET_PASSPHRASE_FILE)."""
    try:
        text = read_private(path, _HEADER_LIMIT).decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise UnreadableFileError(path, Said("absent ou mal codé", "missing or not UTF-8")) from None
    line = text.partition("\n")[0]
    if not line:
        raise UnreadableFileError(path, Said("phrase de passe vide", "empty passphrase"))
    return line
