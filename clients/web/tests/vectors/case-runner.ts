/**
 * What runs the vectors of case chains: a world from `case_worlds.json`, the links of one case over it, one question. The twin of
 * `tests/support/case_runner.py`.
 */
import worlds from "../../../../tests/vectors/case_worlds.json?raw";
import { relayOf } from "../../src/protocol/absences.ts";
import type { ActiveTables } from "../../src/protocol/active-tables.ts";
import type { JsonObject, JsonValue } from "../../src/protocol/canonical.ts";
import { readAttestation } from "../../src/protocol/capacities.ts";
import type { Attestation } from "../../src/protocol/capacities.ts";
import { extendCase, startCase, startClass } from "../../src/protocol/case-chain.ts";
import type { CaseChain } from "../../src/protocol/case-state.ts";
import { endedBy, readEnd } from "../../src/protocol/departures.ts";
import type { Directory } from "../../src/protocol/directory.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { Fields } from "../../src/protocol/fields.ts";
import type { PolicyTable } from "../../src/protocol/policy-table.ts";
import { byName } from "../../src/protocol/section-access.ts";
import { statementFromJson } from "../../src/protocol/statements.ts";
import type { UnverifiedStatement } from "../../src/protocol/statements.ts";
import { extendUserChain, replayUserChain } from "../../src/protocol/user-chain.ts";
import type { UserChain } from "../../src/protocol/user-state.ts";
import { readSmallTable } from "./small-table.ts";

const FAR_MS = 2 ** 52;

/** Verified users and attestations, as a world states them. */
export class PeopleDirectory implements Directory {
  readonly users: Map<string, UserChain>;
  readonly attestations: Map<string, Attestation>;

  constructor(users: Iterable<readonly [string, UserChain]> = [], attestations: Iterable<readonly [string, Attestation]> = []) {
    this.users = new Map(users);
    this.attestations = new Map(attestations);
  }

  user(user: string): UserChain {
    return known(this.users.get(user), "user");
  }

  attestation(attestation: string): Attestation {
    return known(this.attestations.get(attestation), "attestation");
  }
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ProtocolError("unknown-reference", what);
  return value;
}

/** A link as vectors spell it: `{statement, fact?}`. */
interface VectorLink {
  readonly statement: UnverifiedStatement;
  readonly fact: JsonObject | undefined;
}

/** A case and its people. */
export class World {
  readonly table: PolicyTable;
  readonly directory: PeopleDirectory;
  readonly classes: Map<string, CaseChain>;
  main: CaseChain;

  constructor(table: PolicyTable, directory: PeopleDirectory, main: CaseChain, classes = new Map<string, CaseChain>()) {
    this.table = table;
    this.directory = directory;
    this.main = main;
    this.classes = classes;
  }

  get tables(): ActiveTables {
    return tablesOf(this.table);
  }

  /** Extend the chain that a link names. */
  async add({ statement, fact }: VectorLink): Promise<void> {
    const named = statement.body["class"];
    const state = typeof named === "string" ? this.classes.get(named) : undefined;
    const { directory, tables, main } = this;
    if (state === undefined) this.main = await extendCase(main, statement, fact, { directory, tables });
    else this.classes.set(state.class, await extendCase(state, statement, fact, { directory, tables, main }));
  }
}

function tablesOf(table: PolicyTable): ActiveTables {
  return { tables: new Map([[table.hash, table]]) };
}

/** Read a whole world: `table`, `users`, `attestations`, `main`, `classes`. */
export async function buildWorld(fields: Fields): Promise<World> {
  const table = readSmallTable(fields.nested("table"));
  const directory = new PeopleDirectory();
  let hub = "";
  for (const chain of fields.items("users") as readonly JsonValue[][]) {
    const user = await replayUserChain(chain.map(readStatement), FAR_MS);
    directory.users.set(user.user, user);
    hub = user.hub;
  }
  for (const value of fields.items("attestations")) {
    const attestation = readAttestation(readStatement(value), hub);
    directory.attestations.set(attestation.id, attestation);
  }
  const [first, ...links] = fields.items("main").map(readVectorLink);
  if (first === undefined) throw new Error("a world without a case");
  const world = new World(table, directory, await startCase(first.statement, directory, tablesOf(table)));
  for (const value of fields.items("classes")) {
    const state = await startClass(readStatement(value), world.main, directory);
    world.classes.set(state.class, state);
  }
  for (const link of links) await world.add(link);
  return world;
}

const { cases } = JSON.parse(worlds) as { cases: { name: string; input: JsonObject }[] };
const built = new Map<string, Promise<World>>();

function builtWorld(name: string): Promise<World> {
  let world = built.get(name);
  if (world === undefined) {
    const stated = cases.find((one) => one.name === name);
    if (stated === undefined) throw new Error(`no world ${name}`);
    world = buildWorld(new Fields(stated.input, name));
    built.set(name, world);
  }
  return world;
}

/** A world after the links of one vector, and the last link. */
export interface Played {
  readonly world: World;
  readonly link: UnverifiedStatement | undefined;
}

/** Play `links` (and `users`, further links of user chains) over `world`. */
export async function played(fields: Fields): Promise<Played> {
  const start = await builtWorld(fields.text("world"));
  const directory = new PeopleDirectory(start.directory.users, start.directory.attestations);
  const world = new World(start.table, directory, start.main, new Map(start.classes));
  for (const [user, chain] of Object.entries(fields.has("users") ? fields.raw("users") : {})) {
    for (const link of chain as readonly JsonValue[]) {
      directory.users.set(user, await extendUserChain(directory.user(user), readStatement(link), FAR_MS));
    }
  }
  const ends = (fields.has("ends") ? fields.items("ends") : []).map((end) => readEnd(readStatement(end), start.main.hub));
  for (const [id, held] of directory.attestations) directory.attestations.set(id, endedBy(held, ends));
  const links = fields.has("links") ? fields.items("links").map(readVectorLink) : [];
  for (const link of links) await world.add(link);
  return { world, link: links.at(-1)?.statement };
}

/** The same, where there has to be a last link. */
export async function playedLink(fields: Fields): Promise<{ readonly world: World; readonly link: UnverifiedStatement }> {
  const { world, link } = await played(fields);
  if (link === undefined) throw new Error("a vector without links");
  return { world, link };
}

export function readStatement(value: JsonValue): UnverifiedStatement {
  return statementFromJson(value as JsonObject);
}

function readVectorLink(value: JsonValue): VectorLink {
  const fields = new Fields(value as JsonObject, "link");
  const statement = statementFromJson(fields.raw("statement"));
  const fact = fields.optional("fact", (name) => fields.raw(name));
  fields.done();
  return { statement, fact };
}

export function voidsOf(state: CaseChain): JsonObject {
  return Object.fromEntries(state.voids);
}

function sectionsOf(state: CaseChain): JsonObject {
  const sections = [...state.sections].sort(byName).map(([section, { epoch, step, readers, tainted, orphaned }]) => {
    const inOrder = [...tainted].sort((left, right) => left - right);
    return [section, { epoch, step, readers: [...readers.keys()].sort(), tainted: inOrder, orphaned }] as const;
  });
  return Object.fromEntries(sections);
}

/** Name who stands in for whom at an instant, by user: the operation `relays`. */
export async function runRelays(fields: Fields): Promise<JsonObject> {
  const { world } = await played(fields);
  const { facts } = world.main;
  const atMs = fields.integer("at_ms");
  const relays: Record<string, string> = {};
  for (const user of [...world.directory.users.keys()].sort()) {
    const relay = relayOf(facts, user, atMs);
    if (relay !== undefined) relays[user] = relay.fact.user;
  }
  return relays;
}

/** Refuse with the reason for which the last link is void; else name its void sections: the operation `entitled`. */
export async function runEntitled(fields: Fields): Promise<JsonObject> {
  const { world, link } = await playedLink(fields);
  for (const state of [world.main, ...world.classes.values()]) {
    const reason = state.voids.get(link.hash);
    if (reason !== undefined) throw new ProtocolError(reason, link.type);
  }
  return { void_sections: Object.fromEntries(world.main.voidSections.get(link.hash) ?? []) };
}

/** Extend and summarise; `class` asks about that chain instead of `main`: the operation `extend`. */
export async function runExtend(fields: Fields): Promise<JsonObject> {
  const { world } = await played(fields);
  const state = fields.has("class") ? world.classes.get(fields.text("class")) : world.main;
  if (state === undefined) throw new Error("no such class");
  return { head: { ...state.head }, voids: voidsOf(state), sections: sectionsOf(state) };
}
