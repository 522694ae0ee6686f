/** Runs `tests/vectors/encoding.json`, `keys.json`, `boxes.json` and `statements.json`. */
import boxes from "../../../../tests/vectors/boxes.json?raw";
import encoding from "../../../../tests/vectors/encoding.json?raw";
import keys from "../../../../tests/vectors/keys.json?raw";
import statements from "../../../../tests/vectors/statements.json?raw";
import { BoxKey, openBox } from "../../src/protocol/boxes.ts";
import { decode, encode } from "../../src/protocol/canonical.ts";
import { fromBase64, fromBase64url, fromDecimal, toBase64url, toHex } from "../../src/protocol/encodings.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { hkdfExpand, labelledHash } from "../../src/protocol/hashing.ts";
import { checkBoxPublicKey, checkPublicKey, SigningKey, verify } from "../../src/protocol/keys.ts";
import {
  parseStatement,
  preambleToJson,
  readPreamble,
  signStatement,
  statementFromJson,
  TYPES,
} from "../../src/protocol/statements.ts";
import { runVectors } from "./vectors.ts";

runVectors("encoding", encoding, {
  decode: { required: ["json"], run: (fields) => ({ value: decode(fields.data("json")) }) },
  encode: { required: ["value"], run: (fields) => ({ json: toBase64url(encode(fields.raw("value"))) }) },
  base64url: { required: ["text"], run: (fields) => ({ hex: toHex(fromBase64url(fields.text("text"))) }) },
  base64: { required: ["text"], run: (fields) => ({ hex: toHex(fromBase64(fields.text("text"))) }) },
  decimal: { required: ["text"], run: (fields) => ({ number: fromDecimal(fields.text("text")) }) },
  label: { required: ["text"], run: (fields) => ({ text: fields.label("text") }) },
  labelled_hash: {
    required: ["name", "data"],
    run: (fields) => ({ hash: toHex(labelledHash(fields.text("name"), fields.data("data"))) }),
  },
  hkdf_expand: {
    required: ["key", "name", "context", "size"],
    run: (fields) => ({
      key: toBase64url(hkdfExpand(fields.data("key"), fields.text("name"), fields.data("context"), fields.integer("size"))),
    }),
  },
});

runVectors("keys", keys, {
  public_key: {
    required: ["public"],
    run: (fields) => {
      checkPublicKey(fields.data("public"));
      return undefined;
    },
  },
  verify: {
    required: ["public", "signature", "message"],
    run: async (fields) => {
      await verify(fields.data("public"), fields.data("signature"), fields.data("message"));
      return undefined;
    },
  },
  sign: {
    required: ["seed", "message"],
    run: async (fields) => {
      const key = new SigningKey(fields.data("seed"));
      return { public: toBase64url(key.public), signature: toBase64url(await key.sign(fields.data("message"))) };
    },
  },
  box_public: {
    required: ["public"],
    run: (fields) => {
      checkBoxPublicKey(fields.data("public"));
      return undefined;
    },
  },
  box_key: {
    required: ["seed"],
    run: async (fields) => ({ public: toBase64url(await new BoxKey(fields.data("seed")).public()) }),
  },
});

runVectors("boxes", boxes, {
  open: {
    required: ["box", "seed", "label", "context"],
    run: async (fields) => {
      const key = new BoxKey(fields.data("seed"));
      return { plaintext: toBase64url(await openBox(fields.data("box"), key, fields.text("label"), fields.data("context"))) };
    },
  },
});

runVectors("statements", statements, {
  parse: {
    required: ["bytes"],
    run: (fields) => {
      const statement = parseStatement(fields.data("bytes"));
      return { type: statement.type, hash: statement.hash };
    },
  },
  verify: {
    required: ["statement", "public"],
    run: async (fields) => ({ hash: (await statementFromJson(fields.raw("statement")).verify(fields.data("public"))).hash }),
  },
  sign: {
    required: ["body", "seed"],
    run: async (fields) => {
      const statement = await signStatement(fields.raw("body"), new SigningKey(fields.data("seed")));
      return { statement: statement.toJson(), hash: statement.hash };
    },
  },
  preamble: {
    required: ["body", "type"],
    run: (fields) => {
      const type = fields.choice("type", TYPES);
      const body = new Fields(fields.raw("body"), type);
      const preamble = readPreamble(body, type);
      body.done();
      return preambleToJson(preamble, type);
    },
  },
});
