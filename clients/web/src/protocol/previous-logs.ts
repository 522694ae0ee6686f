/**
 * The logs of a hub that ended, as a trust bundle names them (docs/spec/trust.md, rules 28 to 30): each with the signed note that
 * it ended with, so that no bundle makes a client forget one.
 */
import type { JsonObject } from "./canonical.ts";
import { LogVerifier } from "./checkpoint.ts";
import type { SignedCheckpoint } from "./checkpoint.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { MAX_LOGS } from "./log-positions.ts";
import { MAX_NOTE } from "./note.ts";

/** One log that ended: origin, key and policy as its last bundle had them, and the note it ended with. */
export interface PreviousLog {
  readonly origin: string;
  readonly vkey: string;
  readonly policy: string;
  readonly checkpoint: string;
}

export function previousLogToJson(log: PreviousLog): JsonObject {
  return { origin: log.origin, vkey: log.vkey, policy: log.policy, checkpoint: log.checkpoint };
}

/**
 * Read the list of a bundle whose log in use is `origin`; absent means none, and an empty one is a second spelling. Throws
 * malformed for an origin that is listed twice. The notes are verified by `checkEnded`.
 */
export function readPreviousLogs(fields: Fields, origin: string): readonly PreviousLog[] {
  if (!fields.has("previous_logs")) return [];
  const logs = fields.objects("previous_logs", MAX_LOGS - 1).map((item) => {
    const log = {
      origin: item.label("origin"),
      vkey: item.label("vkey", 8192),
      policy: item.text("policy"),
      checkpoint: item.text("checkpoint", MAX_NOTE),
    };
    item.done();
    return log;
  });
  if (logs.length === 0 || new Set([origin, ...logs.map((one) => one.origin)]).size !== logs.length + 1) {
    throw fields.refuse("previous_logs", "is empty or holds a duplicate");
  }
  return logs;
}

/** The last checkpoint of each log, verified; refuses a log that did not sign the note it is said to have ended with. */
export async function endsOf(logs: readonly PreviousLog[]): Promise<readonly SignedCheckpoint[]> {
  const ends: SignedCheckpoint[] = [];
  for (const log of logs) ends.push(await LogVerifier.configured(log.origin, log.vkey, log.policy).open(log.checkpoint));
  return ends;
}

/** The log in use of a bundle, and those before it. */
export interface ConfiguredLogs extends Logs {
  readonly logVkey: string;
  readonly logPolicy: string;
}

/** The verifier of the log in use, which knows those before it, each of which knows its own. */
export function logOf(logs: ConfiguredLogs): LogVerifier {
  const earlier: LogVerifier[] = [];
  // Each is given a copy: a verifier never changes.
  for (const one of logs.previousLogs) {
    earlier.push(LogVerifier.configured(one.origin, one.vkey, one.policy, [...earlier]));
  }
  return LogVerifier.configured(logs.logOrigin, logs.logVkey, logs.logPolicy, earlier);
}

/** The origin of the log in use, and the logs before it. */
export interface Logs {
  readonly logOrigin: string;
  readonly previousLogs: readonly PreviousLog[];
}

/**
 * Refuse (wrong-origin) a successor whose logs are not the old bundle's, or these and one that follows: a log that is simply
 * left out would be a client's reset.
 */
export function checkSuccession(old: Logs, next: Logs): void {
  const before = old.previousLogs;
  const kept = before.every((log, i) => isSameLog(log, next.previousLogs[i]));
  const added = next.previousLogs.slice(before.length).map((one) => one.origin);
  const expected = next.logOrigin === old.logOrigin ? [] : [old.logOrigin];
  if (!kept || added.length !== expected.length || added[0] !== expected[0]) {
    throw new ProtocolError("wrong-origin", "logs of the trust bundle");
  }
}

function isSameLog(left: PreviousLog, right: PreviousLog | undefined): boolean {
  return (
    left.origin === right?.origin &&
    left.vkey === right.vkey &&
    left.policy === right.policy &&
    left.checkpoint === right.checkpoint
  );
}
