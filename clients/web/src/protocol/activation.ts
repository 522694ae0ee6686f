/**
 * Which policy table is in force, and since when: statements of the controller, in a row (docs/spec/trust.md).
 *
 * 1. The newest is signed by k of the controllers of the trust bundle in force; each names the hash of the one before it, so
 *    that one signature vouches for all of them, also after the controllers changed their keys.
 * 2. `version` grows, `from_ms` never goes back, `previous` is the hash of the activation before; the first has none.
 * 3. A table is in force from the leaf that logged its activation, never before `from_ms`, to the next one's. A link is judged
 *    by the table whose hash it names if that table was in force at the link's time (protocol 6.7): a later version never voids
 *    an older link, however long its signing took.
 *
 * That a table is not wider than the ceiling of the trust bundle in any cell is judged where tables are read.
 */
import type { Period } from "./active-tables.ts";
import { parseCosigned } from "./cosigned.ts";
import type { UnverifiedCosigned } from "./cosigned.ts";
import { ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { readIdentity, readView } from "./log-payload.ts";
import type { VerifiedReceipt } from "./receipt.ts";
import { readType } from "./statements.ts";
import type { TrustBundle } from "./trust-bundle.ts";

const TYPE = "policy-activation";

/** What an activation says. */
export interface PolicyActivation {
  readonly hub: string;
  readonly table: string;
  readonly version: number;
  readonly fromMs: number;
  readonly previous: string | undefined;
  readonly hash: string;
}

interface Parsed {
  readonly signed: UnverifiedCosigned;
  readonly content: PolicyActivation;
}

function parseActivation(data: Uint8Array): Parsed {
  const signed = parseCosigned(data);
  const fields = new Fields(signed.body, TYPE);
  readType(fields, TYPE);
  const content = {
    hub: fields.label("hub"),
    table: fields.hash("table"),
    version: fields.integer("version", 1),
    fromMs: fields.integer("from_ms"),
    previous: fields.optional("previous", (name) => fields.hash(name)),
    hash: signed.hash,
  };
  fields.done();
  return { signed, content };
}

/** Refuse an activation that does not follow `previous`: wrong-hub, wrong-hash, rolled-back, time-backwards. */
function checkFollows(content: PolicyActivation, bundle: TrustBundle, previous: PolicyActivation | undefined): void {
  if (content.hub !== bundle.hub) throw new ProtocolError("wrong-hub", TYPE);
  if (content.previous !== previous?.hash) throw new ProtocolError("wrong-hash", `${TYPE}: previous`);
  if (previous === undefined) return;
  if (content.version <= previous.version) throw new ProtocolError("rolled-back", `${TYPE} version ${content.version}`);
  if (content.fromMs < previous.fromMs) throw new ProtocolError("time-backwards", TYPE);
}

/** Where in the log, and when by the hub's clock, a table came into force. */
export interface Entered {
  readonly index: number;
  readonly timeMs: number;
}

/**
 * Every activation in order, first to newest: each file followed from the one before it, the signatures of the newest checked.
 * Throws `ProtocolError`: not-trusted, bad-signature, and what `checkFollows` says.
 */
export async function verifyActivations(files: readonly Uint8Array[], bundle: TrustBundle): Promise<readonly PolicyActivation[]> {
  const read = files.map(parseActivation);
  const found: PolicyActivation[] = [];
  for (const [number, { signed, content }] of read.entries()) {
    if (number === read.length - 1) await signed.require(bundle.controllers);
    checkFollows(content, bundle, found.at(-1));
    found.push(content);
  }
  return found;
}

/**
 * When each table was in force, the ceiling before the first; `leaves` logged each activation. Throws `ProtocolError`:
 * bad-proof for another number of leaves, rolled-back for leaves out of order, not-yet for one before the date that the
 * controllers signed.
 */
export function periodsOf(
  activations: readonly PolicyActivation[],
  leaves: readonly Entered[],
  ceiling: string,
): readonly Period[] {
  if (leaves.length !== activations.length) throw new ProtocolError("bad-proof", "leaves of policy activations");
  let before: Entered = { index: -1, timeMs: 0 };
  const periods = leaves.map((leaf, number) => {
    const { table = "", version = 0, fromMs = 0 } = activations[number] ?? {};
    if (leaf.index <= before.index || leaf.timeMs < before.timeMs) {
      throw new ProtocolError("rolled-back", `leaf ${leaf.index} of a policy activation`);
    }
    if (leaf.timeMs < fromMs) throw new ProtocolError("not-yet", `${TYPE} version ${version}`);
    before = leaf;
    return { table, sinceMs: leaf.timeMs };
  });
  return [{ table: ceiling, sinceMs: 0 }, ...periods];
}

/** Where and when the log says that an activation came into force; throws wrong-hash for another leaf. */
export function enteredBy(activation: PolicyActivation, receipt: VerifiedReceipt): Entered {
  const view = readView(receipt.view);
  const who = receipt.identity === undefined ? undefined : readIdentity(receipt.identity).requestHash;
  if (view.act !== "policy" || view.policy !== activation.table || who !== activation.hash) {
    throw new ProtocolError("wrong-hash", `leaf ${receipt.index} of a policy activation`);
  }
  return { index: receipt.index, timeMs: view.timeMs };
}
