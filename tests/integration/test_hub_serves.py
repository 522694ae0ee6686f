"""What the hub serves when everything is in order: documents, exchanges, openings, the access log, after a restart."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import httpx

from support.hub import HubCase, running_hub
from support.hub_entries import TITLE, ask, checkpoint, header, post, problem, release, release_request
from volet_protocol.document import DocumentSealer
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.entry import plaintext_of, sign_entry
from volet_protocol.log_request import LogRequest
from volet_protocol.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from volet_protocol.padding import padded_size
from volet_protocol.receipt import Receipt
from volet_protocol.sealing import CHUNK_SIZE, TAG_SIZE, client_share_from_section

CHUNK = CHUNK_SIZE + TAG_SIZE
DOCUMENT = os.urandom(3 * CHUNK_SIZE + 100)


def sealed_document(team: HubCase, document: bytes) -> tuple[dict[str, object], bytes]:
    """Return the request that posts a document, and its ciphertext."""
    made = header(team, "doctor", body_size=padded_size(len(document)))
    section, epoch, step = "medical/2", made.epoch or 0, made.step or 0
    key = team.ring("doctor").slices[section, epoch]
    assert step == key[0]
    shares = {part: os.urandom(32) for part in ("title", "body")}
    seals, parts = {}, {}
    for part, data in (("title", plaintext_of(TITLE)), ("body", document)):
        out = bytearray()
        client = client_share_from_section(key[1], made.id, part)
        sealer = DocumentSealer(made, part, len(data), client_share=client, server_share=shares[part], write=out.extend)
        sealer.update(data)
        seals[part] = sealer.finish()
        parts[part] = bytes(out)
    entry = sign_entry(made, seals, team.person("doctor").signing_key)
    body: dict[str, object] = {
        "statement": entry.statement.to_json(),
        "title": to_base64url(parts["title"]),
        "shares": {part: to_base64url(share) for part, share in shares.items()},
    }
    return body, parts["body"]


class TestDocuments:
    upload = "ab" * 32

    def send(self, http: httpx.Client, position: int, data: bytes) -> httpx.Response:
        return http.put(f"/v1/uploads/{self.upload}/{position}", content=data)

    def test_a_document_is_uploaded_in_chunks_and_streamed_back_after_its_release(self, team: HubCase) -> None:
        body, ciphertext = sealed_document(team, DOCUMENT)
        http = team.clients["doctor"]
        for position in range(0, len(ciphertext), CHUNK):
            assert self.send(http, position // CHUNK, ciphertext[position : position + CHUNK]).status_code == 204
        answer = http.post("/v1/entries", json={**body, "upload": self.upload})
        assert answer.is_success, answer.text
        id_ = answer.json()["id"]
        statement = release_request(team, "doctor", [id_])
        place = f"/v1/entries/{id_}/parts/body"
        asked = {"release": str(statement.body["request_id"])}
        assert problem(http.get(f"{place}/chunks", params=asked)) == "not-found"
        released = ask(team, "doctor", statement).json()
        assert "ciphertext" not in released["items"][0]
        leaves = http.get(f"{place}/leaves", params=asked).content
        assert leaves == b"".join(leaf_hash(ciphertext[i : i + CHUNK]) for i in range(0, len(ciphertext), CHUNK))
        assert http.get(f"{place}/chunks", params=asked).content == ciphertext
        some = http.get(f"{place}/chunks", params={**asked, "from": "1", "to": "2"}).content
        assert some == ciphertext[CHUNK : 2 * CHUNK]

    def test_the_same_chunk_again_is_fine_and_another_is_refused(self, team: HubCase) -> None:
        http, chunk = team.clients["doctor"], os.urandom(CHUNK)
        assert self.send(http, 0, chunk).status_code == 204
        assert self.send(http, 0, chunk).status_code == 204
        assert problem(self.send(http, 0, os.urandom(CHUNK))) == "idempotency-mismatch"

    def test_a_chunk_out_of_order_is_refused(self, team: HubCase) -> None:
        assert problem(self.send(team.clients["doctor"], 2, os.urandom(CHUNK))) == "invalid"

    def test_an_upload_of_another_device_does_not_exist(self, team: HubCase) -> None:
        body, ciphertext = sealed_document(team, b"court")
        assert self.send(team.clients["nurse"], 0, ciphertext).status_code == 204
        answer = team.clients["doctor"].post("/v1/entries", json={**body, "upload": self.upload})
        assert problem(answer) == "not-found"

    def test_an_upload_that_is_not_what_was_signed_is_refused(self, team: HubCase) -> None:
        body, ciphertext = sealed_document(team, b"court")
        http = team.clients["doctor"]
        self.send(http, 0, ciphertext[:-1] + bytes([ciphertext[-1] ^ 1]))
        assert problem(http.post("/v1/entries", json={**body, "upload": self.upload})) == "invalid"


class TestLog:
    def test_every_leaf_is_in_the_tree_and_every_tree_extends_the_one_before(self, team: HubCase) -> None:
        early = checkpoint(team)
        post(team, "doctor")
        late = checkpoint(team)
        with team.hub.client() as http:
            encoded = http.get("/v1/log/leaves", params={"from": 0, "to": late.size}).json()["leaves"]
            hashes = [leaf_hash(from_base64url(leaf)) for leaf in encoded]
            assert root_of(hashes).hex() == late.root
            proof = http.get("/v1/log/consistency", params={"from": early.size, "to": late.size}).json()["hashes"]
            path = [from_base64url(one) for one in proof]
            assert verify_consistency(early.size, late.size, bytes.fromhex(early.root), bytes.fromhex(late.root), path)
            for index in (0, late.size // 2, late.size - 1):
                one = http.get("/v1/log/proof", params={"index": index, "size": late.size}).json()["hashes"]
                steps = [from_base64url(step) for step in one]
                assert verify_inclusion(index, late.size, hashes[index], steps, bytes.fromhex(late.root))

    def test_a_receipt_leads_from_the_tree_its_reader_had_seen(self, team: HubCase) -> None:
        sealed = post(team, "doctor")
        statement = release_request(team, "doctor", [sealed.entry.id])
        post(team, "doctor")
        seen = statement.body["checkpoint"]
        assert isinstance(seen, dict)
        receipt = Receipt.read(ask(team, "doctor", statement).json()["receipt"])
        now = team.hub.verifier.open(receipt.proof.checkpoint)
        root = bytes.fromhex(str(seen["root"]))
        assert verify_consistency(int(str(seen["size"])), now.size, root, now.root, receipt.consistency)

    def looked(self, team: HubCase, name: str, **changes: object) -> httpx.Response:
        asked = LogRequest(
            preamble=team.person(name).preamble(team.now_ms), request_id=os.urandom(16), purpose="own_access",
            checkpoint=checkpoint(team), capacity=team.capacities.get(name), case=team.main.case,
        )  # fmt: skip
        statement = team.person(name).sign(replace(asked, **changes).to_json())  # type: ignore[arg-type]  # a test's
        return team.clients[name].post("/v1/log/records", json={"statement": statement.to_json()})

    def test_the_person_sees_who_looked_as_a_role_and_never_a_name(self, team: HubCase) -> None:
        sealed = post(team, "doctor")
        release(team, "doctor", [sealed.entry.id])
        team.account("person")
        answer = self.looked(team, "person")
        assert answer.is_success, answer.text
        records = [Receipt.read(one["receipt"]) for one in answer.json()["records"]]
        acts = [record.view.payload["act"] for record in records]
        assert "release" in acts
        assert "deposit" in acts
        assert all(isinstance(record.identity, bytes) for record in records)
        assert [record.view.payload["case_seq"] for record in records] == list(range(len(records)))
        for record in records:
            record.verify(team.hub.verifier)

    def test_a_member_who_is_not_the_person_does_not_see_who_looked(self, team: HubCase) -> None:
        assert problem(self.looked(team, "nurse")) in {"denied", "not-found"}

    def test_the_purpose_audit_is_the_auditors(self, team: HubCase) -> None:
        assert problem(self.looked(team, "doctor", purpose="audit", reason="inspection")) == "denied"
        team.attest("auditor", "O14", "operator")
        answer = self.looked(team, "auditor", purpose="audit", case=None)
        assert answer.is_success, answer.text
        first = Receipt.read(answer.json()["records"][-1]["receipt"])
        assert not isinstance(first.identity, bytes)


class TestRestart:
    def test_what_was_acknowledged_is_there_after_a_restart_and_a_session_lives_on(self, tmp_path: Path) -> None:
        with running_hub(tmp_path / "hub") as hub:
            case = HubCase(hub)
            case.join("coordinator", "S10", "dac")
            case.inform()
            case.join("doctor", "H1", "clinic")
            case.claim("doctor", "medical/2")
            sealed = post(case, "doctor")
            before = checkpoint(case)
            token = case.clients["doctor"].headers["Authorization"]
        with running_hub(tmp_path / "hub") as again:
            again.clock.at_ms = case.now_ms
            case.hub = again
            case.clients["doctor"] = again.client()
            case.clients["doctor"].headers["Authorization"] = token
            assert release(case, "doctor", [sealed.entry.id]).is_success
            links = case.clients["doctor"].get(f"/v1/cases/{case.main.case}/chains/main").json()["links"]
            assert [link["statement"] for link in links] == [sent.statement.to_json() for sent in case.sent["main"]]
            post(case, "doctor")
            after = checkpoint(case)
            assert after.size > before.size

    def test_a_head_proof_older_than_a_minute_is_made_anew(self, team: HubCase) -> None:
        first = team.hub.head("case", team.main.case)
        team.wait(2)
        second = team.hub.head("case", team.main.case)
        assert second.head == first.head
        assert second.time_ms == team.now_ms


def test_the_idle_log_serves_a_checkpoint(tmp_path: Path) -> None:
    with running_hub(tmp_path / "hub") as hub, hub.client() as http:
        note = http.get("/v1/log/checkpoint")
        assert hub.verifier.open(note.text).size == 1
        assert http.get("/v1/ready").json() == {"status": "ready"}
