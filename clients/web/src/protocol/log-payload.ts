/**
 * What a leaf of the log commits to: the person's view and the identity view (docs/spec/releases.md, log formats 3.3).
 *
 * Two payloads an act. The *view* is what the person may see: when, which act, in which role and service, which entries, by
 * which rule. The *identity* names user, device, the reader's own signed request and the facts. They are committed apart,
 * because a person is entitled to dates and purposes of consultations, not in general to the reader's name (CJEU C-579/21),
 * and still verifies that nothing was changed.
 *
 * One pair of formats for every act of a closed list; which fields an act needs is in `NEEDS`.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import { LATE_REASONS } from "./fact-codec.ts";
import type { LateReason } from "./fact-codec.ts";
import { Fields } from "./fields.ts";
import type { LeafType } from "./leaf.ts";
import { ROLES } from "./operator-roles.ts";
import type { OperatorRole } from "./operator-roles.ts";
import { CLASSES } from "./places.ts";
import type { VisibilityClass } from "./places.ts";
import { PARTS } from "./sealing.ts";
import type { Part } from "./sealing.ts";
import { COMPARTMENTS } from "./vocabulary.ts";
import type { Compartment } from "./vocabulary.ts";

const VERSION = 1;
const MAX_CODES = 64;
const MAX_IDS = 512;

/** Each act with the public type its leaf shows; the act itself stands in the payload only (protocol rule 9.3). */
export const PUBLIC_TYPE = {
  release: "act",
  deposit: "act",
  login: "act",
  "emergency-start": "act",
  "emergency-stop": "act",
  admin: "act",
  exchange: "act",
  "account-close": "act",
  logout: "act",
  invitation: "act",
  refusal: "refusal",
  fact: "fact",
  case: "fact",
  opening: "fact",
  "opening-close": "fact",
  policy: "fact",
  "user-link": "key",
  binding: "key",
  attestation: "key",
  claim: "key",
  grant: "key",
  revoke: "key",
  rotate: "key",
  "web-version": "key",
  "log-look": "log",
  "take-back": "erase",
  erase: "erase",
} as const satisfies Readonly<Record<string, LeafType>>;
export type LoggedAct = keyof typeof PUBLIC_TYPE;

const ACTS = Object.keys(PUBLIC_TYPE) as readonly LoggedAct[];
const LATE = [...LATE_REASONS, "unstated"] as const;
type Needed = "part" | "intent" | "purpose" | "compartment" | "level" | "rules";
const NEEDS: ReadonlyMap<LoggedAct, readonly Needed[]> = new Map<LoggedAct, readonly Needed[]>([
  ["release", ["part", "intent", "purpose", "compartment", "level"]],
  ["deposit", ["compartment", "level"]],
  ["refusal", ["rules"]],
]);

/**
 * What the person may see of one act. Times in milliseconds; `entries` are ids, `rules` ids of policy rows.
 *
 * `caseSeq` counts the acts of one case and visibility class without gap; both are absent outside a case. `to` is the row of
 * the party without account that an export was for. `late` and `collectedMs` mark a fact recorded more than 72 hours after it
 * was collected: the code of the reason, and when. `role`: in which of the roles of an operator.
 */
export interface ViewPayload {
  readonly act: LoggedAct;
  readonly timeMs: number;
  readonly class: VisibilityClass | undefined;
  readonly caseSeq: number | undefined;
  readonly row: string | undefined;
  readonly category: number | undefined;
  readonly structure: string | undefined;
  readonly participation: string | undefined;
  readonly compartment: Compartment | undefined;
  readonly level: number | undefined;
  readonly part: Part | undefined;
  readonly entries: readonly string[];
  readonly intent: string | undefined;
  readonly purpose: string | undefined;
  readonly rules: readonly string[];
  readonly policy: string | undefined;
  readonly emergency: boolean;
  readonly count: number | undefined;
  readonly to: string | undefined;
  readonly late: LateReason | "unstated" | undefined;
  readonly collectedMs: number | undefined;
  readonly role: OperatorRole | undefined;
}

/** Read a view payload strictly. */
export function readView(payload: JsonObject): ViewPayload {
  const fields = new Fields(payload, "view payload");
  checkVersion(fields);
  const code = (name: string): string | undefined => fields.optional(name, () => fields.code(name));
  const count = (name: string, least = 0, most?: number): number | undefined =>
    fields.optional(name, () => fields.integer(name, least, most));
  const view: ViewPayload = {
    act: fields.choice("act", ACTS),
    timeMs: fields.integer("time_ms"),
    class: fields.optional("class", (name) => fields.choice(name, CLASSES)),
    caseSeq: count("case_seq"),
    row: code("row"),
    category: count("category", 1, 2),
    structure: code("structure"),
    participation: fields.optional("participation", (name) => fields.hash(name)),
    compartment: fields.optional("compartment", (name) => fields.choice(name, COMPARTMENTS)),
    level: count("level", 1, 2),
    part: fields.optional("part", (name) => fields.choice(name, PARTS)),
    entries: fields.hashes("entries", MAX_IDS),
    intent: code("intent"),
    purpose: code("purpose"),
    rules: fields.codes("rules", MAX_CODES),
    policy: fields.optional("policy", (name) => fields.hash(name)),
    emergency: readOnlyTrue(fields, "emergency"),
    count: count("count", 1),
    to: code("to"),
    late: fields.optional("late", (name) => fields.choice(name, LATE)),
    collectedMs: count("collected_ms"),
    role: fields.optional("role", (name) => fields.choice(name, ROLES)),
  };
  checkView(view);
  fields.done();
  return view;
}

function checkView(view: ViewPayload): void {
  if ((view.class === undefined) !== (view.caseSeq === undefined)) {
    throw new ProtocolError("missing-field", `view of ${view.act}: class and case_seq together`);
  }
  if ((view.late === undefined) !== (view.collectedMs === undefined)) {
    throw new ProtocolError("missing-field", `view of ${view.act}: late and collected_ms together`);
  }
  const missing = NEEDS.get(view.act)?.find((name) => view[name] === undefined || view[name].toString() === "");
  if (missing !== undefined) throw new ProtocolError("missing-field", `view of ${view.act}: ${missing}`);
}

/** The payload as committed. */
export function viewToJson(view: ViewPayload): JsonObject {
  return present({
    v: VERSION,
    act: view.act,
    time_ms: view.timeMs,
    class: view.class,
    case_seq: view.caseSeq,
    row: view.row,
    category: view.category,
    structure: view.structure,
    participation: view.participation,
    compartment: view.compartment,
    level: view.level,
    part: view.part,
    entries: view.entries,
    intent: view.intent,
    purpose: view.purpose,
    rules: view.rules,
    policy: view.policy,
    emergency: view.emergency ? true : undefined,
    count: view.count,
    to: view.to,
    late: view.late,
    collected_ms: view.collectedMs,
    role: view.role,
  });
}

/**
 * Who acted, and by which signed words. `request` is the reader's own signed statement in wire form. `sharesHash` covers the
 * server shares released (`sharesHash` of `release.ts`); `refusal` is a problem code.
 */
export interface IdentityPayload {
  readonly user: string | undefined;
  readonly device: string | undefined;
  readonly authLevel: string | undefined;
  readonly row: string | undefined;
  readonly refusal: string | undefined;
  readonly facts: readonly string[];
  readonly requestHash: string | undefined;
  readonly sharesHash: string | undefined;
  readonly request: JsonObject | undefined;
}

/** Read an identity payload strictly; the request inside is judged by whoever verifies it. */
export function readIdentity(payload: JsonObject): IdentityPayload {
  const fields = new Fields(payload, "identity payload");
  checkVersion(fields);
  const hash = (name: string): string | undefined => fields.optional(name, () => fields.hash(name));
  const code = (name: string): string | undefined => fields.optional(name, () => fields.code(name));
  const identity = {
    user: hash("user"),
    device: hash("device"),
    authLevel: code("auth_level"),
    row: code("row"),
    refusal: code("refusal"),
    facts: fields.hashes("facts", MAX_IDS),
    requestHash: hash("request_hash"),
    sharesHash: hash("shares_hash"),
    request: fields.optional("request", (name) => fields.raw(name)),
  };
  if ((identity.user === undefined) !== (identity.device === undefined)) {
    throw new ProtocolError("missing-field", "identity: user and device together");
  }
  if (identity.request !== undefined && identity.requestHash === undefined) {
    throw new ProtocolError("missing-field", "identity: request_hash");
  }
  fields.done();
  return identity;
}

/** The payload as committed. */
export function identityToJson(identity: IdentityPayload): JsonObject {
  return present({
    v: VERSION,
    user: identity.user,
    device: identity.device,
    auth_level: identity.authLevel,
    row: identity.row,
    refusal: identity.refusal,
    facts: identity.facts,
    request_hash: identity.requestHash,
    shares_hash: identity.sharesHash,
    request: identity.request,
  });
}

function checkVersion(fields: Fields): void {
  if (fields.integer("v") !== VERSION) throw new ProtocolError("wrong-version", fields.what);
}

/** A flag whose absence means false: a false written out would be a second spelling. */
function readOnlyTrue(fields: Fields, name: string): boolean {
  if (!fields.has(name)) return false;
  if (!fields.boolean(name)) throw fields.refuse(name);
  return true;
}
