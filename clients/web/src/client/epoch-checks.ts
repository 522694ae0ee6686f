/**
 * What the heads map said of ourselves since the last visit (docs/spec/heads-map.md, 13 to 19; trust rule T11).
 *
 * A hub could show another chain, or a link that we did not make, to a colleague while we were away, and take it back before we
 * look. So each visit asks for every epoch since the one before: one that is left out is refused, and a chain that vanished, went
 * back, forked or held what we did not make is kept as evidence.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { epochOf, readEpochs, verifyEpochs } from "../protocol/map-epochs.ts";
import type { ShownHead } from "../protocol/map-epochs.ts";
import type { Hub } from "./hub.ts";
import type { Label, Proven, Visit } from "./trust.ts";

/** Links of an own chain, seq to hash: nothing else may stand in it. */
type Links = ReadonlyMap<number, string>;

/** Checks labels of this user. */
export class EpochChecks {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /**
   * Check every epoch since the last visit, up to the head of now, and return that one. Throws `ProtocolError` for epochs left out
   * or not proven, `Contradicted` for what they show against the hub.
   */
  async check(label: Label, chain: string, links?: Links): Promise<Proven> {
    const proven = await this.#hub.head(label, chain);
    const now = { index: proven.index, epoch: epochOf(proven.timeMs) };
    // The first visit has nothing behind it to check: from here on each one is followed by the next.
    let visit: Visit = this.#hub.trust.visit(label, chain) ?? { seen: now, head: undefined };
    while (visit.seen.epoch < now.epoch) visit = await this.#page(label, chain, visit, links);
    const last = visit.seen.index > now.index ? visit.seen : now;
    const shown = [{ head: proven.head, timeMs: proven.timeMs }];
    await this.#hub.visited(label, chain, { visit: { ...visit, seen: last }, shown, links, offered: {} });
    return proven;
  }

  async #page(label: Label, chain: string, visit: Visit, links: Links | undefined): Promise<Visit> {
    const hub = this.#hub;
    const served = await hub.transport.get(`/v1/heads/${label}/${chain}/epochs`, { after: visit.seen.index });
    const found = await verifyEpochs(readEpochs(served), hub.trust.log, label, chain, visit.seen);
    await hub.accept(found.checkpoint.note);
    return hub.visited(label, chain, { visit: { ...visit, seen: found.seen }, shown: found.shown, links, offered: served });
  }
}

/** What epochs showed after a visit, to be judged. */
export interface Visited {
  readonly visit: Visit;
  readonly shown: readonly ShownHead[];
  readonly links: Links | undefined;
  readonly offered: JsonObject;
}
