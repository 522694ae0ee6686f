/**
 * Closed codes that facts, questions and the policy table share (docs/spec/facts.md).
 *
 * Domains of the compartments: C. civ. 425 and 459 (person or property), as the matrix reads them.
 */
export const COMPARTMENTS = [
  "identity",
  "rights",
  "social",
  "housing",
  "budget",
  "medical",
  "medication",
  "psychological",
  "autonomy",
  "education",
  "protection",
  "plan",
  "transmissions",
  "child_protection",
  "expression",
] as const;
export type Compartment = (typeof COMPARTMENTS)[number];

export const LEVELS = [1, 2] as const;
export type Level = (typeof LEVELS)[number];
export const CATEGORIES = [1, 2] as const;
export type Category = (typeof CATEGORIES)[number];

// prettier-ignore
export const ROWS = [
  "H1", "H1p", "H2", "H3", "H4", "H5", "S1", "S2", "S3", "S4", "S5", "S6", "S7a", "S7b", "S7c", "S8", "S9", "S10",
  "S11", "S12", "S13", "M1", "M2", "C1", "C2", "C3", "O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10",
  "O11", "O12", "O13", "O14",
] as const;
export type Row = (typeof ROWS)[number];

export const DOMAINS = ["person", "property"] as const;
export type Domain = (typeof DOMAINS)[number];

export const CONSENT_KINDS = ["share_outside_team", "mdph_exchange", "person_request_to_third_party"] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/** What a decision asks about as masked; the masks of entries are in `masks.ts`. */
export const MASKS = [
  "withheld_by_author",
  "child_protection_hidden",
  "address_secret",
  "third_party",
  "before_announcement",
  "ill_treatment_hidden",
] as const;

export const ENTRY_KINDS = [
  "note",
  "minutes",
  "coordination_alert",
  "information_preoccupante",
  "signalement",
  "adult_ill_treatment",
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const VIAS = [
  "any",
  "share",
  "exchange",
  "emergency",
  "mandate",
  "own",
  "child_protection",
  "mdph",
  "statutory",
  "person_request",
] as const;
export type Via = (typeof VIAS)[number];

export const OBLIGATIONS = [
  "inform_person_after",
  "review",
  "record_in_file",
  "rotate_keys",
  "escalate_to_judge",
  "redact_third_party",
  "use_local_identifier",
  "close_active_use",
  "ask_archive_decision",
  "pseudonymise",
] as const;
export type Obligation = (typeof OBLIGATIONS)[number];

const PROPERTY_ONLY: ReadonlySet<string> = new Set(["rights", "housing", "budget"]);
const BOTH: ReadonlySet<string> = new Set(["identity", "protection"]);

/** The mandate domains that reach a compartment: either suffices for identity and protection. */
export function domainsOf(compartment: string): readonly Domain[] {
  if (BOTH.has(compartment)) return DOMAINS;
  return [PROPERTY_ONLY.has(compartment) ? "property" : "person"];
}
