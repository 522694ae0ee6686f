/** The verbs that write, for the page that tests drive; plain data in and out. */
import type { OpenedFor } from "../../src/client/case-opening.ts";
import type { Client } from "../../src/client/client.ts";
import { consent, opposition, participationEnd, request, withdrawal } from "../../src/client/facts.ts";
import type { Against, ConsentTerms, Make } from "../../src/client/facts.ts";
import type { Collecting } from "../../src/client/facts-recording.ts";
import type { OpeningTerms } from "../../src/client/openings.ts";
import type { Writing } from "../../src/client/posting.ts";
import type { Terms } from "../../src/client/members.ts";
import type { Informed, Joining } from "../../src/client/team.ts";
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
        return { opened: [...(await client().writing.posting.takeBack(item.entry))] };
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
    openCase: (about: OpenedFor) => tried(async () => (await client().writing.cases.open(about)).case),
    addToTeam: (case_: string, user: string, joining: Joining, text: string) =>
      tried(async () => {
        const added = await client().writing.team.add(case_, user, joining, () => text);
        return { links: added.appended.links, told: added.told, untold: added.untold, opened: added.opened, left: added.left };
      }),
    untold: (case_: string) => tried(() => client().writing.team.untold(case_)),
    tell: (case_: string, informed: Informed, text: string) =>
      tried(async () => (await client().writing.team.tell(case_, informed, () => text))?.facts),
    attach: (case_: string, place: string, name: string, size: number) =>
      tried(async () => {
        const file = new Blob([new Uint8Array(size).map((_, at) => at % 251)]);
        const sent: number[] = [];
        const advance = (bytes: number): number => sent.push(bytes);
        const attached = { file, name, mediaType: "application/pdf", title: "Bilan", advance };
        const { id } = await client().writing.documents.attach(case_, parsePlace(place), attached);
        return { id, sent };
      }),
    openEntry: (case_: string, place: string, id: string, user: string, terms: OpeningTerms) =>
      tried(async () => {
        const view = await client().casebook.view(case_);
        const opened = await client().writing.openings.open(view, parsePlace(place), id, user, terms);
        return { opening: opened.opening, notice: opened.notice };
      }),
    closeOpening: (case_: string, opening: string) =>
      tried(async () => client().writing.openings.close(await client().casebook.view(case_), opening)),
    declare: (case_: string, text: string) => tried(() => client().writing.emergencies.start(case_, "vital_risk", text, 2)),
    endEmergency: (case_: string, emergency: string) => tried(() => client().writing.emergencies.stop(case_, emergency)),
    emergencies: (case_: string) =>
      tried(async () => {
        const shown = await client().writing.emergencies.shown(await client().casebook.view(case_));
        return shown.map(({ course, text, lasts }) => ({ id: course.record.hash, text, lasts }));
      }),
    keepNote: (case_: string, place: string, title: string, text: string) =>
      tried(async () => (await client().writing.notes.keep(case_, parsePlace(place), title, "note", { text })).id),
    sync: (case_: string) =>
      tried(async () => {
        const { notes, facts } = await client().writing.syncing.sync(case_);
        return { stored: notes.stored.map(({ posted }) => posted?.id), recorded: facts.recorded.length };
      }),
    annex: (case_: string, hash: string) => tried(() => client().writing.annexes.read(case_, hash)),
  };
}
