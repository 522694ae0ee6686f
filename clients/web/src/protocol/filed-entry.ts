/** Is what was filed what its first author signed, and does it stand where it may? (docs/spec/entries.md, E29, E30). */
import { same as sameBytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import { checkServerShare, sealPart } from "./entry.ts";
import type { VerifiedEntry } from "./entry.ts";
import type { EntryHeader } from "./entry-header.ts";
import { ProtocolError } from "./errors.ts";
import { NEVER_FILED } from "./filing.ts";
import type { Filing } from "./filing.ts";
import { isKnownKind, readBody, readTitle } from "./kinds.ts";
import type { Body, Title } from "./kinds.ts";
import { PARTS } from "./sealing.ts";

/**
 * Refuse to file the entry of `first` under `header`: wrong-case; wrong-list, for what did not come in an exchange or does not go
 * into the section that the exchange is about; time-backwards.
 */
export function checkFiled(header: EntryHeader, first: EntryHeader): void {
  if (first.case !== header.case) throw new ProtocolError("wrong-case", "filed entry");
  const same = first.compartment === header.compartment && first.level === header.level && first.class === header.class;
  // Masked entries are a section's too: who files what came may hold it back as anything they write there.
  const stands = header.place.kind === "section" || header.place.kind === "masked";
  if (first.place.kind !== "exchange" || !stands || !same) {
    throw new ProtocolError("wrong-list", "filed entry: from an exchange into the section that it is about");
  }
  if (header.preamble.timeMs < first.preamble.timeMs) throw new ProtocolError("time-backwards", "filed entry");
}

/** Title and body as the first author signed them. */
export interface Opened {
  readonly title: Title;
  readonly body: Extract<Body, { readonly type: "content" }>;
}

/**
 * What the first author wrote. `first` is the entry of `filing.statement`, verified against its author's device; `header` and
 * `title` are those of the entry that files it. Throws what `checkFiled` throws, bad-share, bad-commitment or wrong-hash where a
 * part is not what was signed, malformed where the title outside is another or the kind is one that is not filed.
 */
export async function openFiled(header: EntryHeader, title: string, filing: Filing, first: VerifiedEntry): Promise<Opened> {
  checkFiled(header, first.header);
  for (const part of PARTS) {
    checkServerShare(first, part, filing.shares[part].serverShare);
    const { seal } = await sealPart(first.header, part, encode(filing.plain[part]), filing.shares[part]);
    const signed = first.seals[part];
    if (!sameBytes(seal.commitment, signed.commitment)) {
      throw new ProtocolError("bad-commitment", `${part} of a filed entry`);
    }
    if (seal.root !== signed.root) throw new ProtocolError("wrong-hash", `${part} of a filed entry`);
  }
  const inner = readTitle(encode(filing.plain.title));
  if (inner.title !== title || NEVER_FILED.has(inner.kind) || !isKnownKind(inner)) {
    throw new ProtocolError("malformed", "filed entry: title or kind");
  }
  const body = readBody(inner, encode(filing.plain.body));
  if (body.type !== "content") throw new ProtocolError("malformed", "filed entry: body");
  return { title: inner, body };
}
