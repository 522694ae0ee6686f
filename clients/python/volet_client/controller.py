"""What the controller signs, away from any hub: trust bundle and activation of a policy table (docs/spec/trust.md).

The controller's keys are k of n, one file a key, made and used on machines that serve nothing. Whoever holds k of
them decides whom every client of this hub believes; the hub itself never sees one.

Key file: the 32-byte seed in base64url and a line feed, mode 0600. Public file `controllers.json`: the wire form of
the bundle's `controllers`, without a secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from volet_client.errors import UsageError
from volet_client.files import check_private, make_private_folder, read_private, write_private
from volet_client.words import Said
from volet_protocol import canonical, cosigned
from volet_protocol.activation import PolicyActivation, activation_body
from volet_protocol.binding import CLOCK_MS
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.cosigned import Controllers, UnverifiedCosigned
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.fields import Fields
from volet_protocol.keys import SEED_SIZE, SigningKey
from volet_protocol.previous_logs import PreviousLog
from volet_protocol.trust_bundle import Minimum, TrustBundle
from volet_protocol.trust_parties import JWK_MEMBERS, Audience, Issuer, IssuerKey, Registrar, Structure

PUBLIC_FILE = "controllers.json"
_KEY_LIMIT = 256
_FILE_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Parties:
    """Whom a bundle names: identity providers with the keys they publish, and registrars."""

    issuers: tuple[Issuer, ...]
    registrars: tuple[Registrar, ...]


def create_keys(folder: Path, seeds: Sequence[bytes], threshold: int) -> Controllers:
    """Write one private file a key and the public file; refuse a folder that holds some already."""
    controllers = Controllers.read(
        Fields(
            {"threshold": threshold, "keys": [to_base64url(SigningKey(seed).public) for seed in seeds]}, "controllers"
        )
    )
    make_private_folder(folder)
    if (folder / PUBLIC_FILE).exists():
        raise UsageError(
            Said(f"{folder} contient déjà les clés d'un responsable.", f"{folder} already holds a controller's keys."),
            Said("Choisissez un autre dossier.", "Choose another folder."),
        )
    for number, seed in enumerate(seeds, start=1):
        write_private(folder / f"controller-{number}.key", to_base64url(seed).encode() + b"\n", replace=False)
    write_private(folder / PUBLIC_FILE, canonical.encode(controllers.to_json()), replace=False)
    return controllers


def read_key(path: Path) -> SigningKey:
    """Return the key of a private file; refuse one that others can read."""
    if not path.exists():
        raise UsageError(
            Said(f"Il n'y a pas de clé {path}.", f"There is no key {path}."),
            Said("volet controller init DOSSIER", "volet controller init FOLDER"),
        )
    check_private(path)
    seed = from_base64url(read_private(path, _KEY_LIMIT).decode("ascii", "replace").strip())
    if len(seed) != SEED_SIZE:
        raise UsageError(Said(f"{path} n'est pas une clé.", f"{path} is not a key."))
    return SigningKey(seed)


def read_controllers(path: Path) -> Controllers:
    """Return what `controllers.json` says."""
    return Controllers.read(Fields(canonical.decode(read_public(path), _FILE_LIMIT), "controllers"))


def read_public(path: Path) -> bytes:
    """Return the bytes of a file that holds no secret; raise `UsageError` when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(Said(f"{path} : {error.strerror}.", f"{path}: {error.strerror}.")) from None
    if len(data) > _FILE_LIMIT:
        raise UsageError(Said(f"{path} est trop grand.", f"{path} is too large."))
    return data


def read_parties(path: Path, now_ms: int, previous: TrustBundle | None) -> Parties:
    """Read the parties' file of docs/operations.md; `jwks` names the provider's public key set beside it.

    A key that the previous bundle lists keeps its period; a new one counts from two minutes before now.
    """
    fields = _json_object(path)
    known = {(issuer.iss, key.kid): key for issuer in (previous.issuers if previous else ()) for key in issuer.keys}
    issuers = tuple(_issuer(item, path.parent, now_ms, known) for item in fields.objects("issuers", 64))
    registrars = tuple(_registrar(item) for item in fields.objects("registrars", 1024))
    fields.done()
    return Parties(issuers, (*registrars, *_ended(registrars, now_ms, previous)))


def _ended(registrars: Sequence[Registrar], now_ms: int, previous: TrustBundle | None) -> Iterator[Registrar]:
    """Yield the registrars that the previous bundle lists and the file does not: they end now, and stay known.

    What they attested until then still tells in which capacity somebody acted. Where a key was stolen, the file lists
    its registrar with the `until_ms` of the theft.
    """
    kept = {one.key for one in registrars}
    for one in () if previous is None else previous.registrars:
        if one.key not in kept:
            yield one if one.until_ms is not None else replace(one, until_ms=now_ms)


def _issuer(fields: Fields, folder: Path, now_ms: int, known: dict[tuple[str, str], IssuerKey]) -> Issuer:
    iss = fields.label("iss")
    published = _json_object(folder / fields.label("jwks"))
    keys = [_issuer_key(cast("JsonObject", key), now_ms) for key in published.items("keys", 64)]
    audiences = [Audience.read(item).to_json() for item in fields.objects("audiences", 64)]
    issuer: dict[str, JsonValue] = {
        "iss": iss, "audiences": list(audiences), "keys": [known.get((iss, key.kid), key).to_json() for key in keys],
        "rows": list(fields.codes("rows", 256)), "structures": list(fields.codes("structures")),
    }  # fmt: skip
    fields.done()
    return Issuer.read(Fields(issuer, iss))


def _issuer_key(published: JsonObject, now_ms: int) -> IssuerKey:
    """Take the public members of a published key (RFC 7517); a set with private ones must not travel further."""
    if "d" in published:
        raise UsageError(
            Said("Ce jeu de clés contient une clé privée.", "This key set holds a private key."),
            Said("Prenez le fichier que le fournisseur publie.", "Take the file that the provider publishes."),
        )
    members = ("kty", "crv", *JWK_MEMBERS.get(str(published.get("kty")), ()))
    jwk: dict[str, JsonValue] = {name: published[name] for name in members if name in published}
    value: dict[str, JsonValue] = {"jwk": jwk, "from_ms": max(0, now_ms - CLOCK_MS)}
    if "kid" in published:
        value["kid"] = published["kid"]
    return IssuerKey.read(Fields(value, "issuer key"))


def _registrar(fields: Fields) -> Registrar:
    structures = [Structure.read(item).to_json() for item in fields.objects("structures")]
    value: JsonObject = {
        "name": fields.label("name"), "key": to_base64url(fields.data("key", 32)),
        "rows": list(fields.codes("rows", 256)), "structures": list(structures),
        **({"roles": list(fields.codes("roles", 4))} if fields.has("roles") else {}),
        **({"until_ms": fields.integer("until_ms")} if fields.has("until_ms") else {}),
    }  # fmt: skip
    fields.done()
    return Registrar.read(Fields(value, "registrar"))


def _json_object(path: Path) -> Fields:
    try:
        value: object = json.loads(read_public(path))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UsageError(Said(f"{path} n'est pas un objet JSON.", f"{path} is not a JSON object."))
    return Fields(cast("JsonObject", value), str(path))


def bundle_body(
    *,
    hub: str,
    log_vkey: str,
    log_policy: str,
    parties: Parties,
    controllers: Controllers,
    ceiling: str,
    minimum: Minimum,
    previous: TrustBundle | None,
    ended: str | None = None,
) -> JsonObject:
    """Return the body of the next bundle: one version further than `previous`, or version 1.

    Where the log in use is another one than before, `ended` is the last checkpoint of the log before.
    """
    logs = previous.previous_logs if previous else ()
    origin = log_vkey.split("+", 1)[0]
    if previous is not None and previous.log_origin != origin:
        if ended is None:
            raise UsageError(
                Said(f"Le journal {previous.log_origin} est remplacé.", f"The log {previous.log_origin} is replaced."),
                Said("Ajoutez --ended log-….checkpoint.", "Add --ended log-….checkpoint."),
            )
        log = PreviousLog(previous.log_origin, previous.log_vkey, previous.log_policy, ended)
        log.ended()
        logs = (*logs, log)
    return TrustBundle(
        version=previous.version + 1 if previous else 1,
        hub=hub,
        log_origin=origin,
        log_vkey=log_vkey,
        log_policy=log_policy,
        issuers=parties.issuers,
        registrars=parties.registrars,
        controllers=controllers,
        ceiling=ceiling,
        minimum=minimum,
        hash="",
        previous_logs=logs,
    ).to_body()


def next_activation(
    bundle: TrustBundle, table: str, from_ms: int, previous: PolicyActivation | None
) -> dict[str, JsonValue]:
    """Return the body of the next activation of a policy table."""
    return activation_body(
        hub=bundle.hub,
        table=table,
        version=previous.version + 1 if previous else 1,
        from_ms=from_ms,
        previous=previous.hash if previous else None,
    )


def add_signatures(signed: UnverifiedCosigned, signers: Sequence[SigningKey]) -> UnverifiedCosigned:
    """Return the same body with the signatures of these keys added."""
    merged = dict(signed.signatures) | dict(cosigned.cosign(signed.body, signers).signatures)
    return UnverifiedCosigned(signed.body, tuple(sorted(merged.items())))
