/**
 * Four roles of who runs or watches a hub, and how far those who watch may look (docs/spec/trust.md, F18, P10, R75).
 *
 * Matrix row O14 says that none of them reads content. The role says what of the log: the administrator and the host nothing
 * but what is public; the data protection officer and the auditor what their scope covers. Who operates never watches: they
 * would judge their own acts.
 */
import { utf8 } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import { toHex } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";

export const ROW = "O14";
const OPERATING: ReadonlySet<string> = new Set(["administrator", "host"]);
const WATCHING: ReadonlySet<string> = new Set(["dpo", "auditor"]);
export const ROLES = ["administrator", "host", "dpo", "auditor"] as const;
export type OperatorRole = (typeof ROLES)[number];
const MAX_GUEST_MS = 92 * 86_400_000;
const MOST = 512;

/**
 * Which part of the log: cases of these controllers, among these cases, between two instants (the end excluded). What is empty
 * or absent does not bound. `guest`: an auditor from outside, for one mission.
 */
export interface LogScope {
  readonly controllers: readonly string[];
  readonly cases: readonly string[];
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly guest: boolean;
}

/** Read the wire form: lists in order and without duplicate, no empty list, no empty period. */
export function readLogScope(fields: Fields): LogScope {
  const controllers = fields.optional("controllers", (name) => sorted(labels(fields, name), fields, name));
  const cases = fields.optional("cases", (name) => sorted(fields.hashes(name, MOST), fields, name));
  const fromMs = fields.optional("from_ms", (name) => fields.integer(name));
  const untilMs = fields.optional("until_ms", (name) => fields.integer(name));
  const guest = fields.optional("guest", (name) => {
    // A false written out would be a second spelling.
    if (!fields.boolean(name)) throw fields.refuse(name);
    return true;
  });
  fields.done();
  if (untilMs !== undefined && untilMs <= (fromMs ?? 0)) throw fields.refuse("until_ms", "is not after from_ms");
  return { controllers: controllers ?? [], cases: cases ?? [], fromMs, untilMs, guest: guest ?? false };
}

/** The wire form; what does not bound is left out. */
export function logScopeToJson(scope: LogScope): JsonObject {
  return {
    ...(scope.controllers.length > 0 ? { controllers: scope.controllers } : {}),
    ...(scope.cases.length > 0 ? { cases: scope.cases } : {}),
    ...(scope.fromMs === undefined ? {} : { from_ms: scope.fromMs }),
    ...(scope.untilMs === undefined ? {} : { until_ms: scope.untilMs }),
    ...(scope.guest ? { guest: true } : {}),
  };
}

interface Held {
  readonly row: string;
  readonly role?: string | undefined;
}

/** Whether somebody who acts in this capacity watches over the log: the auditor and the data protection officer. */
export function watches(capacity: Held | undefined): boolean {
  return capacity?.row === ROW && capacity.role !== undefined && WATCHING.has(capacity.role);
}

/** Whether somebody who acts in this capacity judges emergencies: the auditor, not the officer who is told of them. */
export function mayReviewEmergencies(capacity: Held | undefined): boolean {
  return capacity?.row === ROW && capacity.role === "auditor";
}

/** A capacity as it was attested: when, and for which part of the log. */
interface AttestedRole {
  readonly capacity: Held;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly scope?: LogScope | undefined;
}

/** Whether somebody with these attestations reviews emergencies at an instant, and does not operate the hub as well. */
export function auditsEmergencies(attestations: readonly AttestedRole[], atMs: number): boolean {
  const operating = attestations.filter(({ capacity }) => capacity.row === ROW && OPERATING.has(capacity.role ?? ""));
  return attestations.some((one) => {
    const holds = mayReviewEmergencies(one.capacity) && one.fromMs <= atMs && atMs < one.untilMs;
    return holds && operating.every((other) => standApart(one, other));
  });
}

/** After an operating role somebody watches what happened since its end only; after watching, one operates from then. */
function standApart(watching: AttestedRole, operating: AttestedRole): boolean {
  const together = operating.fromMs < watching.untilMs && watching.fromMs < operating.untilMs;
  const ownActs = watching.fromMs >= operating.untilMs && (watching.scope?.fromMs ?? 0) < operating.untilMs;
  return !together && !ownActs;
}

/** Whether somebody who acts in this capacity answers the person's requests: the officer, never an auditor of the log. */
export function mayAnswerRequests(capacity: Held | undefined): boolean {
  return capacity?.row === ROW && capacity.role === "dpo";
}

/** Refuse an attested role that is none of the four, or a scope that does not belong to it: malformed. */
export function checkRole(row: string, role: string | undefined, scope: LogScope | undefined, lengthMs: number): void {
  const watches = role !== undefined && WATCHING.has(role);
  if (row === ROW && !watches && !(role !== undefined && OPERATING.has(role))) {
    throw new ProtocolError("malformed", "role of row O14: administrator, host, dpo or auditor");
  }
  if ((scope !== undefined) !== (row === ROW && watches)) {
    throw new ProtocolError("malformed", "scope: of an auditor and of a data protection officer, nobody else");
  }
  if (scope?.guest !== true) return;
  const whole = scope.controllers.length === 0 && scope.cases.length === 0;
  if (role !== "auditor" || whole || lengthMs > MAX_GUEST_MS) {
    throw new ProtocolError("malformed", "guest: an auditor of named controllers or cases, for 92 days at most");
  }
}

/** Refuse a registrar for both sides, or for a role without the row: malformed. */
export function checkRegistrarRoles(roles: readonly string[], rows: readonly string[]): void {
  const known = roles.every((role) => OPERATING.has(role) || WATCHING.has(role));
  if (!known || (roles.length > 0 && !rows.includes(ROW))) {
    throw new ProtocolError("malformed", "roles of a registrar: of the four, with row O14");
  }
  if (roles.some((role) => OPERATING.has(role)) && roles.some((role) => WATCHING.has(role))) {
    throw new ProtocolError("malformed", "roles of a registrar: who attests administrators attests no auditor");
  }
}

function labels(fields: Fields, name: string): string[] {
  return fields.items(name, MOST).map((item) => new Fields({ [name]: item }, fields.what).label(name));
}

function sorted(found: string[], fields: Fields, name: string): string[] {
  let before = "";
  for (const one of found) {
    // Hex of UTF-8 is in the order of code points, as in Python: `<` on strings compares UTF-16 units.
    const written = toHex(utf8(one));
    if (written <= before) throw fields.refuse(name, "is out of order or holds a duplicate");
    before = written;
  }
  if (before === "") throw fields.refuse(name, "is empty");
  return found;
}
