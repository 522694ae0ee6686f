/**
 * Who may still open an entry that its author holds back: each mask boxes to fewer readers (docs/spec/entries.md, E23).
 *
 *     withheld_by_author        the author, the person and who represents them, and whom the author names (R8)
 *     before_announcement       everybody who may read the section: the hub keeps it from the person until it ends (R65b)
 *     third_party               everybody who may read it, but not the person nor who represents them (R66)
 *     minor_secret              everybody who may read it, but nobody who represents the minor (R53)
 *     address_secret            everybody who may read it, but the rows O2 to O13 (R54)
 *     child_protection_hidden   the author and whom they name (R35)
 *     ill_treatment_hidden      the author and whom they name (R3, R4)
 */
import type { CaseFacts } from "../protocol/case-facts.ts";
import type { Mask } from "../protocol/masks.ts";

const PROFESSIONALS_OUTSIDE: ReadonlySet<string> = new Set(["O9"]);

/** How an entry is held back: mask, when it ends by itself, the passages cut out of it, whom its author names. */
export interface Masking {
  readonly mask?: Mask;
  readonly untilMs?: number;
  readonly passages?: readonly string[];
  readonly named?: readonly string[];
}

/** What is held back from nobody. */
export const UNMASKED: Masking = {};

/** Who writes, under which mask, and what is known of the section. */
export interface MaskedFor {
  readonly author: string;
  readonly masking: Masking;
  /** Who may read the whole section. */
  readonly mayRead: (user: string) => boolean;
  /** Whether the person is not of age yet. */
  readonly minor: boolean;
}

/** The users whom a named entry is boxed to, in order, its author among them. */
export function readersOf(facts: CaseFacts, { author, masking, mayRead, minor }: MaskedFor): readonly string[] {
  const held = new Set(facts.of("mandate").map(({ fact }) => fact.holder));
  const ownSide = new Set([...held, ...facts.personUsers]);
  const takingPart = facts.of("participation").map(({ fact }) => fact.user);
  const may = [...new Set([...takingPart, ...ownSide])].filter((user) => mayRead(user));
  const named = [...(masking.named ?? []), author];
  const boxedTo = (readers: readonly string[]): readonly string[] => [...new Set([...readers, ...named])].sort();
  switch (masking.mask) {
    case "child_protection_hidden":
    case "ill_treatment_hidden":
      return boxedTo([]);
    case "withheld_by_author":
      return boxedTo(may.filter((user) => ownSide.has(user)));
    case "third_party":
      return boxedTo(may.filter((user) => !ownSide.has(user)));
    case "minor_secret":
      return boxedTo(minor ? may.filter((user) => !held.has(user) || facts.personUsers.has(user)) : may);
    case "address_secret": {
      const outside = outsideIn(facts);
      return boxedTo(may.filter((user) => !held.has(user) && !outside.has(user)));
    }
    case "before_announcement":
    case undefined:
    default:
      return boxedTo(may);
  }
}

function outsideIn(facts: CaseFacts): ReadonlySet<string> {
  const outside = facts.of("participation").filter(({ fact }) => PROFESSIONALS_OUTSIDE.has(fact.capacity.row));
  return new Set(outside.map(({ fact }) => fact.user));
}
