"""Runs the vectors of the access log: merkle, note, checkpoint, proof, leaf, positions, policy, heads_map, receipt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import completeness, leaf, merkle
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.checkpoint import Checkpoint, LogVerifier
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.head_proof import HeadProof
from volet_protocol.heads_map import HeadsTree, MapPath
from volet_protocol.log_policy import LogPolicy
from volet_protocol.log_positions import base_of, index_of, log_of, parse_position, text_of
from volet_protocol.log_view import LogView
from volet_protocol.note import Note
from volet_protocol.note_keys import NoteSigner, Verifier
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Receipt
from volet_protocol.statements import HeadRef


def _texts(fields: Fields, name: str) -> list[str]:
    items = fields.items(name)
    assert all(isinstance(item, str) for item in items)
    return [str(item) for item in items]


def _b64s(values: tuple[bytes, ...] | list[bytes]) -> list[JsonValue]:
    return [to_base64url(value) for value in values]


def _verdict(holds: bool) -> None:  # noqa: FBT001 - a verifier's verdict
    if not holds:
        raise ProtocolError(Reason.BAD_PROOF, "verdict")


def _log(fields: Fields) -> LogVerifier:
    log = fields.nested("log")
    earlier: tuple[LogVerifier, ...] = ()
    for one in log.objects("earlier") if log.has("earlier") else []:
        earlier = (*earlier, replace(_configured(one), earlier=earlier))
    return replace(_configured(log), earlier=earlier)


def _configured(log: Fields) -> LogVerifier:
    verifier = LogVerifier.configured(log.text("origin"), log.text("vkey"), log.text("policy"))
    log.done()
    return verifier


def _tree(leaves: list[bytes]) -> tuple[merkle.CompactRange, dict[merkle.Node, bytes]]:
    tree, nodes = merkle.CompactRange(), dict[merkle.Node, bytes]()
    for number, data in enumerate(leaves):
        hashed = merkle.leaf_hash(data)
        nodes.update(dict([(merkle.Node(0, number), hashed), *tree.append(hashed)]))
    return tree, nodes


def _leaves(fields: Fields) -> list[bytes]:
    return [bytes.fromhex(text) for text in _texts(fields, "leaves")]


def _root(fields: Fields) -> JsonObject:
    tree, _ = _tree(_leaves(fields))
    return {"root": to_base64url(tree.root()), "range": _b64s(tree.hashes)}


def _prove_inclusion(fields: Fields) -> JsonObject:
    tree, nodes = _tree(_leaves(fields))
    return {"proof": _b64s(merkle.inclusion_proof(fields.integer("index"), tree.size, nodes.__getitem__))}


def _prove_consistency(fields: Fields) -> JsonObject:
    tree, nodes = _tree(_leaves(fields))
    return {"proof": _b64s(merkle.consistency_proof(fields.integer("old"), tree.size, nodes.__getitem__))}


def _inclusion(fields: Fields) -> None:
    index, size, proof = fields.integer("index"), fields.integer("size"), [*_proof(fields)]
    _verdict(merkle.verify_inclusion(index, size, fields.data("leaf"), proof, fields.data("root")))


def _consistency(fields: Fields) -> None:
    old, size, proof = fields.integer("old"), fields.integer("size"), [*_proof(fields)]
    _verdict(merkle.verify_consistency(old, size, fields.data("old_root"), fields.data("root"), proof))


def _proof(fields: Fields) -> list[bytes]:
    # Not `datas`: a hash of another size is for the verifier to refuse.
    return [Fields({"x": item}, "hash").data("x") for item in fields.items("proof")]


MERKLE = {
    "root": Operation(_root, frozenset({"leaves"})),
    "prove_inclusion": Operation(_prove_inclusion, frozenset({"leaves", "index"})),
    "prove_consistency": Operation(_prove_consistency, frozenset({"leaves", "old"})),
    "inclusion": Operation(_inclusion, frozenset({"index", "size", "leaf", "proof", "root"})),
    "consistency": Operation(_consistency, frozenset({"old", "size", "old_root", "root", "proof"})),
}


@pytest.mark.parametrize("vector", load("merkle", MERKLE), ids=str)
def test_merkle_vector(vector: Vector) -> None:
    vector.check()


def _vkey(fields: Fields) -> JsonObject:
    verifier = Verifier.parse(fields.text("vkey"))
    return {"name": verifier.name, "type": int(verifier.type), "public": to_base64url(verifier.public)}


def _private(fields: Fields) -> JsonObject:
    return {"vkey": NoteSigner.parse_private(fields.text("private")).vkey}


def _parse_note(fields: Fields) -> JsonObject:
    note = Note.parse(fields.data("note"))
    lines: list[JsonValue] = [
        {"name": line.name, "key_id": line.key_id.hex(), "blob": to_base64url(line.blob)} for line in note.lines
    ]
    return {"text": note.text, "lines": lines}


def _verify_note(fields: Fields) -> JsonObject:
    known = [Verifier.parse(vkey) for vkey in _texts(fields, "vkeys")]
    signed: list[JsonValue] = []
    for one in Note.parse(fields.data("note")).verify(known):
        time: dict[str, JsonValue] = {} if one.time_s is None else {"time_s": one.time_s}
        signed.append({"name": one.verifier.name, **time})
    return {"signed": signed}


def _sign_line(fields: Fields) -> JsonObject:
    signer = NoteSigner.parse_private(fields.text("private"))
    return {"line": str(signer.line(fields.text("text"), fields.optional("time_s", fields.integer)))}


NOTE = {
    "vkey": Operation(_vkey, frozenset({"vkey"})),
    "private": Operation(_private, frozenset({"private"})),
    "parse": Operation(_parse_note, frozenset({"note"})),
    "verify": Operation(_verify_note, frozenset({"note", "vkeys"})),
    "sign": Operation(_sign_line, frozenset({"private", "text"}), frozenset({"time_s"})),
}


@pytest.mark.parametrize("vector", load("note", NOTE), ids=str)
def test_note_vector(vector: Vector) -> None:
    vector.check()


def _checkpoint(value: Checkpoint) -> JsonObject:
    return {
        "origin": value.origin,
        "size": value.size,
        "root": to_base64url(value.root),
        "extensions": list(value.extensions),
    }


def _parse_checkpoint(fields: Fields) -> JsonObject:
    return _checkpoint(Checkpoint.parse(fields.text("text")))


def _open_checkpoint(fields: Fields) -> JsonObject:
    return _checkpoint(_log(fields).open(fields.text("note")))


def _follow(fields: Fields) -> JsonObject:
    log = _log(fields)
    view = LogView(log)
    beyond: dict[str, JsonValue] = {}
    for step in fields.objects("steps"):
        if step.has("end"):
            held = view.end(log.open(step.text("end")))
            beyond |= {} if held is None else {"beyond": held.size}
        else:
            view.accept(log.open(step.text("note")), step.datas("consistency", 32))
        step.done()
    newest = view.newest(log.origin)
    return {"size": -1 if newest is None else newest.size, **beyond}


CHECKPOINT = {
    "parse": Operation(_parse_checkpoint, frozenset({"text"})),
    "open": Operation(_open_checkpoint, frozenset({"note", "log"})),
    "follow": Operation(_follow, frozenset({"steps", "log"})),
}


@pytest.mark.parametrize("vector", load("checkpoint", CHECKPOINT), ids=str)
def test_checkpoint_vector(vector: Vector) -> None:
    vector.check()


def _parse_proof(fields: Fields) -> JsonObject:
    proof = TlogProof.parse(fields.text("text"))
    extra: dict[str, JsonValue] = {} if proof.extra is None else {"extra": to_base64url(proof.extra)}
    return {"index": proof.index, "hashes": _b64s(proof.hashes), **extra}


def _verify_proof(fields: Fields) -> JsonObject:
    proof = TlogProof.parse(fields.text("text"))
    return _checkpoint(proof.verify(_log(fields), fields.data("leaf")))


PROOF = {
    "parse": Operation(_parse_proof, frozenset({"text"})),
    "verify": Operation(_verify_proof, frozenset({"text", "leaf", "log"})),
}


@pytest.mark.parametrize("vector", load("proof", PROOF), ids=str)
def test_proof_vector(vector: Vector) -> None:
    vector.check()


def _parse_leaf(fields: Fields) -> JsonObject:
    value = leaf.Leaf.parse(fields.data("leaf"))
    return {
        "type": int(value.type),
        "ts_ms": value.ts_ms,
        "tag": value.tag.hex(),
        "commit": value.commit.hex(),
        "body": value.body.hex(),
    }


def _commitment(fields: Fields) -> JsonObject:
    view, identity = fields.data("view"), fields.data("identity")
    return {
        "commit": leaf.commitment(fields.data("view_opening"), view, fields.data("identity_opening"), identity).hex()
    }


def _tag(fields: Fields) -> JsonObject:
    return {"tag": leaf.tag(fields.data("log_key"), fields.integer("case_seq")).hex()}


def _check_tags(fields: Fields) -> JsonObject:
    tags = [bytes.fromhex(text) for text in _texts(fields, "tags")]
    first = fields.optional("first", fields.integer) or 0
    found = completeness.check_tags(fields.data("log_key"), fields.integer("count"), tags, first)
    return {"missing": found.missing, "repeated": found.repeated, "untold": found.untold}


def _log_keys(fields: Fields) -> JsonObject:
    return {"keys": [completeness.LogKey.read(one).to_json() for one in fields.objects("keys")]}


def _erasure(fields: Fields) -> JsonObject:
    erasure = leaf.Erasure.parse(fields.data("body"))
    return {"index": erasure.index, "reason": erasure.reason, "authority": erasure.authority}


def _bucket(fields: Fields) -> JsonObject:
    tags = [bytes.fromhex(text) for text in _texts(fields, "tags")]
    return {"hash": completeness.bucket_hash(fields.integer("bucket"), tags).hex()}


LEAF = {
    "parse": Operation(_parse_leaf, frozenset({"leaf"})),
    "erasure": Operation(_erasure, frozenset({"body"})),
    "commitment": Operation(_commitment, frozenset({"view_opening", "view", "identity_opening", "identity"})),
    "tag": Operation(_tag, frozenset({"log_key", "case_seq"})),
    "check_tags": Operation(_check_tags, frozenset({"log_key", "count", "tags"}), frozenset({"first"})),
    "log_keys": Operation(_log_keys, frozenset({"keys"})),
    "bucket": Operation(_bucket, frozenset({"bucket", "tags"})),
}


@pytest.mark.parametrize("vector", load("leaf", LEAF), ids=str)
def test_leaf_vector(vector: Vector) -> None:
    vector.check()


def _of_index(fields: Fields) -> JsonObject:
    return _place(base_of(fields.integer("log")) + fields.integer("index"))


def _parse_place(fields: Fields) -> JsonObject:
    try:
        return _place(parse_position(fields.text("text")))
    except ValueError:
        # What an argument parser tells in its own words.
        raise ProtocolError(Reason.MALFORMED, "place in the log") from None


def _place(position: int) -> JsonObject:
    return {"position": position, "log": log_of(position), "index": index_of(position), "text": text_of(position)}


LOG_POSITIONS = {
    "of_index": Operation(_of_index, frozenset({"log", "index"})),
    "parse": Operation(_parse_place, frozenset({"text"})),
}


@pytest.mark.parametrize("vector", load("log_positions", LOG_POSITIONS), ids=str)
def test_log_position_vector(vector: Vector) -> None:
    vector.check()


def _parse_policy(fields: Fields) -> JsonObject:
    policy = LogPolicy.parse(fields.text("text"))
    groups: JsonObject = {
        name: {"threshold": group.threshold, "members": group.members} for name, group in policy.groups.items()
    }
    return {
        "logs": [str(one) for one in policy.logs],
        "witnesses": {name: str(one) for name, one in policy.witnesses.items()},
        "groups": groups,
        "quorum": policy.quorum or "none",
    }


def _satisfied(fields: Fields) -> None:
    policy = LogPolicy.parse(fields.text("text"))
    signed = Note.parse(fields.data("note")).verify(policy.verifiers)
    if not policy.satisfied(signed, fields.integer("latest_s")):
        raise ProtocolError(Reason.NOT_TRUSTED, "quorum")


LOG_POLICY = {
    "parse": Operation(_parse_policy, frozenset({"text"})),
    "satisfied": Operation(_satisfied, frozenset({"text", "note", "latest_s"})),
}


@pytest.mark.parametrize("vector", load("log_policy", LOG_POLICY), ids=str)
def test_log_policy_vector(vector: Vector) -> None:
    vector.check()


def _heads(fields: Fields) -> HeadsTree:
    tree = HeadsTree()
    for row in fields.objects("heads"):
        tree = tree.set(row.text("label"), row.text("chain"), row.integer("seq"), row.text("hash"))
        row.done()
    return tree


def _heads_root(fields: Fields) -> JsonObject:
    return {"root": to_base64url(_heads(fields).root)}


def _heads_prove(fields: Fields) -> JsonObject:
    head, path = _heads(fields).prove(fields.text("label"), fields.text("chain"))
    shown: dict[str, JsonValue] = {} if head is None else {"head": head.to_json()}
    return {"path": path.to_json(), **shown}


def _path(fields: Fields) -> None:
    head = HeadRef.read(fields.nested("head")) if fields.has("head") else None
    path = MapPath.read(fields.nested("path"))
    _verdict(path.root(fields.text("label"), fields.text("chain"), head) == fields.data("root"))


def _head_proof(fields: Fields) -> JsonObject:
    proof = HeadProof.read(fields.nested("proof"))
    head, checkpoint = proof.verify(_log(fields), fields.text("label"), fields.text("chain"))
    if fields.has("at_ms"):
        proof.check_fresh(fields.integer("at_ms"))
    shown: dict[str, JsonValue] = {} if head is None else {"head": head.to_json()}
    return {"size": checkpoint.size, **shown}


HEADS_MAP = {
    "root": Operation(_heads_root, frozenset({"heads"})),
    "prove": Operation(_heads_prove, frozenset({"heads", "label", "chain"})),
    "path": Operation(_path, frozenset({"label", "chain", "path", "root"}), frozenset({"head"})),
    "head_proof": Operation(_head_proof, frozenset({"proof", "label", "chain", "log"}), frozenset({"at_ms"})),
}


@pytest.mark.parametrize("vector", load("heads_map", HEADS_MAP), ids=str)
def test_heads_map_vector(vector: Vector) -> None:
    vector.check()


def _receipt(fields: Fields) -> JsonObject:
    log = _log(fields)
    view = LogView(*log.earlier, log)
    if fields.has("own"):
        view.accept(log.open(fields.text("own")))
    if fields.has("ends"):
        for note in _texts(fields, "ends"):
            view.end(log.of(note).open(note))
    verified = Receipt.read(fields.raw("receipt")).accept(view, log.origin)
    identity: dict[str, JsonValue] = {} if verified.identity is None else {"identity": verified.identity}
    return {"index": verified.index, "type": int(verified.leaf.type), "view": verified.view, **identity}


RECEIPT = {"accept": Operation(_receipt, frozenset({"receipt", "log"}), frozenset({"own", "ends"}))}


@pytest.mark.parametrize("vector", load("receipt", RECEIPT), ids=str)
def test_receipt_vector(vector: Vector) -> None:
    vector.check()
