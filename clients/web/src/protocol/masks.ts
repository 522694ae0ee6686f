/**
 * Masks of an entry: who it is hidden from, as a closed code in its header (docs/spec/entries.md, rules E23 to E27).
 *
 * A mask says in clear that an entry is held back, never why. What the kind of a report would tell a decision is told by its
 * mask, since the kind itself is ciphertext.
 */
import { ProtocolError } from "./errors.ts";
import type { PlaceKind } from "./places.ts";

export const MASKS = [
  "withheld_by_author",
  "child_protection_hidden",
  "ill_treatment_hidden",
  "minor_secret",
  "address_secret",
  "third_party",
  "before_announcement",
] as const;
export type Mask = (typeof MASKS)[number];

const KNOWN_MASKS: ReadonlySet<string> = new Set(MASKS);
const REPORT_MASKS: ReadonlySet<string> = new Set(["child_protection_hidden", "ill_treatment_hidden"]);
export const ANNOUNCEMENT_MS = 15 * 86_400_000;
export const MAX_PASSAGES = 16;

// Whoever may count the acts of `main` must not find one that they may not know of.
const LOGGED_APART: ReadonlyMap<string, string> = new Map([
  ["child_protection_hidden", "third_party_hidden"],
  ["ill_treatment_hidden", "third_party_hidden"],
  ["address_secret", "third_party_hidden"],
  ["before_announcement", "third_party_hidden"],
  ["minor_secret", "minor_secret"],
]);

/** The kind that a decision supposes of an entry with this mask (R3, R4, R36). */
export function kindOfMask(mask: string | undefined): string {
  if (mask === "child_protection_hidden") return "information_preoccupante";
  return mask === "ill_treatment_hidden" ? "adult_ill_treatment" : "note";
}

/**
 * The visibility class whose log holds the acts on an entry; `ofChain` is that of its chain. The person and their
 * representatives count every act of the classes they are served (protocol 12).
 */
export function logClass(placeKind: PlaceKind, mask: string | undefined, ofChain: string): string {
  return placeKind === "exchange" ? "main" : (LOGGED_APART.get(mask ?? "") ?? ofChain);
}

/** What a header says of masking. Instants in ms; `passages` are the ids of entries cut out of this one. */
export interface Masking {
  readonly mask: string | undefined;
  readonly writtenMs: number;
  readonly untilMs: number | undefined;
  readonly passages: readonly string[];
}

/**
 * Refuse (malformed) an unknown mask, a report without one of its own, a term of another mask or of over 15 days. R65b: a
 * result waits for its announcement 15 days at most. R66: a passage stands apart from what it was cut from.
 */
export function checkMasking(placeKind: PlaceKind, { mask, writtenMs, untilMs, passages }: Masking): void {
  if (mask !== undefined && !KNOWN_MASKS.has(mask)) throw new ProtocolError("malformed", "entry: unknown mask");
  if (placeKind === "report" && !REPORT_MASKS.has(mask ?? "")) throw new ProtocolError("malformed", "entry: mask of a report");
  if (untilMs !== undefined) {
    const within = writtenMs < untilMs && untilMs <= writtenMs + ANNOUNCEMENT_MS;
    if (mask !== "before_announcement" || !within) throw new ProtocolError("malformed", "entry: end of a mask");
  }
  const ordered = passages.every((passage, place) => place === 0 || (passages[place - 1] ?? "") < passage);
  const misplaced = mask === "third_party" || placeKind === "exchange" || placeKind === "report";
  if (passages.length > 0 && (!ordered || passages.length > MAX_PASSAGES || misplaced)) {
    throw new ProtocolError("malformed", "entry: passages");
  }
}

/**
 * Refuse (not-entitled) a mask that is not its author's to set. Only a health professional (category 1) waits for an
 * announcement (R65b), and keeps a minor's secret, of a minor (R53: doctor, midwife, nurse): set by anybody else it would
 * hide from a log what the law shows.
 */
export function checkMaskSetBy(mask: string | undefined, category: number | undefined, minor: boolean): void {
  if ((mask === "before_announcement" || mask === "minor_secret") && category !== 1) {
    throw new ProtocolError("not-entitled", `mask ${mask}: not a health professional`);
  }
  if (mask === "minor_secret" && !minor) throw new ProtocolError("not-entitled", `mask ${mask}: the person is of age`);
}
