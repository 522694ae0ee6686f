/**
 * One entry for a party without account: asked of the rules, released once for that party, in one leaf of the log, a refusal too
 * (docs/spec/exports.md, X1 to X4). What a screen then prints has lost the national health identifiers in it (R76).
 */
import { openPart } from "../protocol/entry.ts";
import type { EntryHeader } from "../protocol/entry-header.ts";
import { readBody } from "../protocol/kinds.ts";
import type { Title } from "../protocol/kinds.ts";
import type { Outside } from "../protocol/outside.ts";
import type { Place } from "../protocol/places.ts";
import type { Purpose } from "../protocol/release.ts";
import type { ClientShares } from "./client-shares.ts";
import type { Entries } from "./entries.ts";
import { NotReadable } from "./errors.ts";
import type { Releases } from "./releases.ts";

/** What leaves the hub, and the index of its leaf. */
export interface Taken {
  readonly header: EntryHeader;
  readonly title: Title;
  readonly text: string;
  readonly leaf: number;
}

export interface ExportsParts {
  readonly entries: Entries;
  readonly releases: Releases;
  readonly shares: ClientShares;
}

/** Thirteen characters and a key of two digits, with or without blanks: 97 - (number mod 97). */
const INS = /\b[1-478][ .]?\d\d[ .]?\d\d[ .]?\d[\dAB][ .]?\d{3}[ .]?\d{3}[ .]?\d\d\b/gi;
const CORSICA: ReadonlyMap<string, string> = new Map([
  ["2A", "19"],
  ["2B", "18"],
]);

export class Exports {
  readonly #parts: ExportsParts;

  constructor(parts: ExportsParts) {
    this.#parts = parts;
  }

  /** Have the text of an entry released for a party; throws the hub's refusal. `gone` stands where an identifier was. */
  async take(case_: string, place: Place, id: string, to: Outside, purpose: Purpose, gone: string): Promise<Taken> {
    const { entries, releases, shares } = this.#parts;
    const { view, list, item } = await entries.opening(case_, place, id);
    const [titled] = await entries.titlesOf({ view, list }, [item]);
    const { entry } = item;
    if (entry === undefined || titled?.title === undefined) throw titled?.error ?? new NotReadable("gap", id);
    const clientShare = await shares.find(view, item, "body");
    const handed = (await releases.ask(list, case_, [item], "body", { intent: "export", purpose, to })).get(entry.id);
    if (handed === undefined) throw new NotReadable("not-handed-out", id);
    const chunks = await releases.chunks(handed);
    const body = readBody(titled.title, await openPart(entry, "body", chunks, { clientShare, serverShare: handed.share }));
    const text = body.type === "content" ? body.fields["text"] : "";
    const said = typeof text === "string" ? withoutNumbers(text, gone) : "";
    return { header: entry.header, title: titled.title, text: said, leaf: handed.leaf };
  }
}

/** A text without the national health identifiers in it, which no party outside is given. */
export function withoutNumbers(text: string, gone: string): string {
  return text.replace(INS, (found) => (isIns(found) ? gone : found));
}

function isIns(given: string): boolean {
  const compact = given.replace(/[ .]/g, "").toUpperCase();
  const [number, key] = [compact.slice(0, 13), compact.slice(13)];
  const place = number.slice(5, 7);
  const plain = number.slice(0, 5) + (CORSICA.get(place) ?? place) + number.slice(7);
  return /^\d{13}$/.test(plain) && 97 - (Number(plain) % 97) === Number(key);
}
