/**
 * Where an entry stands: compartments, levels, visibility classes, sections and places (docs/spec/entries.md).
 *
 * A place names one list of a case: `section:medical/2`, `masked:medical/2`, `exchange:<exchange id>`, or
 * `report:<32 random bytes in hex>`: a report of danger stands alone, among those it names.
 */
import { isHash } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { COMPARTMENTS, LEVELS } from "./vocabulary.ts";

export const CLASSES = ["main", "child_protection", "minor_secret", "third_party_hidden"] as const;
export type VisibilityClass = (typeof CLASSES)[number];

export const PLACE_KINDS = ["section", "masked", "exchange", "report"] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** Every section code, `identity/1` to `expression/2`. */
export const SECTIONS: readonly string[] = COMPARTMENTS.flatMap((compartment) =>
  LEVELS.map((level) => `${compartment}/${level}`),
);
const KNOWN_SECTIONS: ReadonlySet<string> = new Set(SECTIONS);

/** Whether a text is a section code. */
export function isSection(text: string): boolean {
  return KNOWN_SECTIONS.has(text);
}

/** `medical/2` for a compartment and a level; throws malformed for what is not in the closed lists. */
export function sectionCode(compartment: string, level: number): string {
  const section = `${compartment}/${level}`;
  if (!isSection(section)) throw new ProtocolError("malformed", `section ${section}`);
  return section;
}

/** The visibility class whose chain carries the keys of a section. */
export function classOf(section: string): "main" | "child_protection" {
  if (!isSection(section)) throw new ProtocolError("malformed", `section ${section}`);
  return section.startsWith("child_protection/") ? "child_protection" : "main";
}

/** One list of a case; `name` is a section code, or a hash. */
export interface Place {
  readonly kind: PlaceKind;
  readonly name: string;
}

export function placeText(place: Place): string {
  return `${place.kind}:${place.name}`;
}

/** Read the wire form; throws malformed. */
export function parsePlace(text: string): Place {
  const colon = text.indexOf(":");
  const kind = PLACE_KINDS.find((known) => known === text.slice(0, Math.max(colon, 0)));
  const name = text.slice(colon + 1);
  const known = kind === "section" || kind === "masked" ? isSection(name) : isHash(name);
  if (kind === undefined || !known) throw new ProtocolError("malformed", `place ${text.slice(0, 128)}`);
  return { kind, name };
}
