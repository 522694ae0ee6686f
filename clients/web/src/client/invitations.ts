/**
 * Inviting somebody who has no keys yet into a case, by a code that is said (F11; docs/spec/invitations.md).
 *
 * One gesture says who, in which capacity and from when, what the person was told, and boxes the sections to a key that the code
 * gives. Whoever has the code, and is the one named, then takes part with nobody on line. The code is kept, sealed, in the vault
 * until it was answered or is over, so that it can be said again; it never travels.
 */
import type { Bytes } from "../protocol/bytes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { saltedSubject, SUBJECT_SALT_SIZE } from "../protocol/capacities.ts";
import type { Capacity } from "../protocol/capacities.ts";
import type { CaseFacts, FactAuthor } from "../protocol/case-facts.ts";
import { factLinkBody } from "../protocol/case-links.ts";
import { instantOf } from "../protocol/case-state.ts";
import type { KeyId } from "../protocol/sections.ts";
import { composeInvitation } from "../protocol/compose-invitation.ts";
import type { SaidOfInvitation } from "../protocol/compose-invitation.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { gestureBody, namedHash } from "../protocol/fact-gesture.ts";
import { LEAST_MEMORY_KIB, LEAST_PASSES, preparedParticipation } from "../protocol/fact-invitations.ts";
import type { Invitation } from "../protocol/fact-invitations.ts";
import type { NoticeLine } from "../protocol/fact-notices.ts";
import { FACT_SALT_SIZE, factHash } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import type { Reason } from "../protocol/errors.ts";
import { CODE_VALIDITY_MS, InvitationCode, SPOKEN_SIZE } from "../protocol/invitation-codes.ts";
import { codeKeys } from "../protocol/invitation-keys.ts";
import type { CodeKeys } from "../protocol/invitation-keys.ts";
import { answerTo, closedBy } from "../protocol/invitations.ts";
import type { InvitationRecord } from "../protocol/invitations.ts";
import { SectionAccess } from "../protocol/section-access.ts";
import { bodyOfFact } from "./appending.ts";
import type { Appended, Appender, Compose } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, ClassView } from "./casebook.ts";
import { Misuse } from "./errors.ts";
import { checkEntitled } from "./facts-entitlement.ts";
import { holdsCurrent, startFor } from "./granting.ts";
import type { Members } from "./members.ts";
import type { Names } from "./names.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";
import { consentFor, LIMBS, noticeFor } from "./team.ts";
import type { Joining, Proposed, TextHash } from "./team.ts";
import { historyFrom } from "./team-horizon.ts";
import { missingLines, supposing } from "./team-lines.ts";
import type { Vault } from "./vault.ts";
import { partsToAsk, whoSees } from "./who-sees.ts";

const INVITATIONS = "invitations";
const LONGEST_NAME = 200;

/** Whom an invitation names: by issuer and subject, in which capacity; `name` stays on this device. */
export interface Invitee {
  readonly iss: string;
  readonly sub: string;
  readonly capacity: Capacity;
  readonly name: string;
}

/** What one gesture wrote. `left` sections follow at a member's next sync. */
export interface InvitationMade {
  readonly invitation: string;
  readonly left: readonly string[];
  readonly untold: readonly NoticeLine[];
}

/** An invitation of a case as its members see it; code, link and name where this device made it and it is open. */
export interface InvitationShown {
  readonly record: InvitationRecord;
  readonly closed: Reason | undefined;
  readonly answeredBy: string | undefined;
  readonly kept: KeptCode | undefined;
  /** The address that is sent: it says which invitation, and nothing that opens it. */
  readonly link: string;
}

/** What this device keeps of an invitation that it made. */
export interface KeptCode {
  readonly invitation: string;
  readonly case: string;
  readonly code: InvitationCode;
  readonly name: string;
}

interface Composing {
  readonly said: SaidOfInvitation;
  readonly bodies: readonly JsonObject[];
  readonly access: SectionAccess;
  readonly keys: CodeKeys;
}

/** What the last composition made; a lost race composes again. */
interface LastMade {
  invitation: string;
  left: readonly string[];
}

export interface InvitationsParts {
  readonly vault: Vault;
  readonly casebook: Casebook;
  readonly author: Author;
  readonly rules: Rules;
  readonly appender: Appender;
  readonly members: Members;
}

/** Makes, lists and withdraws invitations. */
export class Invitations {
  readonly #parts: InvitationsParts;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** What goes with inviting somebody, before anything is signed. Throws `Misuse` for a choice that does not hold together. */
  async proposed(case_: string, invitee: Invitee, joining: Joining): Promise<Proposed> {
    const { facts, nowMs } = await this.#known(case_);
    const table = await this.#parts.rules.table();
    const said = saidOf(facts, invitee, joining, nowMs);
    checkEntitled(facts, unsealed(said), await this.#by(), nowMs);
    const supposed = await this.#supposed(facts, said, [], nowMs);
    const seer = whoSees(supposed, table, nowMs).findLast((one) => one.user === said.subject);
    const toAsk = seer === undefined ? [] : partsToAsk(seer);
    return { lines: missingLines(table, supposed, [{ user: said.subject, capacity: said.capacity }], nowMs), toAsk };
  }

  /** Invite somebody, in one signature. Throws `Misuse` for a choice that does not hold together; `Refused`. */
  async invite(case_: string, invitee: Invitee, joining: Joining, texts: TextHash): Promise<InvitationMade> {
    const { facts, nowMs } = await this.#known(case_);
    const table = await this.#parts.rules.table();
    const said = saidOf(facts, invitee, joining, nowMs);
    const code = new InvitationCode(draw(SPOKEN_SIZE));
    const keys = await codeKeys(code, said.kdf);
    const { row, structure } = said.capacity;
    const to = { rows: [row], structures: [structure] };
    const agreed: readonly Fact[] = joining.consent === undefined ? [] : [consentFor(facts, to, joining, nowMs, texts)];
    const before = await this.#supposed(facts, said, agreed, nowMs);
    const lines = missingLines(table, before, [{ user: said.subject, capacity: said.capacity }], nowMs);
    const told: readonly Fact[] =
      joining.informed === undefined || lines.length === 0 ? [] : [noticeFor(lines, nowMs, joining.informed, texts)];
    const with_ = [...told, ...agreed];
    const access = SectionAccess.at(table, await this.#supposed(facts, said, with_, nowMs), nowMs);
    const bodies = with_.map((fact) => bodyOfFact(fact, draw(FACT_SALT_SIZE)));
    const made: LastMade = { invitation: "", left: [] };
    await this.#parts.appender.append(case_, "main", [this.#gesture({ said, bodies, access, keys }, made)]);
    await this.#remember({ invitation: made.invitation, case: case_, code, name: invitee.name.trim().slice(0, LONGEST_NAME) });
    return { ...made, untold: told.length > 0 ? [] : lines };
  }

  /** The invitations of a case, newest first. */
  async all(case_: string): Promise<readonly InvitationShown[]> {
    const { facts, nowMs } = await this.#known(case_);
    const held = await this.#held();
    const shown = facts.of("invitation").map((record): InvitationShown => {
      const closed = closedBy(facts, record, nowMs);
      const kept = held.find(({ invitation }) => invitation === record.hash);
      const answeredBy = answerTo(facts, record.hash)?.fact.user;
      return { record, closed, answeredBy, kept, link: this.#link(case_, record.hash) };
    });
    return shown.reverse();
  }

  /** Call whoever answered by the name under which this device invited them; their code is of no more use, and forgotten. */
  async nameGuests(facts: CaseFacts, names: Names): Promise<void> {
    const held = await this.#held();
    const answered = new Map(held.map(({ invitation }) => [invitation, answerTo(facts, invitation)?.fact.user] as const));
    for (const { invitation, name } of held) {
      const user = answered.get(invitation);
      // Whoever they were called by already was named on purpose.
      if (user !== undefined && name !== "" && names.of("contact", user) === undefined) await names.put("contact", user, name);
    }
    const open = held.filter(({ invitation }) => answered.get(invitation) === undefined);
    if (open.length < held.length) await this.#keep(open);
  }

  /** Take an invitation back: at once, by any member. */
  async withdraw(case_: string, invitation: string): Promise<Appended> {
    const { members, author } = this.#parts;
    const appended = await members.record(case_, { type: "fact-end", ended: invitation, atMs: author.nowMs() });
    await this.#keep((await this.#held()).filter((one) => one.invitation !== invitation));
    return appended;
  }

  #link(case_: string, invitation: string): string {
    return `${this.#parts.author.preamble().hub}/#join/${case_}/${invitation}`;
  }

  #gesture({ said, bodies, access, keys }: Composing, made: LastMade): Compose {
    return async (chain, head) => {
      const starts = new Map<string, Pick<KeyId, "epoch" | "step">>();
      const left: string[] = [];
      for (const [section, { epoch }] of [...chain.state.sections].sort(([one], [other]) => (one < other ? -1 : 1))) {
        if (epoch === 0 || !access.permits("read", said.subject, said.capacity, section)) continue;
        const start = await this.#start(chain, section, said.historyFromMs);
        if (start === undefined) left.push(section);
        else starts.set(section, start);
      }
      const { body, box } = await composeInvitation(chain.state, said, draw(FACT_SALT_SIZE), chain.ring, { starts, to: keys });
      const whole = bodies.length === 0 ? body : gestureBody([...bodies, body]);
      Object.assign(made, { invitation: factHash(body), left });
      const boxes = new Map<string, Bytes>(box === undefined ? [] : [[made.invitation, box]]);
      return { body: factLinkBody({ head, fact: namedHash(whole), lists: [] }), fact: whole, boxes };
    };
  }

  /** Where the slice begins that this user holds and may grant, undefined where there is none. */
  async #start(chain: ClassView, section: string, sinceMs: number): Promise<Pick<KeyId, "epoch" | "step"> | undefined> {
    const { rules, author } = this.#parts;
    const own = SectionAccess.at(await rules.table(), chain.state.facts, instantOf(chain.state, author.nowMs()));
    const mayGrant = own.permits("grant", author.user, await author.acting(), section);
    return mayGrant && holdsCurrent(chain, section) ? startFor(chain, section, sinceMs) : undefined;
  }

  /** The facts as if the gesture had been recorded and answered. */
  async #supposed(facts: CaseFacts, said: SaidOfInvitation, made: readonly Fact[], nowMs: number): Promise<CaseFacts> {
    const by = await this.#by();
    const joined = preparedParticipation(unsealed(said), said.subject, said.subject, nowMs);
    return [...made, joined].reduce((known, fact) => supposing(known, fact, `${fact.type} of the gesture`, by, nowMs), facts);
  }

  async #by(): Promise<FactAuthor> {
    const { author } = this.#parts;
    return { user: author.user, capacity: await author.acting() };
  }

  async #known(case_: string): Promise<{ readonly facts: CaseFacts; readonly nowMs: number }> {
    const { main } = await this.#parts.casebook.view(case_);
    return { facts: main.facts, nowMs: instantOf(main, this.#parts.author.nowMs()) };
  }

  async #held(): Promise<readonly KeptCode[]> {
    const kept = await this.#parts.vault.load(INVITATIONS);
    if (kept === undefined) return [];
    return new Fields(kept, INVITATIONS).objects("invitations").map((item) => ({
      invitation: item.hash("invitation"),
      case: item.hash("case"),
      code: new InvitationCode(item.data("code", SPOKEN_SIZE)),
      name: item.text("name", LONGEST_NAME),
    }));
  }

  async #remember(made: KeptCode): Promise<void> {
    await this.#keep([...(await this.#held()), made]);
  }

  async #keep(held: readonly KeptCode[]): Promise<void> {
    const items = held.map(({ invitation, case: of, code, name }) => ({
      invitation,
      case: of,
      code: toBase64url(code.secret),
      name,
    }));
    await this.#parts.vault.save(INVITATIONS, { invitations: items });
  }
}

/** What an invitation says but for its keys and what it boxes. */
function saidOf(facts: CaseFacts, { iss, sub, capacity }: Invitee, joining: Joining, nowMs: number): SaidOfInvitation {
  const { title = "same-team", horizon = "episode", regime = "care", recognised = "oral", untilMs } = joining;
  if (regime === "child_protection") throw new Misuse("fact");
  const [limb, salt] = [LIMBS[title], draw(SUBJECT_SALT_SIZE)];
  return {
    type: "invitation",
    subject: saltedSubject(salt, iss, sub),
    subjectSalt: salt,
    capacity,
    regime,
    limb,
    historyFromMs: historyFrom(horizon, facts, nowMs) ?? nowMs,
    expiresMs: nowMs + CODE_VALIDITY_MS,
    kdf: { salt: draw(SUBJECT_SALT_SIZE), memoryKib: LEAST_MEMORY_KIB, passes: LEAST_PASSES, lanes: 1 },
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(limb === LIMBS.prescribed ? { recognised: { means: recognised, atMs: nowMs } } : {}),
  };
}

/** An invitation before its keys are there, as far as who may make it and what it would give is asked. */
function unsealed(said: SaidOfInvitation): Invitation {
  return { ...said, key: said.kdf.salt, sections: [] };
}
