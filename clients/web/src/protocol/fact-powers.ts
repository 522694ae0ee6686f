/**
 * Who else has a say, and special regimes, as signed facts (docs/spec/facts.md).
 *
 * Mandates: C. civ. 371-1, 377, 390, 408, 425, 438, 459, 469, 494-6 (R50-R61). Minor's secret: CSP L1111-5, L1111-5-1 (R53).
 * Designation: CASF R146-41 (R41), L121-6-2 (R33). Procedures: R42, R31. Emergency: P5.
 */
import { BOOL, choice, choices, CODE, CODES, factShape, HASH, HASHES, LATE, MS, optional, refuse } from "./fact-codec.ts";
import type { LateReason } from "./fact-codec.ts";
import { DOMAINS } from "./vocabulary.ts";
import type { Domain } from "./vocabulary.ts";

export const MINOR_MANDATES = ["parental_authority", "delegated_parental_authority", "minor_guardianship"] as const;
export const GUARDIAN_MANDATES = ["tutelle", "habilitation_familiale", "future_protection"] as const;
export const CURATOR_MANDATES = ["curatelle_simple", "curatelle_renforcee", "sauvegarde"] as const;
export const MANDATES = [...MINOR_MANDATES, ...GUARDIAN_MANDATES, ...CURATOR_MANDATES] as const;
export type MandateKind = (typeof MANDATES)[number];
export const MANDATE_MODES = ["representation", "assistance"] as const;
export const ABILITY_STATES = ["able", "assisted", "unable"] as const;
export const SECRET_RULES = ["L1111-5", "L1111-5-1"] as const;
export const DESIGNATIONS = ["mdph_medical", "coordinator_l121_6_2"] as const;
export const PROCEDURES = ["ccapex", "siao", "coordination_l121_6_2"] as const;
export const EMERGENCY_MAX_MS = 24 * 3_600_000;

/** A power over the person or the property, as a judgment or the law gives it; the holder is a user. */
export interface Mandate {
  readonly type: "mandate";
  readonly kind: MandateKind;
  readonly holder: string;
  readonly domains: readonly Domain[];
  readonly mode: (typeof MANDATE_MODES)[number];
  readonly startMs: number;
  readonly untilMs?: number;
  readonly exercise: boolean;
  readonly acts?: readonly string[];
}

/** The end of a mandate. */
export interface MandateEnd {
  readonly type: "mandate-end";
  readonly mandate: string;
  readonly atMs: number;
}

/** Whether the person can express their will; none recorded = able. */
export interface Ability {
  readonly type: "ability";
  readonly state: (typeof ABILITY_STATES)[number];
  readonly fromMs: number;
  readonly untilMs?: number;
}

/** The minor's opposition, noted in writing, to informing the holders of authority of some entries (R1111-6). */
export interface MinorSecret {
  readonly type: "minor-secret";
  readonly entries: readonly string[];
  readonly basis: (typeof SECRET_RULES)[number];
  readonly opposedMs: number;
  readonly late?: LateReason;
}

/** The minor lifted the secret. */
export interface MinorSecretEnd {
  readonly type: "minor-secret-end";
  readonly secret: string;
  readonly atMs: number;
  readonly late?: LateReason;
}

/** A reader individually designated by the MDPH team doctor, or the coordinator named by the mayor. */
export interface Designation {
  readonly type: "designation";
  readonly kind: (typeof DESIGNATIONS)[number];
  readonly designated: string;
  readonly fromMs: number;
  readonly untilMs?: number;
}

/** A statutory procedure before an authority without account, named by its directory code. */
export interface Procedure {
  readonly type: "procedure";
  readonly kind: (typeof PROCEDURES)[number];
  readonly authority: string;
  readonly openedMs: number;
  readonly untilMs?: number;
}

/** A health professional's declaration of emergency access; its reason is in the encrypted annex (P5). */
export interface Emergency {
  readonly type: "emergency";
  readonly user: string;
  readonly row: string;
  readonly structure: string;
  readonly openedMs: number;
  readonly untilMs: number;
}

/** The end of a designation, of a procedure, or of who follows the case: each begins open. */
export interface FactEnd {
  readonly type: "fact-end";
  readonly ended: string;
  readonly atMs: number;
}

function checkEmergency(fact: Emergency): void {
  const lasts = fact.untilMs - fact.openedMs;
  if (lasts <= 0 || lasts > EMERGENCY_MAX_MS) throw refuse("emergency: lasts at most 24 hours");
}

export const MANDATE = factShape<Mandate>("mandate", {
  kind: choice(MANDATES),
  holder: HASH,
  domains: choices(DOMAINS),
  mode: choice(MANDATE_MODES),
  startMs: MS,
  untilMs: optional(MS),
  exercise: BOOL,
  acts: optional(CODES),
});
export const MANDATE_END = factShape<MandateEnd>("mandate-end", { mandate: HASH, atMs: MS });
export const ABILITY = factShape<Ability>("ability", { state: choice(ABILITY_STATES), fromMs: MS, untilMs: optional(MS) });
export const MINOR_SECRET = factShape<MinorSecret>("minor-secret", {
  entries: HASHES,
  basis: choice(SECRET_RULES),
  opposedMs: MS,
  late: optional(LATE),
});
export const MINOR_SECRET_END = factShape<MinorSecretEnd>("minor-secret-end", { secret: HASH, atMs: MS, late: optional(LATE) });
export const DESIGNATION = factShape<Designation>("designation", {
  kind: choice(DESIGNATIONS),
  designated: HASH,
  fromMs: MS,
  untilMs: optional(MS),
});
export const PROCEDURE = factShape<Procedure>("procedure", {
  kind: choice(PROCEDURES),
  authority: CODE,
  openedMs: MS,
  untilMs: optional(MS),
});
export const FACT_END = factShape<FactEnd>("fact-end", { ended: HASH, atMs: MS });
export const EMERGENCY = factShape<Emergency>(
  "emergency",
  { user: HASH, row: CODE, structure: CODE, openedMs: MS, untilMs: MS },
  { check: checkEmergency },
);
