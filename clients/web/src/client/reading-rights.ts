/** What the rules, as far as this client knows the case, let this user read: asked before the hub is, and to say why not. */
import { decide } from "../protocol/access.ts";
import type { Capacity } from "../protocol/capacities.ts";
import { instantOf } from "../protocol/case-state.ts";
import type { Directory } from "../protocol/directory.ts";
import { kindOfMask } from "../protocol/masks.ts";
import type { PolicyTable } from "../protocol/policy-table.ts";
import { isPermitted, questionOf } from "../protocol/questions.ts";
import type { EntryMeta } from "../protocol/questions.ts";
import type { VerifiedEntry } from "../protocol/entry.ts";
import { PARTS } from "../protocol/sealing.ts";
import { shareName } from "./case-replay.ts";
import type { CaseView } from "./casebook.ts";
import type { ListedEntry } from "./lists.ts";

/** Who asks, in which capacity, when. */
export interface Asker {
  readonly user: string;
  readonly capacity: Capacity | undefined;
  readonly nowMs: number;
}

/** What a decision knows of a verified entry; `authorCategory` is of the capacity that its header names. */
export function metaOf({ id, header }: VerifiedEntry, authorCategory: number | undefined): EntryMeta {
  return {
    id,
    author: header.preamble.user,
    authorCategory,
    writtenMs: header.preamble.timeMs,
    compartment: header.compartment,
    level: header.level,
    masks: new Set(header.mask === undefined ? [] : [header.mask]),
    named: new Set((header.named ?? []).map(({ user }) => user)),
    kind: kindOfMask(header.mask),
    passages: (header.passages ?? []).length > 0,
    maskUntilMs: header.maskUntilMs,
  };
}

/** Whether the rules let somebody read an entry. A gap, and what is of a class not served, they do not. */
export function mayRead(view: CaseView, item: ListedEntry, asker: Asker, table: PolicyTable, directory: Directory): boolean {
  const { entry } = item;
  // A report is judged by the facts that its author knew: those of the open chain.
  const chain = view.classes.get(entry?.header.place.kind === "report" ? "main" : (entry?.header.class ?? "main"));
  if (entry === undefined || chain === undefined) return false;
  if (PARTS.some((part) => chain.shares.has(shareName(entry.id, part)))) return true;
  const { capacity } = entry.header;
  const category = capacity === undefined ? undefined : directory.attestation(capacity).capacity.category;
  const question = questionOf({
    action: "read",
    user: asker.user,
    capacity: asker.capacity,
    compartment: entry.header.compartment,
    level: entry.header.level,
    entry: metaOf(entry, category),
    atMs: instantOf(chain.state, asker.nowMs),
    via: "any",
  });
  return isPermitted(decide(table, chain.state.facts, question));
}
