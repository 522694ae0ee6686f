/**
 * Taking part by an invitation, alone, with nobody on line (F11; docs/spec/invitations.md).
 *
 * 1. The hub names the invitations of our identity that are open or ended unanswered; the link says which one is meant.
 * 2. The code has to give the key that the invitation names; only then is the hub asked, with a proof of it, for the box and the
 *    chain. The chain is verified to its proven head: that very invitation stands in it, valid.
 * 3. The box has to open under the whole fact: who made it had the code. A hub that offers another invitation is found out before
 *    anything is signed into the case.
 * 4. Our participation, on exactly its terms; then what was boxed goes to our own user key. Begun again after a crash, it goes on
 *    where it stopped.
 */
import type { Bytes } from "../protocol/bytes.ts";
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { saltedSubject } from "../protocol/capacities.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { instantOf, sectionOf } from "../protocol/case-state.ts";
import { composeGrant } from "../protocol/compose.ts";
import { composeAnswer } from "../protocol/compose-invitation.ts";
import type { AnsweringIdentity } from "../protocol/compose-invitation.ts";
import { fromBase64url, toBase64url } from "../protocol/encodings.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Invitation } from "../protocol/fact-invitations.ts";
import type { Participation } from "../protocol/fact-people.ts";
import type { FactRecord } from "../protocol/case-facts.ts";
import { FACT_SALT_SIZE, factHash, readFact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import type { InvitationCode } from "../protocol/invitation-codes.ts";
import { checkCodeKey, codeKeys, openCodeBox, releaseProof } from "../protocol/invitation-keys.ts";
import type { CodeKeys } from "../protocol/invitation-keys.ts";
import { answerTo, fitsInvitation } from "../protocol/invitations.ts";
import type { InvitationRecord } from "../protocol/invitations.ts";
import { SectionAccess } from "../protocol/section-access.ts";
import { SectionKeys } from "../protocol/sections.ts";
import { chainOf } from "./appending.ts";
import type { Appender } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { Misuse, Refused } from "./errors.ts";
import { GRANT_VALIDITY_MS, holdsCurrent } from "./granting.ts";
import type { Hub } from "./hub.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

/** Which invitation of which case a link means. */
export interface Meant {
  readonly case: string;
  readonly invitation: string;
}

/** An invitation that the hub says names us: nothing of it counts before the chain was verified. */
interface Named extends Meant {
  readonly fact: Invitation;
  readonly body: JsonObject;
}

export interface JoiningParts {
  readonly hub: Hub;
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
  readonly appender: Appender;
  /** What opens the subject of each attestation that this browser had made, by its id. */
  readonly salts: () => Promise<ReadonlyMap<string, Bytes>>;
}

/** Answers invitations. */
export class Invites {
  readonly #parts: JoiningParts;

  constructor(parts: JoiningParts) {
    this.#parts = parts;
  }

  /**
   * Take part by the invitation that a link means. Returns the sections that a member still grants. Throws `Misuse` where it is over
   * or not open to us, the code is another one's, or our capacity is not the one invited; `ProtocolError` for what does not verify.
   */
  async join(meant: Meant, code: InvitationCode): Promise<readonly string[]> {
    await this.#parts.author.checkOwnChain();
    const named = (await this.#named()).find((one) => one.case === meant.case && one.invitation === meant.invitation);
    if (named === undefined) throw new Misuse("invited-nobody");
    // Judged here: until when it holds is signed into the invitation, whatever a hub says is over.
    if (named.fact.expiresMs <= this.#parts.author.nowMs()) throw new Misuse("invited-expired");
    const keys = await codeKeys(code, named.fact.kdf);
    try {
      checkCodeKey(keys, named.fact);
    } catch (error) {
      if (error instanceof ProtocolError) throw new Misuse("invited-code");
      throw error;
    }
    return this.#answer(named, keys);
  }

  async #answer(named: Named, keys: CodeKeys): Promise<readonly string[]> {
    const { casebook, author, appender } = this.#parts;
    const [attestation, identity] = await this.#attested(named.fact);
    const box = await this.#box(named, keys);
    let view = await casebook.view(named.case);
    const record = view.main.facts.find("invitation", named.invitation);
    // Valid or not is said of the link; the hub serves the chain of an invitation that it holds for open.
    let ring = new SectionKeys(view.main.chain);
    if (record.fact.box !== undefined) {
      ({ ring } = await openCodeBox(view.main, { fact: record.fact, body: named.body, box }, keys, ring));
    }
    let answer = answerTo(view.main.facts, record.hash);
    if (answer === undefined) {
      const startMs = Math.max(instantOf(view.main, author.nowMs()), record.recordedMs);
      const fact = await composeAnswer(view.main, record, attestation, { identity, keys, startMs });
      ({ view } = await appender.append(view.case, "main", [appender.fact(fact, draw(FACT_SALT_SIZE))]));
      answer = answerTo(view.main.facts, record.hash);
    }
    if (answer?.fact.user !== author.user) throw new Misuse("invited-nobody");
    view = await this.#keep(view, record, answer, ring);
    const main = chainOf(view, "main");
    return record.fact.sections.map(({ section }) => section).filter((section) => !holdsCurrent(main, section));
  }

  /** Box what the invitation gave, and is still current and permitted, to our own user key. */
  async #keep(view: CaseView, record: InvitationRecord, answer: FactRecord<Participation>, ring: SectionKeys): Promise<CaseView> {
    const { author, rules, directory, appender } = this.#parts;
    const main = chainOf(view, "main");
    const { capacity } = answer.fact;
    const access = SectionAccess.at(await rules.table(), main.state.facts, instantOf(main.state, author.nowMs()));
    const given = record.fact.sections.filter(({ section, epoch, fromEpoch, fromStep }) => {
      const isCurrent = epoch === sectionOf(main.state, section).epoch && !holdsCurrent(main, section);
      const isHeld = ring.holds({ section, epoch: fromEpoch, step: fromStep });
      return isCurrent && isHeld && access.permits("read", author.user, capacity, section);
    });
    if (given.length === 0) return view;
    const reader = (await directory.refresh(author.user)).chain;
    const starts = new Map(given.map(({ section, fromEpoch, fromStep }) => [section, { epoch: fromEpoch, step: fromStep }]));
    const facts = given.flatMap(({ section }) => access.decision("read", author.user, capacity, section).facts);
    const notAfterMs = author.nowMs() + GRANT_VALIDITY_MS;
    const asked = { readerCapacity: answer.hash, starts, facts, notAfterMs, invitation: record.hash };
    const appended = await appender.append(view.case, "main", [
      (chain, head) => composeGrant(chain.state, head, ring, reader, asked),
    ]);
    return appended.view;
  }

  /** The invitations that name our identity, open or ended unanswered, as the hub tells of them. */
  async #named(): Promise<readonly Named[]> {
    const listed = await this.#parts.hub.transport.getList("/v1/invitations");
    return listed.map((item) => {
      const fields = new Fields(item, "invitation");
      const [case_, invitation, body] = [fields.hash("case"), fields.hash("invitation"), fields.raw("fact")];
      const fact = readFact(body);
      if (fact.type !== "invitation" || factHash(body) !== invitation) {
        throw new ProtocolError("wrong-hash", "an invitation that the hub offers");
      }
      return { case: case_, invitation, fact, body };
    });
  }

  /** The capacity that this session acts in, when it is the one invited, with what opens its subject. */
  async #attested(invited: Invitation): Promise<readonly [Attestation, AnsweringIdentity]> {
    const { author, directory, salts } = this.#parts;
    const { attestations, subjects } = await directory.refresh(author.user);
    const attestation = attestations.find(({ id }) => id === author.capacity);
    const salt = attestation === undefined ? undefined : (await salts()).get(attestation.id);
    if (attestation === undefined || salt === undefined || !fitsInvitation(invited.capacity, attestation.capacity)) {
      throw new Misuse("invited-capacity");
    }
    for (const { iss, sub } of subjects) {
      const isMine = saltedSubject(invited.subjectSalt, iss, sub) === invited.subject;
      if (isMine && saltedSubject(salt, iss, sub) === attestation.subject) return [attestation, { iss, sub, salt }];
    }
    throw new Misuse("invited-capacity");
  }

  /** Prove the code to the hub; the box, empty where the invitation boxes nothing. */
  async #box({ case: case_, invitation }: Meant, keys: CodeKeys): Promise<Bytes> {
    const { hub, author } = this.#parts;
    const proof = await releaseProof(keys.sign, { hub: hub.origin, case: case_, invitation, user: author.user });
    let served: JsonObject;
    try {
      served = await hub.transport.post(`/v1/invitations/${invitation}/box`, { proof: toBase64url(proof) });
    } catch (error) {
      if (error instanceof Refused && error.reason === "already") throw new Misuse("invited-used");
      if (error instanceof Refused && error.problem === "not-found") throw new Misuse("invited-nobody");
      throw error;
    }
    const fields = new Fields(served, "box of an invitation");
    const receipt = served["receipt"];
    if (!isObject(receipt)) throw fields.refuse("receipt");
    await hub.receipt(receipt);
    return fields.optional("box", (name) => fromBase64url(fields.text(name, 1 << 20))) ?? new Uint8Array();
  }
}
