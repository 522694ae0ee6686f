/** Runs `tests/vectors/case_invitations.json`: a newcomer invited into a case. */
import caseInvitations from "../../../../tests/vectors/case_invitations.json?raw";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { debtOf, isOwed } from "../../src/protocol/debts.ts";
import { toBase64url, toHex } from "../../src/protocol/encodings.ts";
import type { CodeKdf } from "../../src/protocol/fact-invitations.ts";
import { readFact } from "../../src/protocol/facts.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { sha256Hex } from "../../src/protocol/hashing.ts";
import { InvitationCode } from "../../src/protocol/invitation-codes.ts";
import { codeKeys, openCodeBox, releaseProof } from "../../src/protocol/invitation-keys.ts";
import type { CodeKeys } from "../../src/protocol/invitation-keys.ts";
import { SectionKeys } from "../../src/protocol/sections.ts";
import { played, runEntitled, runExtend } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";

const derived = new Map<string, Promise<CodeKeys>>();

/** The keys of a code: seconds each, so each once. */
function keysOf(secret: Uint8Array, kdf: CodeKdf): Promise<CodeKeys> {
  const name = [toBase64url(secret), toBase64url(kdf.salt), kdf.memoryKib, kdf.passes].join();
  const found = derived.get(name) ?? codeKeys(new InvitationCode(Uint8Array.from(secret)), kdf);
  derived.set(name, found);
  return found;
}

function keysAsked(fields: Fields): Promise<CodeKeys> {
  const secret = fields.data("secret");
  const given = fields.nested("kdf");
  const kdf = {
    salt: given.data("salt"),
    memoryKib: given.integer("memory_kib"),
    passes: given.integer("passes"),
    lanes: given.integer("lanes"),
  };
  given.done();
  return keysOf(secret, kdf);
}

async function runOpen(fields: Fields): Promise<JsonObject> {
  const { main } = (await played(fields)).world;
  const body = fields.raw("invitation");
  const fact = readFact(body);
  if (fact.type !== "invitation") throw new Error("no invitation");
  const found = await keysOf(fields.data("secret"), fact.kdf);
  const released = { fact, body, box: fields.data("box") };
  const { ring, refused } = await openCodeBox(main, released, found, new SectionKeys(main.chain));
  const keys = ring.held().map(({ which, key }) => ({ ...which, key: toHex(key) }));
  return { keys: keys.sort((left, right) => (left.section < right.section ? -1 : 1)), refused: Object.fromEntries(refused) };
}

runVectors("case_invitations", caseInvitations, {
  entitled: { required: ["world", "links"], run: runEntitled },
  extend: { required: ["world", "links"], run: runExtend },
  owed: {
    required: ["world", "links", "section", "at_ms"],
    run: async (fields) => {
      const { main, table, directory } = (await played(fields)).world;
      const due = debtOf(main, fields.text("section"), table, fields.integer("at_ms"), directory);
      return { invitations: due.invitations, owed: isOwed(due) };
    },
  },
  code_keys: {
    required: ["secret", "kdf"],
    run: async (fields) => {
      const { box, sign } = await keysAsked(fields);
      return { box: sha256Hex(await box.public()), key: toHex(sign.public) };
    },
  },
  release_proof: {
    required: ["secret", "kdf", "terms"],
    run: async (fields) => {
      const { sign } = await keysAsked(fields);
      const given = fields.nested("terms");
      const terms = {
        hub: given.text("hub"),
        case: given.hash("case"),
        invitation: given.hash("invitation"),
        user: given.hash("user"),
      };
      return { proof: toHex(await releaseProof(sign, terms)) };
    },
  },
  open_invitation: { required: ["world", "links", "invitation", "secret", "box"], run: runOpen },
});
