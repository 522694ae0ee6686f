/** Opening a case in the session's capacity: four chains, the opener's participation, and the person. */
import type { JsonObject } from "../protocol/canonical.ts";
import { startCase } from "../protocol/case-chain.ts";
import {
  CASE_SALT_SIZE,
  caseCreateBody,
  CLASS_SALT_SIZE,
  classCreateBody,
  factLinkBody,
  HIDDEN_CLASSES,
} from "../protocol/case-links.ts";
import type { CaseKind } from "../protocol/case-links.ts";
import { nextLinkHead } from "../protocol/compose.ts";
import { toBase64url, toHex } from "../protocol/encodings.ts";
import type { Person } from "../protocol/fact-people.ts";
import { FACT_SALT_SIZE, factHash } from "../protocol/facts.ts";
import type { Fact } from "../protocol/facts.ts";
import { Fields } from "../protocol/fields.ts";
import { sha256Hex } from "../protocol/hashing.ts";
import type { Statement } from "../protocol/statements.ts";
import { bodyOfFact, wireOf } from "./appending.ts";
import type { Author } from "./author.ts";
import type { Casebook, CaseView } from "./casebook.ts";
import type { Directory } from "./directory.ts";
import { Misuse } from "./errors.ts";
import type { Hub } from "./hub.ts";
import { draw } from "./profile.ts";
import type { Rules } from "./rules.ts";

const KEY_SIZE = 32;

/** Whom a case is about: their account, if they have one, how sure their identity is, when a minor comes of age. */
export interface OpenedFor {
  readonly kind?: CaseKind;
  readonly person?: string;
  readonly identityStatus?: Person["identityStatus"];
  readonly majorityMs?: number;
}

export interface CaseOpeningParts {
  readonly hub: Hub;
  readonly casebook: Casebook;
  readonly author: Author;
  readonly directory: Directory;
  readonly rules: Rules;
}

/** Opens cases for the user of this profile. */
export class CaseOpening {
  readonly #parts: CaseOpeningParts;

  constructor(parts: CaseOpeningParts) {
    this.#parts = parts;
  }

  /** Open a case; its verified view. Throws `Misuse` for who acts in no attested capacity. */
  async open(about: OpenedFor = {}): Promise<CaseView> {
    const { hub, casebook, author, rules } = this.#parts;
    const attestation = await author.attestation();
    if (attestation === undefined) throw new Misuse("capacity");
    const { kind = "care" } = about;
    const logKeys = new Map(["main", ...HIDDEN_CLASSES].map((class_) => [class_, draw(KEY_SIZE)]));
    const preamble = author.preamble();
    const create = caseCreateBody({
      preamble,
      salt: draw(CASE_SALT_SIZE),
      kind,
      structure: attestation.capacity.structure,
      capacity: attestation.id,
      policy: (await rules.table()).hash,
      controller: attestation.capacity.structure,
      logKeyHash: sha256Hex(logKeys.get("main") ?? new Uint8Array()),
      episode: toHex(draw(KEY_SIZE)),
    });
    const first = await author.sign(create);
    const facts = [
      {
        type: "participation",
        user: author.user,
        attestation: attestation.id,
        capacity: attestation.capacity,
        regime: kind,
        limb: 1,
        startMs: preamble.timeMs,
      },
      personOf(about),
    ] as const;
    const classes: JsonObject[] = [];
    for (const class_ of HIDDEN_CLASSES) {
      const made = { preamble: author.preamble(), case: first.hash, class: class_, salt: draw(CLASS_SALT_SIZE) };
      classes.push((await author.sign(classCreateBody(made))).toJson());
    }
    const answer = await hub.transport.post("/v1/cases", {
      main: [{ statement: first.toJson() }, ...(await this.#links(first, facts))],
      classes,
      log_keys: Object.fromEntries([...logKeys].map(([class_, key]) => [class_, toBase64url(key)])),
    });
    await hub.receipt(new Fields(answer, "receipt of a case").raw("receipt"));
    return casebook.view(first.hash);
  }

  /** The first links after the creation, composed on a state that only this client has yet. */
  async #links(first: Statement, facts: readonly Fact[]): Promise<readonly JsonObject[]> {
    const { hub, author, directory, rules } = this.#parts;
    const table = await rules.table();
    const state = await startCase(first, directory, await rules.tables([table.hash]));
    const { checkpoint, timeMs, ...proven } = await hub.head("user", author.user);
    hub.trust.checkFresh({ checkpoint, timeMs, ...proven }, author.nowMs());
    const fresh = { size: checkpoint.size, root: toHex(checkpoint.root), timeMs };
    const said = { policy: table.hash, capacity: author.capacity, fresh };
    let head = nextLinkHead(state, author.preamble(), said);
    const links: JsonObject[] = [];
    for (const fact of facts) {
      const body = bodyOfFact(fact, draw(FACT_SALT_SIZE));
      const link = factLinkBody({ head, fact: factHash(body), lists: [] });
      const statement = await author.sign(link);
      links.push(wireOf(statement, { body: link, fact: body }));
      head = { ...head, seq: head.seq + 1, prev: statement.hash };
    }
    return links;
  }
}

function personOf({ person, identityStatus = "VALI", majorityMs }: OpenedFor): Person {
  return {
    type: "person",
    identityStatus,
    ...(person === undefined ? {} : { user: person }),
    ...(majorityMs === undefined ? {} : { majorityMs }),
  };
}
