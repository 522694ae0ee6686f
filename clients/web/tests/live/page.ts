/**
 * The client layer without a screen, for tests that drive it from outside: `window.live`. What it gives back is plain data.
 *
 * The hub's pinned origin need not be where the page came from: a test names the address that answers for it.
 */
import { Client } from "../../src/client/client.ts";
import { Misuse, NotPermitted, NotReadable, Refused } from "../../src/client/errors.ts";
import type { Read } from "../../src/client/entries.ts";
import { Session } from "../../src/client/session.ts";
import { HttpTransport } from "../../src/client/transport.ts";
import { Vault } from "../../src/client/vault.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { sha256Hex } from "../../src/protocol/hashing.ts";
import { parsePlace } from "../../src/protocol/places.ts";
import { writingVerbs } from "./writing.ts";

let vault: Vault;
let session: Session;
let client: Client;

/** Open what this browser holds, at a time that lies ahead of the machine's. */
async function open(trust: string, aheadMs = 0): Promise<string> {
  vault = await Vault.open();
  const nowMs = (): number => Date.now() + aheadMs;
  const outside = {
    connect: () => new HttpTransport(location.origin),
    nowMs,
    arriving: () => import("../../src/client/arriving.ts"),
  };
  ({ session } = await Session.resume(vault, outside, trust));
  await session.pin(trust);
  client = new Client(session, vault, nowMs);
  return session.identity.user;
}

function shown(read: Read): object {
  const { listed, title, body, error, leaf } = read;
  const content = body?.type === "content" ? body.fields : undefined;
  return {
    n: listed.n,
    id: listed.entry?.id,
    title: title?.title,
    kind: title?.kind,
    content,
    leaf,
    error: error && nameOf(error),
  };
}

function nameOf(error: unknown): string {
  if (error instanceof ProtocolError) return error.reason;
  if (error instanceof Refused) return error.problem;
  if (error instanceof NotReadable || error instanceof NotPermitted) return error.why;
  if (error instanceof Misuse) return error.kind;
  return String(error);
}

/** The result of an act, or the name of what refused it, as a test compares them. */
async function tried(work: () => Promise<unknown>): Promise<object> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: nameOf(error), kind: error instanceof Error ? error.name : "", text: String(error) };
  }
}

export const live = {
  open,
  start: () => session.start(),
  finish: () => session.finish(),
  /** Act in a capacity that a registrar attested to this user elsewhere. */
  actAs: async (capacity: string, statement: JsonObject) => {
    await vault.save("capacities", { statements: [statement] });
    await session.actAs(capacity);
  },
  alarms: () => tried(() => client.author.alarms()),
  lost: () => client.hub.trust.lost,
  cases: () => tried(() => client.casebook.cases()),
  view: (case_: string) =>
    tried(async () => {
      const view = await client.casebook.view(case_, { everyClass: true });
      const main = view.classes.get("main");
      return {
        classes: [...view.classes.keys()],
        head: view.main.head,
        refused: [...(main?.refused ?? [])],
        shares: main?.shares.size,
        held: main?.ring.held().map(({ which }) => which),
      };
    }),
  titles: (case_: string, place: string) => tried(async () => (await client.entries.titles(case_, parsePlace(place))).map(shown)),
  read: (case_: string, place: string, id: string) =>
    tried(async () => shown(await client.entries.read(case_, parsePlace(place), id))),
  fetch: (case_: string, place: string, id: string) =>
    tried(async () => {
      const steps: number[] = [];
      const fetched = await client.fetching.fetch(case_, parsePlace(place), id, (done) => steps.push(done));
      const { title, bytes } = fetched;
      return { title: title.title, file: title.file, size: bytes.length, hash: sha256Hex(bytes), steps: steps.length };
    }),
  sections: (case_: string) =>
    tried(async () => {
      const shown = await client.cases.sections(await client.casebook.view(case_, { refresh: false }));
      return shown.map(({ section, read, write, holdsKey }) => ({ section, read: read.effect, write: write.effect, holdsKey }));
    }),
  exchanges: (case_: string) => tried(() => client.exchanges.ids(case_)),
  save: () => client.save(),
  ...writingVerbs(() => client, tried),
};

Object.assign(globalThis, { live });
