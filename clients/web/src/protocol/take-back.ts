/**
 * Taking an entry back: its author asks that both server shares be destroyed (docs/spec/entries.md, rule 8.5).
 *
 * What nobody had opened is then gone for all. What was released before is not un-read: the log shows to whom.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import type { UnverifiedEntry } from "./entry.ts";
import { ProtocolError } from "./errors.ts";
import { preambleToJson } from "./statements.ts";
import type { Preamble, UnverifiedStatement } from "./statements.ts";

const TYPE = "entry-take-back";

/** Which entry of which case, and a closed code why. */
export interface TakeBack {
  readonly preamble: Preamble;
  readonly case: string;
  readonly entry: string;
  readonly reason?: string | undefined;
}

/** The body to sign. */
export function takeBackBody(takeBack: TakeBack): JsonObject {
  const { preamble, case: case_, entry, reason } = takeBack;
  return present({ ...preambleToJson(preamble, TYPE), case: case_, entry, reason });
}

/** Read the statement strictly; its signature is judged apart. */
export function readTakeBack(statement: UnverifiedStatement): TakeBack {
  const fields = statement.fieldsAfterPreamble(TYPE);
  const takeBack = {
    preamble: statement.preamble,
    case: fields.hash("case"),
    entry: fields.hash("entry"),
    reason: fields.optional("reason", (name) => fields.code(name)),
  };
  fields.done();
  return takeBack;
}

/** Refuse taking back another entry, or somebody else's, or one written later. */
export function checkTakeBack(takeBack: TakeBack, entry: UnverifiedEntry): void {
  const { header } = entry;
  if (takeBack.case !== header.case) throw new ProtocolError("wrong-case", TYPE);
  if (takeBack.entry !== entry.id) throw new ProtocolError("unknown-reference", `${TYPE} of ${takeBack.entry}`);
  if (takeBack.preamble.user !== header.preamble.user) throw new ProtocolError("wrong-author", `${TYPE} of ${takeBack.entry}`);
  if (takeBack.preamble.timeMs < header.preamble.timeMs) {
    throw new ProtocolError("time-backwards", `${TYPE} of ${takeBack.entry}`);
  }
}
