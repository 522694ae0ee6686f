/**
 * An invitation into a case: to whom, in which capacity, and what is boxed to a code (docs/spec/invitations.md).
 *
 * It names the newcomer by a salted hash, so that a chain holds no identity; the answer, a participation, opens that hash.
 */
import type { Bytes } from "./bytes.ts";
import { SUBJECT_SALT_SIZE } from "./capacities.ts";
import type { Capacity } from "./capacities.ts";
import { checkOrder } from "./case-links.ts";
import { choice, data, factShape, HASH, integer, MS, nested, optional, orNone, refuse, Shape } from "./fact-codec.ts";
import type { Codec } from "./fact-codec.ts";
import { CAPACITY, LIMB, RECOGNISED_LIMB, RECOGNITION } from "./fact-people.ts";
import type { Participation, Recognition } from "./fact-people.ts";
import { grantedToJson, readGranted } from "./key-links.ts";
import type { Granted } from "./key-links.ts";
import { SECTIONS } from "./places.ts";

export const INVITATION_KEY_SIZE = 32;
export const LEAST_MEMORY_KIB = 65_536;
export const LEAST_PASSES = 3;
const MOST_MEMORY_KIB = 262_144;
const MOST_PASSES = 8;
/** The child-protection list is entered by its own rules (R11), in a chain of its own. */
const INVITED_REGIMES = ["care", "mdph"] as const;

/** How the keys come from the code: Argon2id, whose parameters the invitation authenticates. */
export interface CodeKdf {
  readonly salt: Bytes;
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** A participation that one named professional may begin alone until `expiresMs`, and the keys boxed for it. */
export interface Invitation {
  readonly type: "invitation";
  readonly subject: string;
  readonly subjectSalt: Bytes;
  readonly capacity: Capacity;
  readonly regime: (typeof INVITED_REGIMES)[number];
  readonly limb: number;
  readonly historyFromMs: number;
  readonly expiresMs: number;
  readonly kdf: CodeKdf;
  readonly key: Bytes;
  readonly untilMs?: number;
  readonly recognised?: Recognition;
  readonly sections: readonly Granted[];
  readonly box?: string;
}

/** The participation that an invitation prepares, of whoever answers, without the answer. */
export function preparedParticipation(invited: Invitation, user: string, attestation: string, startMs: number): Participation {
  return {
    type: "participation",
    user,
    attestation,
    capacity: invited.capacity,
    regime: invited.regime,
    limb: invited.limb,
    startMs,
    historyFromMs: invited.historyFromMs,
    ...(invited.untilMs === undefined ? {} : { untilMs: invited.untilMs }),
    ...(invited.recognised === undefined ? {} : { recognised: invited.recognised }),
  };
}

const GRANTED_SECTIONS: Codec<readonly Granted[]> = {
  read: (fields, name) => {
    const found = fields.objects(name, SECTIONS.length).map(readGranted);
    checkOrder(
      found.map(({ section }) => section),
      "invitation.sections",
    );
    if (found.some(({ commit }) => commit !== undefined)) throw refuse("invitation: steps no key");
    return found;
  },
  write: (sections) => sections.map(grantedToJson),
};

function checkInvitation(fact: Invitation): void {
  if (fact.sections.length > 0 !== (fact.box !== undefined)) throw refuse("invitation: sections and their box stand together");
  if ((fact.recognised !== undefined) !== (fact.limb === RECOGNISED_LIMB)) {
    throw refuse("invitation: limb 2 rests on the person's recognition, and no other does");
  }
  if (fact.untilMs !== undefined && fact.untilMs <= fact.expiresMs) {
    throw refuse("invitation: ends before it can be answered");
  }
}

const KDF = new Shape<CodeKdf>({
  salt: data(SUBJECT_SALT_SIZE),
  memoryKib: integer(LEAST_MEMORY_KIB, MOST_MEMORY_KIB),
  passes: integer(LEAST_PASSES, MOST_PASSES),
  lanes: integer(1, 1),
});

export const INVITATION = factShape<Invitation>(
  "invitation",
  {
    subject: HASH,
    subjectSalt: data(SUBJECT_SALT_SIZE),
    capacity: CAPACITY,
    regime: choice(INVITED_REGIMES),
    limb: LIMB,
    historyFromMs: MS,
    expiresMs: MS,
    untilMs: optional(MS),
    recognised: optional(nested(RECOGNITION)),
    kdf: nested(KDF),
    key: data(INVITATION_KEY_SIZE),
    sections: orNone(GRANTED_SECTIONS),
    box: optional(HASH),
  },
  { check: checkInvitation },
);
