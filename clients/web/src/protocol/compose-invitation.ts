/** Composing an invitation and its answer: pure, with keys as arguments (docs/spec/invitations.md). */
import type { Bytes } from "./bytes.ts";
import type { JsonObject } from "./canonical.ts";
import type { Attestation } from "./capacities.ts";
import type { CaseChain } from "./case-state.ts";
import { checkComplete, sliceOf, UNBOXED } from "./compose.ts";
import type { Invitation } from "./fact-invitations.ts";
import { preparedParticipation } from "./fact-invitations.ts";
import type { Participation } from "./fact-people.ts";
import { factBody } from "./facts.ts";
import { sha256Hex } from "./hashing.ts";
import { answerSignature, sealCodeBox } from "./invitation-keys.ts";
import type { CodeKeys } from "./invitation-keys.ts";
import { byName } from "./section-access.ts";
import type { KeyId, SectionKeys } from "./sections.ts";

/** The body of an invitation, and its box where it gives a section. */
export interface ComposedInvitation {
  readonly body: JsonObject;
  readonly box: Bytes | undefined;
}

/** What an invitation says but for its keys and what it boxes. */
export type SaidOfInvitation = Omit<Invitation, "key" | "sections" | "box">;

/** Compose an invitation; `starts` maps a section to the step its history begins with. */
export async function composeInvitation(
  state: CaseChain,
  said: SaidOfInvitation,
  salt: Uint8Array,
  ring: SectionKeys,
  given: { readonly starts: ReadonlyMap<string, Pick<KeyId, "epoch" | "step">>; readonly to: CodeKeys },
): Promise<ComposedInvitation> {
  checkComplete(state);
  const { starts, to } = given;
  const fact: Invitation = { ...said, key: to.sign.public, sections: [] };
  if (starts.size === 0) return { body: factBody(fact, salt), box: undefined };
  const slices = [...starts].sort(byName).map(([section, start]) => sliceOf(state, ring, section, start));
  const boxing = { ...fact, sections: slices.map(({ granted }) => granted) };
  const unboxed = factBody({ ...boxing, box: UNBOXED }, salt);
  const keys = slices.flatMap((slice) => slice.keys);
  const box = await sealCodeBox(state.case, unboxed, keys, to);
  return { body: factBody({ ...boxing, box: sha256Hex(box) }, salt), box };
}

/** Who answers: the identity that the invitation and the attestation name by hash, and the latter's salt. */
export interface AnsweringIdentity {
  readonly iss: string;
  readonly sub: string;
  readonly salt: Bytes;
}

/** The participation that answers an invitation, in an attested capacity, signed with the code's key. */
export async function composeAnswer(
  state: CaseChain,
  invitation: { readonly hash: string; readonly fact: Invitation },
  { user, id, capacity }: Pick<Attestation, "user" | "id" | "capacity">,
  by: { readonly identity: AnsweringIdentity; readonly keys: CodeKeys; readonly startMs: number },
): Promise<Participation> {
  const terms = { hub: state.hub, case: state.case, invitation: invitation.hash, user, attestation: id };
  const sig = await answerSignature(by.keys.sign, terms);
  const prepared = preparedParticipation(invitation.fact, user, id, by.startMs);
  return { ...prepared, capacity, invitation: invitation.hash, answer: { ...by.identity, sig } };
}
