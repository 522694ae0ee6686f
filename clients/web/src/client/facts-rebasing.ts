/**
 * Whether what was collected earlier still fits the chain as it is now (protocol 6.1, F20).
 *
 * The chain judges who may sign; this asks what the chain cannot know of the signer's intent: has the person said something else
 * since, was it done already by somebody else.
 */
import type { CaseFacts } from "../protocol/case-facts.ts";
import type { Consent, Opposition } from "../protocol/fact-notices.ts";
import type { Fact } from "../protocol/facts.ts";
import type { WhyNot } from "./errors.ts";

/** Why a fact no longer fits these facts at this instant; undefined when it does. */
export function misfitOf(facts: CaseFacts, fact: Fact, atMs: number): WhyNot | undefined {
  if (fact.type === "consent") return fact.decision === "given" ? misfitOfConsent(facts, fact, atMs) : undefined;
  const ended = endedBy(fact);
  return ended !== undefined && facts.endedAt(ended) <= atMs ? "done-already" : undefined;
}

function endedBy(fact: Fact): string | undefined {
  if (fact.type === "consent-withdrawal") return fact.consent;
  if (fact.type === "opposition-end") return fact.opposition;
  if (fact.type === "mandate-end") return fact.mandate;
  if (fact.type === "minor-secret-end") return fact.secret;
  return fact.type === "fact-end" ? fact.ended : undefined;
}

function misfitOfConsent(facts: CaseFacts, fact: Consent, atMs: number): WhyNot | undefined {
  if (facts.episodeEnd(fact.episode) <= atMs) return "episode-ended";
  const { supersedes } = fact;
  const replaced = supersedes !== undefined && facts.of("consent").some((one) => one.fact.supersedes === supersedes);
  return replaced || saidOtherwise(facts, fact) ? "said-otherwise" : undefined;
}

/** Whether a refusal, a withdrawal or an opposition later than this consent is about the same. */
function saidOtherwise(facts: CaseFacts, fact: Consent): boolean {
  const consents = new Map(facts.of("consent").map((record) => [record.hash, record.fact]));
  const withdrawn = facts
    .of("consent-withdrawal")
    .flatMap((record) => (record.fact.atMs > fact.givenMs ? (consents.get(record.fact.consent) ?? []) : []));
  const refused = [...consents.values()].filter((one) => one.decision === "refused" && one.givenMs > fact.givenMs);
  if ([...withdrawn, ...refused].some((one) => isAboutTheSame(one, fact))) return true;
  return facts.of("opposition").some((record) => record.fact.fromMs > fact.givenMs && opposes(record.fact, fact));
}

function isAboutTheSame(one: Consent, other: Consent): boolean {
  const parts = new Set(other.information.map(({ compartment }) => compartment));
  return one.kind === other.kind && one.information.some(({ compartment }) => parts.has(compartment));
}

function opposes(opposition: Opposition, { information, recipients }: Consent): boolean {
  const meet = <T>(left: readonly T[], right: readonly T[] = []): boolean => left.some((one) => right.includes(one));
  return (
    opposition.scope === "all" ||
    meet(
      opposition.compartments,
      information.map(({ compartment }) => compartment),
    ) ||
    meet(opposition.users, recipients.users) ||
    meet(opposition.rows, recipients.rows) ||
    meet(opposition.categories, recipients.categories)
  );
}
