/**
 * The keys that a code gives, the box sealed to them, and what is signed by them (docs/spec/invitations.md).
 *
 * The operator holds the box and the public signing key, so it could try codes off line: 80 random bits, one Argon2id of 64 MiB
 * for each try. The public half of the box key is published nowhere: a box that opens was made by who had the code.
 */
import { argon2idAsync } from "@noble/hashes/argon2.js";

import { BoxKey, openBox, sealBox } from "./boxes.ts";
import { concat, same, utf8 } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import { encode } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import type { CaseChain } from "./case-state.ts";
import { keysPlaintext } from "./compose.ts";
import { ProtocolError } from "./errors.ts";
import type { CodeKdf, Invitation } from "./fact-invitations.ts";
import { hkdfExpand, LABEL, sha256, sha256Hex } from "./hashing.ts";
import type { InvitationCode } from "./invitation-codes.ts";
import { addOpened, readKeys } from "./key-boxes.ts";
import type { OpenedKeys } from "./key-boxes.ts";
import { slicesOf } from "./key-links.ts";
import { SigningKey, verify } from "./keys.ts";
import type { HeldKey, SectionKeys } from "./sections.ts";

const BOX_LABEL = "invitation";
const ROOT_SIZE = 32;

/** What a code gives: the key its box is sealed to, and the key that signs the answer. */
export interface CodeKeys {
  readonly box: BoxKey;
  readonly sign: SigningKey;
}

/** The keys of a code: seconds of work and 64 MiB of memory, on purpose; the page goes on meanwhile. */
export async function codeKeys(code: InvitationCode, kdf: CodeKdf): Promise<CodeKeys> {
  const cost = { m: kdf.memoryKib, t: kdf.passes, p: kdf.lanes, dkLen: ROOT_SIZE };
  const root = await argon2idAsync(code.secret, kdf.salt, cost);
  return { box: new BoxKey(hkdfExpand(root, "invitation-box")), sign: new SigningKey(hkdfExpand(root, "invitation-sign")) };
}

/** Refuse an invitation that was made with another code than the keys come from: bad-key. */
export function checkCodeKey(found: CodeKeys, fact: Invitation): void {
  if (!same(found.sign.public, fact.key)) throw new ProtocolError("bad-key", "an invitation made with another code");
}

/** The box beside an invitation; `body` is its fact, whatever `box` it holds. */
export async function sealCodeBox(case_: string, body: JsonObject, given: readonly HeldKey[], to: CodeKeys): Promise<Bytes> {
  return sealBox(keysPlaintext(given), await to.box.public(), BOX_LABEL, contextOf(case_, body));
}

/** An invitation as it travels: its fact read and unread, and the box that the hub released. */
export interface ReleasedInvitation {
  readonly fact: Invitation;
  readonly body: JsonObject;
  readonly box: Uint8Array;
}

/**
 * Open the box of an invitation that stands in the verified chain; what is checked is said in `key-boxes`. Throws
 * `ProtocolError`: bad-key (another code), bad-box (not the box named, or not made with the code for this case and this fact),
 * wrong-epoch (a key that the invitation does not give).
 */
export async function openCodeBox(
  state: CaseChain,
  { fact, body, box }: ReleasedInvitation,
  found: CodeKeys,
  ring: SectionKeys,
): Promise<OpenedKeys> {
  checkCodeKey(found, fact);
  if (fact.box === undefined || sha256Hex(box) !== fact.box) {
    throw new ProtocolError("bad-box", "a box that its invitation does not name");
  }
  const keys = readKeys(await openBox(box, found.box, BOX_LABEL, contextOf(state.case, body)));
  const expected = fact.sections.flatMap((granted) => slicesOf(granted).map((slice) => ({ section: granted.section, ...slice })));
  return addOpened(state, ring, keys, expected, new Map());
}

/** What the signature of an answer covers. */
export interface AnswerTerms {
  readonly hub: string;
  readonly case: string;
  readonly invitation: string;
  readonly user: string;
  readonly attestation: string;
}

/** What the proof to the hub covers: nothing of it serves as an answer. */
export type ReleaseTerms = Omit<AnswerTerms, "attestation">;

/** What shows in the chain that whoever answers has the code. */
export function answerSignature(sign: SigningKey, terms: AnswerTerms): Promise<Bytes> {
  const { hub, case: case_, invitation, user, attestation } = terms;
  return sign.sign(signed("invitation-answer", { hub, case: case_, invitation, user, attestation }));
}

/** Refuse an answer that was not made with the code: bad-proof. */
export async function checkAnswerSignature(key: Uint8Array, terms: AnswerTerms, signature: Uint8Array): Promise<void> {
  const { hub, case: case_, invitation, user, attestation } = terms;
  try {
    await verify(key, signature, signed("invitation-answer", { hub, case: case_, invitation, user, attestation }));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ProtocolError("bad-proof", "an answer made without the code");
  }
}

/** What shows the hub that whoever asks for the box has the code. */
export function releaseProof(sign: SigningKey, terms: ReleaseTerms): Promise<Bytes> {
  const { hub, case: case_, invitation, user } = terms;
  return sign.sign(signed("invitation-release", { hub, case: case_, invitation, user }));
}

function signed(name: string, terms: JsonObject): Bytes {
  return concat(utf8(`${LABEL}${name}\n`), encode(terms));
}

function contextOf(case_: string, body: JsonObject): Bytes {
  const bare = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "box"));
  return sha256(encode({ case: case_, fact: bare }));
}
