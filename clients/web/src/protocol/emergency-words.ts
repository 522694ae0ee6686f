/**
 * The words of an emergency, sealed to each of their readers (docs/spec/emergencies.md, The words).
 *
 * plaintext = pad(UTF-8 of at most 2,000 characters); one box a reader, to their user key, under the label `emergency-words`;
 * context = labelledHash(`emergency-words`, canonical({case, fact type, emergency, code})). So a box opens only for that reader,
 * in that case, for that emergency, beside that code.
 */
import { openBox, sealBox } from "./boxes.ts";
import type { BoxKey } from "./boxes.ts";
import { fromUtf8, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import { generationAt } from "./directory.ts";
import { ProtocolError } from "./errors.ts";
import type { EmergencyReason, EmergencyReview, SealedWords } from "./fact-emergencies.ts";
import { characters } from "./fields.ts";
import { labelledHash } from "./hashing.ts";
import { pad, unpad } from "./padding.ts";
import type { UserChain } from "./user-state.ts";

const LABEL = "emergency-words";
export const MAX_WORDS = 2000;
const MAX_BYTES = 4095;

/** Where words stand: the case, the fact's type, its emergency, and its code (reason or outcome). */
export interface WordsPlace {
  readonly case: string;
  readonly type: "emergency-reason" | "emergency-review";
  readonly emergency: string;
  readonly code: string;
}

function contextOf(place: WordsPlace): Bytes {
  return labelledHash(LABEL, encode({ ...place }));
}

/** The boxes of a text for these readers, in order; throws too-large for more than 2,000 characters. */
export async function sealWords(text: string, readers: readonly UserChain[], place: WordsPlace): Promise<readonly SealedWords[]> {
  const plain = utf8(text);
  if (characters(text) > MAX_WORDS || plain.length > MAX_BYTES) {
    throw new ProtocolError("too-large", "words of an emergency");
  }
  const ordered = [...readers].sort((left, right) => (left.user < right.user ? -1 : 1));
  const sealed: SealedWords[] = [];
  for (const chain of ordered) {
    const { generation, public: publicKey } = generationAt(chain, chain.head);
    const box = await sealBox(pad(plain), publicKey, LABEL, contextOf(place));
    sealed.push({ user: chain.user, generation, box });
  }
  return sealed;
}

/**
 * The words in the box of a reader; undefined where there is none for them. `keys` are the reader's user keys by generation.
 * Throws bad-box, bad-padding, malformed (not UTF-8), wrong-recipient (a generation whose key this device does not hold).
 */
export async function openWords(
  case_: string,
  fact: EmergencyReason | EmergencyReview,
  user: string,
  keys: ReadonlyMap<number, BoxKey>,
): Promise<string | undefined> {
  const found = fact.words.find((one) => one.user === user);
  if (found === undefined) return undefined;
  const key = keys.get(found.generation);
  if (key === undefined) throw new ProtocolError("wrong-recipient", "words of an emergency under another generation");
  const { type, emergency } = fact;
  const code = fact.type === "emergency-reason" ? fact.reason : fact.outcome;
  const context = contextOf({ case: case_, type, emergency, code });
  const plain = unpad(await openBox(found.box, key, LABEL, context));
  try {
    return fromUtf8(plain);
  } catch {
    throw new ProtocolError("malformed", "words of an emergency");
  }
}
