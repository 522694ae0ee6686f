/**
 * Was an entry sealed under a key that had to be left behind? (docs/spec/case-chains.md, rule 17; protocol 6.5).
 *
 * Judged by every reader from what the author signed: the chain at `case_head`, the table that the header names, and the header's
 * `time_ms`. The hub refuses such a deposit; a hub that lets it in, together with somebody who had to leave, would otherwise hand
 * them what was written after their end.
 *
 * Left out: superseded generations. A member learns of another's new key from that member's chain, which a header does not name,
 * so nobody can say afterwards what its author could have known. Writers and the hub still count them.
 */
import { UNCLAIMED } from "./case-state.ts";
import type { CaseChain } from "./case-state.ts";
import { ProtocolError } from "./errors.ts";
import type { PolicyTable } from "./policy-table.ts";
import { SectionAccess } from "./section-access.ts";
import type { HeadRef } from "./statements.ts";

/** How far the clock of a header may stand from that of the leaf of its deposit (protocol 6.5). */
export const DEPOSIT_WINDOW_MS = 120_000;

/** What the header of an entry says of the key it is sealed under. */
export interface SealedUnder {
  readonly section: string;
  readonly epoch: number;
  readonly caseHead: HeadRef;
  readonly timeMs: number;
}

/**
 * Refuse an entry of a section whose epoch was not the current one at its `case_head`, or owed a rotation then.
 *
 * The instant is `time_ms`, but never before the newest link at that head: nobody reaches back to before an end that they had
 * seen. Throws wrong-epoch, section-owed; unknown-reference or forked for a head that is not of this chain.
 */
export function checkSealedUnder(state: CaseChain, sealed: SealedUnder, table: PolicyTable): void {
  const { section, epoch } = sealed;
  const at = state.positions.at(sealed.caseHead);
  const known = at.sections.get(section) ?? UNCLAIMED;
  if (known.epoch !== epoch) {
    throw new ProtocolError("wrong-epoch", `${section}: epoch ${epoch} where ${known.epoch} was the current one`);
  }
  const access = SectionAccess.at(table, at.facts, Math.max(sealed.timeMs, at.timeMs));
  if (known.tainted.has(epoch) || access.leftBehind(section, known)) {
    throw new ProtocolError("section-owed", `${section}: epoch ${epoch}`);
  }
}

/**
 * Refuse an entry that states to be newer than the leaf of its own release: time-backwards.
 *
 * A reader is not shown the leaf of the deposit. It came before every release, so a header that is more than two minutes after a
 * release is more than two minutes after its deposit; the author checks the other side on deposit.
 */
export function checkReleasedAfter(timeMs: number, releasedMs: number): void {
  if (timeMs > releasedMs + DEPOSIT_WINDOW_MS) {
    throw new ProtocolError("time-backwards", "entry stated to be newer than its release");
  }
}

/** Refuse a deposit whose leaf stands more than two minutes from the entry's own time: time-backwards. */
export function checkDepositedAt(timeMs: number, depositedMs: number): void {
  if (Math.abs(timeMs - depositedMs) > DEPOSIT_WINDOW_MS) {
    throw new ProtocolError("time-backwards", "entry further than two minutes from the leaf of its deposit");
  }
}
