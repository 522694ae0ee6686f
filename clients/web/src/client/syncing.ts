/**
 * One look at a case, and what it brings: keys owed are renewed, readers who wait are granted, what waited on this device is
 * recorded and stored, and what was verified is kept for the next day without network.
 */
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { FactRecorder, Recorded } from "./facts-recording.ts";
import type { Duties, Granting } from "./granting.ts";
import type { FlushedNotes, OfflineNotes } from "./offline-notes.ts";
import type { Notebook } from "./offline.ts";
import type { OutboxItem } from "./outbox.ts";
import type { Rules } from "./rules.ts";

/** The case after a sync, the duties done for it, and what was sent. */
export interface Synced {
  readonly view: CaseView;
  readonly duties: Duties;
  readonly facts: { readonly recorded: readonly Recorded[]; readonly refused: readonly OutboxItem[] };
  readonly notes: FlushedNotes;
}

export interface SyncingParts {
  readonly casebook: Casebook;
  readonly author: Author;
  readonly rules: Rules;
  readonly granting: Granting;
  readonly facts: FactRecorder;
  readonly notes: OfflineNotes;
  readonly notebook: Notebook;
}

/** Syncs cases for the user of this profile. */
export class Syncing {
  readonly #parts: SyncingParts;

  constructor(parts: SyncingParts) {
    this.#parts = parts;
  }

  /** Verify a case, send what waits for it, then do what its members are owed. Throws `Unreachable` without network. */
  async sync(case_: string): Promise<Synced> {
    const { casebook, author, rules, granting, notebook } = this.#parts;
    const first = await casebook.view(case_, { everyClass: true });
    await notebook.remember(first, await rules.named(), author.nowMs());
    const facts = await this.#parts.facts.flush(case_);
    const notes = await this.#parts.notes.flush(case_);
    const { view, duties } = await granting.work(await casebook.view(case_));
    await notebook.remember(view, await rules.named(), author.nowMs());
    return { view, duties, facts, notes };
  }
}
