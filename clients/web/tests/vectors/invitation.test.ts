/** Runs `tests/vectors/invitation.json`. */
import invitation from "../../../../tests/vectors/invitation.json?raw";
import { toBase64url } from "../../src/protocol/encodings.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { InvitationCode, joinName, readShown, readSpoken } from "../../src/protocol/invitation-codes.ts";
import type { Terms } from "../../src/protocol/invitation-codes.ts";
import { runVectors } from "./vectors.ts";

const DIRECTIONS = ["invitee", "inviter"] as const;

function codeOf(fields: Fields): InvitationCode {
  return new InvitationCode(fields.data("secret"));
}

function termsOf(fields: Fields): Terms {
  const given = fields.nested("terms");
  const terms = {
    hub: given.text("hub"),
    inviter: given.text("inviter"),
    about: given.text("about"),
    invitee: given.text("invitee"),
    expiresMs: given.integer("expires_ms"),
  };
  given.done();
  return terms;
}

runVectors("invitation", invitation, {
  spoken: { required: ["secret"], run: (fields) => ({ spoken: codeOf(fields).spoken() }) },
  read_spoken: { required: ["typed"], run: (fields) => ({ secret: toBase64url(readSpoken(fields.text("typed")).secret) }) },
  shown: { required: ["secret"], run: (fields) => ({ shown: codeOf(fields).shown() }) },
  read_shown: { required: ["text"], run: (fields) => ({ secret: toBase64url(readShown(fields.text("text")).secret) }) },
  proof: {
    required: ["secret", "terms", "direction"],
    run: (fields) => ({
      proof: toBase64url(codeOf(fields).proof(termsOf(fields), fields.choice("direction", DIRECTIONS))),
    }),
  },
  join_name: { required: ["secret"], run: (fields) => ({ name: joinName(codeOf(fields)) }) },
  check: {
    required: ["secret", "terms", "direction", "proof", "now_ms"],
    run: (fields) => {
      const direction = fields.choice("direction", DIRECTIONS);
      codeOf(fields).check(termsOf(fields), direction, fields.data("proof"), fields.integer("now_ms"));
      return undefined;
    },
  },
  answer: {
    required: ["secret", "wrong", "answered", "terms", "proof", "now_ms"],
    run: (fields) => {
      const use = { wrong: fields.integer("wrong"), answered: fields.boolean("answered") };
      const [after, refused] = codeOf(fields).answer(use, termsOf(fields), fields.data("proof"), fields.integer("now_ms"));
      return { ...after, ...(refused === null ? {} : { refused }) };
    },
  },
});
