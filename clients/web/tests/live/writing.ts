/** The verbs that write, for the page that tests drive; plain data in and out. */
import type { Client } from "../../src/client/client.ts";
import { consent, opposition, participationEnd, request, withdrawal } from "../../src/client/facts.ts";
import type { Against, ConsentTerms, Make } from "../../src/client/facts.ts";
import type { Collecting } from "../../src/client/facts-recording.ts";
import type { Writing } from "../../src/client/posting.ts";
import type { Terms } from "../../src/client/members.ts";
import { parsePlace } from "../../src/protocol/places.ts";
import type { Compartment } from "../../src/protocol/vocabulary.ts";

type Tried = (work: () => Promise<unknown>) => Promise<object>;

export function writingVerbs(client: () => Client, tried: Tried): Readonly<Record<string, unknown>> {
  const recorded = (case_: string, make: Make, how?: Collecting): Promise<object> =>
    tried(async () => {
      const done = await client().writing.facts.record(case_, make, how);
      return done.kind === "kept"
        ? { kind: "kept", id: done.item.id }
        : { kind: "recorded", hash: done.hash, changes: done.effects.changes, owed: done.effects.owed, untold: done.untold };
    });
  return {
    post: (case_: string, place: string, writing: Writing) =>
      tried(async () => {
        const { id, form, epoch, place: at } = await client().writing.posting.post(case_, parsePlace(place), writing);
        return { id, form, epoch, place: `${at.kind}:${at.name}` };
      }),
    takeBack: (case_: string, place: string, id: string) =>
      tried(async () => {
        const { item } = await client().entries.find(case_, parsePlace(place), id);
        if (item.entry === undefined) return undefined;
        return (await client().writing.posting.takeBack(item.entry))?.leaf.tsMs;
      }),
    work: (case_: string) =>
      tried(async () => {
        const { granting } = client().writing;
        const { duties } = await granting.work(await client().casebook.view(case_, { everyClass: true }));
        return { ...duties, granted: [...duties.granted], waiting: [...duties.waiting], failed: duties.failed.map(String) };
      }),
    openExchange: (case_: string, compartment: Compartment, level: number, users: readonly string[]) =>
      tried(() => client().writing.opening.open(case_, compartment, level, users)),
    addMember: (case_: string, user: string, terms: Terms) =>
      tried(async () => (await client().writing.members.add(case_, user, terms)).facts),
    endMember: (case_: string, user: string) =>
      tried(async () => (await client().writing.members.end(case_, user)).flatMap(({ facts }) => facts)),
    consent: (case_: string, terms: ConsentTerms, how?: Collecting) => recorded(case_, consent(terms), how),
    withdraw: (case_: string, hash: string) => recorded(case_, withdrawal(hash, "oral")),
    oppose: (case_: string, against: Against) => recorded(case_, opposition(against)),
    leave: (case_: string, participation: string) => recorded(case_, participationEnd(participation)),
    contest: (case_: string, leaf: number) => recorded(case_, request("contest", "oral", { leaf })),
    outbox: () => tried(() => client().writing.outbox.items()),
    flush: () =>
      tried(async () => {
        const { recorded: done, refused } = await client().writing.facts.flush();
        return { recorded: done.map(({ hash }) => hash), refused: refused.map(({ why }) => why) };
      }),
    annex: (case_: string, hash: string) => tried(() => client().writing.annexes.read(case_, hash)),
  };
}
