/**
 * Two cases brought together: what a link needs, and what a closed case still takes (docs/spec/conferences.md).
 *
 * 1. The side that continues signs first; the side that closes names that fact. One alone closes nothing.
 * 2. A case closes once, and a closed case continues none: links never form a circle.
 * 3. A closed case takes no entry, no exchange and no claim. What narrows is taken as before, and reading goes on.
 * 4. In a closed case an entry is opened alone and by its own author: nothing moves in bulk.
 */
import type { CaseFacts, FactRecord } from "./case-facts.ts";
import { ProtocolError } from "./errors.ts";
import type { CaseLink } from "./fact-meetings.ts";

/**
 * Refuse a link that this case cannot take: wrong-case (with itself), not-yet (the person is told first), closed (already
 * continued elsewhere), already (linked with that case).
 */
export function checkLink(facts: CaseFacts, fact: CaseLink, atMs: number): void {
  if (fact.other === facts.case) throw new ProtocolError("wrong-case", "case-link: a case with itself");
  if (fact.toldMs > atMs) throw new ProtocolError("not-yet", "case-link: the person is told first");
  if (isClosed(facts, atMs)) throw new ProtocolError("closed", "case-link: this case is continued elsewhere");
  if (linksOf(facts, atMs).some((record) => record.fact.other === fact.other)) {
    throw new ProtocolError("already", "case-link: with that case");
  }
}

/** The links of a case that nobody ended before that instant. */
export function linksOf(facts: CaseFacts, atMs: number): readonly FactRecord<CaseLink>[] {
  return facts.of("case-link").filter((record) => atMs < facts.endedAt(record.hash));
}

/** The link by which a case is closed to writing at that instant. */
export function closingOf(facts: CaseFacts, atMs: number): FactRecord<CaseLink> | undefined {
  return linksOf(facts, atMs).find((record) => record.fact.role === "closed");
}

/** Whether a case is closed to writing at that instant. */
export function isClosed(facts: CaseFacts, atMs: number): boolean {
  return closingOf(facts, atMs) !== undefined;
}

/** Throws closed for what writes in a case that another one continues. */
export function checkWritable(facts: CaseFacts, atMs: number, what: string): void {
  if (isClosed(facts, atMs)) throw new ProtocolError("closed", `${what} in a case that another one continues`);
}

/**
 * Refuse a closing whose other side is not there: unknown-reference; `other` are the facts of that case, if any. For whoever
 * holds both chains: the hub before it accepts, a member of both before they sign.
 */
export function checkCounterpart(facts: CaseFacts, fact: CaseLink, other: CaseFacts | undefined, atMs: number): void {
  const signed = other === undefined ? [] : linksOf(other, atMs);
  const found = signed.find((record) => record.hash === fact.counterpart);
  if (found?.fact.role !== "continues" || found.fact.other !== facts.case) {
    throw new ProtocolError("unknown-reference", "case-link: the other side has not signed");
  }
}
