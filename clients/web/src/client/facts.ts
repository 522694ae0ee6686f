/**
 * What can be recorded about a case, composed on the facts known and the time of collection.
 *
 * Each composer gives what `FactRecorder.record` asks for: a function of (facts, time of collection in ms) that gives the fact.
 * The same composers serve with and without network. Who may make which: docs/spec/facts.md.
 */
import { toHex } from "../protocol/encodings.ts";
import type { CaseFacts, FactRecord } from "../protocol/case-facts.ts";
import { FOREVER } from "../protocol/case-facts.ts";
import type { GivenBy } from "../protocol/fact-codec.ts";
import { HANDED_OVER } from "../protocol/fact-notices.ts";
import type {
  Consent,
  ConsentWithdrawal,
  Information,
  Notice,
  NoticeLine,
  Opposition,
  Recipients,
  Support,
} from "../protocol/fact-notices.ts";
import type { Episode, Retention } from "../protocol/fact-people.ts";
import type { MinorSecret } from "../protocol/fact-powers.ts";
import { dueMs } from "../protocol/fact-requests.ts";
import type { Request, RequestAnswer } from "../protocol/fact-requests.ts";
import type { Fact, FactOf, FactType } from "../protocol/facts.ts";
import { Misuse } from "./errors.ts";
import { draw } from "./profile.ts";

/** Composes a fact on what is known, for words collected at an instant in ms. */
export type Make = (facts: CaseFacts, atMs: number) => Fact;

/** What a consent is about, and how it was given; `text` is the hash of the text handed over before it. */
export interface ConsentTerms {
  readonly information: readonly Information[];
  readonly recipients: Recipients;
  readonly text: string;
  readonly support?: Support;
  readonly kind?: Consent["kind"];
  readonly decision?: Consent["decision"];
  readonly means?: Consent["means"];
  readonly untilMs?: number;
  /** The representative whose words these are; the person's when absent. */
  readonly holder?: string;
  readonly entries?: readonly string[];
  /** The consent or refusal whose place this one takes. */
  readonly supersedes?: string;
}

/** What the person was told, with which text, and what was left with her. */
export interface Told {
  readonly lines: readonly NoticeLine[];
  readonly means: Notice["means"];
  readonly text: string;
  readonly support?: Support;
}

/** The fact that the person was told something at an instant. */
export function noticeOf({ lines, means, text, support }: Told, givenMs: number): Notice {
  const left = support ?? handedOver(means);
  return { type: "notice", lines, givenMs, means, text, ...(left === undefined ? {} : { support: left }) };
}

/** The support that a means of informing leaves with the person: none when it was only said. */
export function handedOver(means: string): Support | undefined {
  return HANDED_OVER.find((support) => support === means);
}

export function notice(told: Told): Make {
  return (_facts, atMs) => noticeOf(told, atMs);
}

/** An agreement or a refusal, for the newest care episode open when it was given (CSP D1110-3-3). */
export function consent(terms: ConsentTerms): Make {
  const { kind = "share_outside_team", decision = "given", means = "electronic", text, support } = terms;
  return (facts, atMs) => {
    const episode = openEpisode(facts, atMs);
    if (episode === undefined && decision === "given" && kind !== "person_request_to_third_party") throw new Misuse("episode");
    return {
      type: "consent",
      kind,
      decision,
      information: terms.information,
      recipients: terms.recipients,
      givenBy: givenBy(facts, terms.holder, atMs),
      givenMs: atMs,
      means,
      notice: { hash: text, deliveredMs: atMs, ...(support === undefined ? {} : { support }) },
      ...(terms.untilMs === undefined ? {} : { untilMs: terms.untilMs }),
      ...(episode === undefined ? {} : { episode }),
      ...(terms.entries === undefined ? {} : { entries: terms.entries }),
      ...(terms.supersedes === undefined ? {} : { supersedes: terms.supersedes }),
    };
  };
}

/** The end of a consent in force, by any means. */
export function withdrawal(hash: string, means: ConsentWithdrawal["means"]): Make {
  return (facts, atMs) => {
    return { type: "consent-withdrawal", consent: one(consentsInForce(facts, atMs), hash).hash, atMs, means };
  };
}

/** An opposition: its scope and what the scope names. `holder` is the representative who expressed it. */
export type Against = Pick<Opposition, "scope"> &
  Partial<Pick<Opposition, "users" | "rows" | "categories" | "compartments" | "entries" | "spared" | "untilMs">>;

export function opposition(against: Against, holder?: string): Make {
  return (facts, fromMs) => {
    const nobody = { users: [], rows: [], categories: [], compartments: [], entries: [] };
    return { type: "opposition", ...nobody, ...against, fromMs, expressedBy: givenBy(facts, holder, fromMs) };
  };
}

export function oppositionEnd(hash: string): Make {
  return (facts, atMs) => {
    return { type: "opposition-end", opposition: one(inForce(facts, "opposition", atMs), hash).hash, atMs };
  };
}

export function mandateEnd(hash: string): Make {
  return (facts, atMs) => ({ type: "mandate-end", mandate: one(inForce(facts, "mandate", atMs), hash).hash, atMs });
}

/** A minor's opposition to informing the holders of authority (CSP R1111-6). */
export function minorSecret(entries: readonly string[], basis: MinorSecret["basis"]): Make {
  return (_facts, opposedMs) => ({ type: "minor-secret", entries, basis, opposedMs });
}

export function minorSecretEnd(hash: string): Make {
  return (facts, atMs) => ({ type: "minor-secret-end", secret: one(inForce(facts, "minor-secret", atMs), hash).hash, atMs });
}

/** The end of an absence, of a designation, of a procedure or of a referent's charge. */
export function factEnd(hash: string): Make {
  return (facts, atMs) => {
    const known = (["absence", "designation", "procedure", "referent"] as const).flatMap((type) =>
      inForce<FactType>(facts, type, atMs),
    );
    return { type: "fact-end", ended: one(known, hash).hash, atMs };
  };
}

/** A fact that rests on nothing else of the case. */
export function plain(fact: FactOf<"mandate" | "designation" | "procedure" | "ability">): Make {
  return () => fact;
}

export function episode(untilMs?: number): Make {
  const id = toHex(draw(32));
  return (_facts, startMs) => ({ type: "episode", episode: id, startMs, ...(untilMs === undefined ? {} : { untilMs }) });
}

/** The end of a care episode: what was consented to for it ends with it. */
export function episodeEnd(hash: string): Make {
  return (facts, atMs) => ({ type: "episode-end", episode: one(openEpisodes(facts, atMs), hash).fact.episode, atMs });
}

export function participationEnd(participation: string): Make {
  return (_facts, atMs) => ({ type: "participation-end", participation, atMs });
}

/** Who follows the case, through a participation of theirs in force. */
export function referent(user: string, untilMs?: number): Make {
  return (facts, fromMs) => {
    const found = facts.participationsOf(user, fromMs).at(-1);
    if (found === undefined) throw new Misuse("no-such-user");
    return { type: "referent", participation: found.hash, fromMs, ...(untilMs === undefined ? {} : { untilMs }) };
  };
}

/** A second participation in the same capacity, that reaches further back (P11). */
export function horizon(user: string, historyFromMs: number): Make {
  return (facts, atMs) => {
    const before = facts.participationsOf(user, atMs).at(-1)?.fact;
    if (before === undefined) throw new Misuse("no-such-user");
    if (historyFromMs >= (before.historyFromMs ?? before.startMs)) throw new Misuse("horizon");
    return { ...before, startMs: atMs, historyFromMs };
  };
}

/** The last contact, now, and what was decided of the case. */
export function retention(decision: Retention["decision"]): Make {
  return (_facts, lastContactMs) => ({ type: "retention", lastContactMs, decision });
}

/** The death of the person: the case is frozen from that instant. */
export function death(diedMs?: number): Make {
  return (_facts, atMs) => ({ type: "death", atMs: diedMs ?? atMs });
}

/** A request of the person received now; a `contest` or a `name` is about the leaf of an act (F16). */
export function request(kind: Request["kind"], means: Request["means"], about: { leaf?: number; holder?: string } = {}): Make {
  return (facts, atMs) => {
    const { leaf, holder } = about;
    const received = { receivedMs: atMs, dueMs: dueMs(atMs), madeBy: givenBy(facts, holder, atMs) };
    return { type: "request", kind, means, ...received, ...(leaf === undefined ? {} : { leaf }) };
  };
}

/** An answer to a request, by its hash. */
export function requestAnswer(
  to: string,
  outcome: RequestAnswer["outcome"],
  means: RequestAnswer["means"],
  reason?: RequestAnswer["reason"],
): Make {
  return (_facts, atMs) => {
    return { type: "request-answer", request: to, outcome, atMs, means, ...(reason === undefined ? {} : { reason }) };
  };
}

/** The records of a type that nothing has ended at that instant. */
export function inForce<T extends FactType>(facts: CaseFacts, type: T, atMs: number): readonly FactRecord<FactOf<T>>[] {
  return facts.of(type).filter(({ hash, fact }) => {
    const untilMs = "untilMs" in fact ? fact.untilMs : undefined;
    return atMs < Math.min(facts.endedAt(hash), untilMs ?? FOREVER);
  });
}

/** The consents given that count at that instant: not withdrawn, not superseded, their episode open. */
export function consentsInForce(facts: CaseFacts, atMs: number): readonly FactRecord<Consent>[] {
  return answersInForce(facts, "given", atMs);
}

/** The agreements or refusals that count at that instant. */
export function answersInForce(facts: CaseFacts, decision: Consent["decision"], atMs: number): readonly FactRecord<Consent>[] {
  const superseded = new Set(facts.of("consent").map(({ fact }) => fact.supersedes));
  return inForce(facts, "consent", atMs).filter(({ fact, hash }) => {
    return fact.decision === decision && !superseded.has(hash) && atMs < facts.episodeEnd(fact.episode);
  });
}

/** The care episodes open at that instant. */
export function openEpisodes(facts: CaseFacts, atMs: number): readonly FactRecord<Episode>[] {
  return facts.of("episode").filter(({ fact }) => fact.startMs <= atMs && atMs < facts.episodeEnd(fact.episode));
}

/** The newest care episode open at that instant. */
export function openEpisode(facts: CaseFacts, atMs: number): string | undefined {
  return openEpisodes(facts, atMs).at(-1)?.fact.episode;
}

/** Whose words: the person's, or of the holder of a mandate in force. */
export function givenBy(facts: CaseFacts, holder: string | undefined, atMs: number): GivenBy {
  if (holder === undefined) return {};
  const held = inForce(facts, "mandate", atMs).filter(({ fact }) => fact.holder === holder);
  const mandate = held.at(-1)?.hash;
  if (mandate === undefined) throw new Misuse("no-such-record");
  return { mandate };
}

function one<F extends Fact>(records: readonly FactRecord<F>[], hash: string): FactRecord<F> {
  const found = records.find((record) => record.hash === hash);
  if (found === undefined) throw new Misuse("no-such-record");
  return found;
}
