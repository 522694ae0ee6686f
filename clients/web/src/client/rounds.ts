/**
 * « Préparer ma tournée » (F20): what is in force and what is recent of today's cases, released with the intent `offline`, sealed in
 * the vault, and gone after 24 hours. Read without network; nothing is released again.
 *
 *     vault: round CASE   {prepared_ms, left, sheets: [{who, where, written_ms, title, body}]}
 *
 * `who` and `where` are words of the screen that prepared it: their readings need what the network gives.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import { composeEntry, readBody, readTitle } from "../protocol/kinds.ts";
import type { Body, Title } from "../protocol/kinds.ts";
import type { Received } from "./desk.ts";
import type { OwnCopy } from "./own-copy.ts";
import type { Vault } from "./vault.ts";

export const KEPT_MS = 24 * 3_600_000;
const LATELY_MS = 15 * KEPT_MS;
/** Of one case, newest first; a device is no archive. */
const MOST = 200;
const ROUND = "round ";
/** What is said about another element, and is not itself something to read. */
const BESIDE: ReadonlySet<string> = new Set(["mark", "annex"]);

/** One element as it was when the round was prepared. */
export interface RoundSheet {
  readonly who: string;
  readonly where: string;
  readonly writtenMs: number;
  readonly title: Title;
  readonly body: Body;
}

/** What of a case is on this device. `left`: wanted, and not here: older than the bound, or not to be opened. */
export interface Round {
  readonly case: string;
  readonly preparedMs: number;
  readonly left: number;
  readonly sheets: readonly RoundSheet[];
}

export interface RoundsParts {
  readonly vault: Vault;
  readonly copies: OwnCopy;
  readonly nowMs: () => number;
}

/** The words of the screen that an element was prepared on. */
export type Described = (one: Received) => Pick<RoundSheet, "who" | "where">;

/** Prepares rounds, and forgets them. */
export class Rounds {
  readonly #parts: RoundsParts;

  constructor(parts: RoundsParts) {
    this.#parts = parts;
  }

  /** Take a case along, in place of what was prepared of it before. Throws what a look at a list throws. */
  async prepare(case_: string, described: Described): Promise<Round> {
    const { vault, copies, nowMs } = this.#parts;
    const preparedMs = nowMs();
    let worth: readonly Received[] = [];
    const wanted = (received: readonly Received[]): readonly Received[] => {
      worth = takenAlong(received, preparedMs);
      return worth.slice(0, MOST);
    };
    const { copied } = await copies.take(case_, { intent: "offline", wanted });
    const left = worth.length - copied.length;
    const sheets = copied
      .map(({ one, body }) => {
        const filed = body.type === "content" ? body.filed : undefined;
        // What was filed is kept as what its first author wrote: the proof of it is not taken along.
        const { author, capacity, atMs: writtenMs, title } = filed ?? { ...one, atMs: one.writtenMs };
        return { ...described({ ...one, author, capacity }), writtenMs, title, body };
      })
      .sort((a, b) => b.writtenMs - a.writtenMs);
    await vault.save(nameOf(case_), { prepared_ms: preparedMs, left, sheets: sheets.map(sheetToJson) });
    return { case: case_, preparedMs, left, sheets };
  }

  /** What was prepared and may still be read, newest element first in each; what is older than 24 hours is deleted. */
  async all(): Promise<readonly Round[]> {
    const { vault, nowMs } = this.#parts;
    const found: Round[] = [];
    for (const name of await vault.names(ROUND)) {
      const kept = await vault.load(name);
      const round = kept === undefined ? undefined : readRound(name.slice(ROUND.length), new Fields(kept, "round"));
      const age = nowMs() - (round?.preparedMs ?? 0);
      // A clock set back must not keep it for longer.
      if (round === undefined || age >= KEPT_MS || age < 0) await vault.remove(name);
      else found.push(round);
    }
    return found;
  }

  async forget(case_: string): Promise<void> {
    await this.#parts.vault.remove(nameOf(case_));
  }
}

/** What goes along: the essential that nothing replaced, and the last 15 days; no file, no mark on another element. */
export function takenAlong(received: readonly Received[], nowMs: number): readonly Received[] {
  const replaced = new Set(
    received.flatMap(({ title }) =>
      title.relations.filter(({ relation }) => relation === "supersedes").map(({ entry }) => entry),
    ),
  );
  const worth = received.filter(
    ({ entry, kind, title, level, writtenMs }) =>
      title.file === undefined && !BESIDE.has(kind) && (writtenMs >= nowMs - LATELY_MS || (level === 1 && !replaced.has(entry))),
  );
  return worth.sort((a, b) => b.writtenMs - a.writtenMs);
}

function sheetToJson({ who, where, writtenMs, title, body }: RoundSheet): JsonObject {
  const composed = composeEntry(title, body);
  return { who, where, written_ms: writtenMs, title: toBase64url(composed.title), body: toBase64url(composed.body) };
}

function readRound(case_: string, fields: Fields): Round {
  const sheets = fields.objects("sheets", MOST).map((sheet): RoundSheet => {
    const title = readTitle(sheet.data("title"));
    const body = readBody(title, sheet.data("body"));
    return { who: sheet.text("who"), where: sheet.text("where"), writtenMs: sheet.integer("written_ms"), title, body };
  });
  return { case: case_, preparedMs: fields.integer("prepared_ms"), left: fields.integer("left"), sheets };
}

function nameOf(case_: string): string {
  return ROUND + case_;
}
