/**
 * The kind `filed`: what came in an exchange, kept in a section as its first author signed it (docs/spec/entries.md, E28).
 *
 * The body holds the first author's signed statement, the plaintext of both parts as they were sealed, and the two shares of each
 * part's key: whoever reads it seals both again and compares with what was signed. A share opens its part and no other.
 */
import type { JsonObject } from "./canonical.ts";
import { toBase64url } from "./encodings.ts";
import type { Shares } from "./entry.ts";
import type { Fields } from "./fields.ts";
import type { ByPart } from "./sealing.ts";
import { SHARE_SIZE } from "./sealing.ts";
import { statementFromJson } from "./statements.ts";
import type { UnverifiedStatement } from "./statements.ts";

export const FILED = "filed";
/** What is about another entry, or about a fact, is nothing without it; what was filed is filed once. */
export const NEVER_FILED: ReadonlySet<string> = new Set([FILED, "mark", "annex", "document"]);

/** What the body of a `filed` entry says: nothing of it is believed yet. */
export interface Filing {
  readonly statement: UnverifiedStatement;
  readonly plain: ByPart<JsonObject>;
  readonly shares: ByPart<Shares>;
}

/** The fields of the body. */
export function filingToJson({ statement, plain, shares }: Filing): JsonObject {
  const pair = ({ clientShare, serverShare }: Shares): JsonObject => {
    return { client: toBase64url(clientShare), server: toBase64url(serverShare) };
  };
  return {
    statement: statement.toJson(),
    plain: { title: plain.title, body: plain.body },
    shares: { title: pair(shares.title), body: pair(shares.body) },
  };
}

/** Read the fields of the body. */
export function readFiling(fields: Fields): Filing {
  const statement = statementFromJson(fields.raw("statement"));
  const [plain, shares] = [fields.nested("plain"), fields.nested("shares")];
  const filing = {
    statement,
    plain: { title: plain.raw("title"), body: plain.raw("body") },
    shares: { title: readShares(shares.nested("title")), body: readShares(shares.nested("body")) },
  };
  plain.done();
  shares.done();
  return filing;
}

function readShares(fields: Fields): Shares {
  const shares = { clientShare: fields.data("client", SHARE_SIZE), serverShare: fields.data("server", SHARE_SIZE) };
  fields.done();
  return shares;
}
