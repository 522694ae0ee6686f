/**
 * A member's signed word that a user is who they say: the phrase compared, or a document seen (docs/spec/bindings.md).
 *
 * It stands in for the identity token of a person, which is deleted after it was verified (protocol 5.5), and it is the
 * confirmation that ends the wait of a further chain (5.6 c). It names no one: ids and codes.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { preambleToJson } from "./statements.ts";
import type { Preamble, UnverifiedStatement } from "./statements.ts";
import { verifyStatement } from "./user-chain.ts";
import type { UserChain } from "./user-state.ts";

const TYPE = "seen-in-person";
/** Face, voice: the fingerprint phrase was compared; token: the professional verified the person's identity token. */
export const MEANS = ["face", "voice", "token"] as const;
export type Means = (typeof MEANS)[number];

/** Which chain was vouched for, and how; `subject` is the salted hash of a verified token's identity. */
export interface Vouching {
  readonly seen: string;
  readonly means: Means;
  readonly subject: string | undefined;
}

/** A vouching with who signed it, when. */
export interface SeenInPerson extends Vouching {
  readonly author: string;
  readonly timeMs: number;
}

/** The body to sign; `seen` is a user id. */
export function seenBody(preamble: Preamble, { seen, means, subject }: Vouching): JsonObject {
  return present({ ...preambleToJson(preamble, TYPE), seen, means, subject });
}

/** The verified statement; nobody vouches for their own chain (wrong-subject). */
export async function verifySeen(statement: UnverifiedStatement, author: UserChain): Promise<SeenInPerson> {
  const verified = await verifyStatement(author, statement);
  const fields = verified.fieldsAfterPreamble(TYPE);
  const vouching = {
    seen: fields.hash("seen"),
    means: fields.choice("means", MEANS),
    subject: fields.optional("subject", (name) => fields.hash(name)),
  };
  fields.done();
  if (vouching.seen === author.user) throw new ProtocolError("wrong-subject", TYPE);
  return { ...vouching, author: author.user, timeMs: verified.preamble.timeMs };
}
