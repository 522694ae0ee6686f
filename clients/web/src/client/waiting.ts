/** What the hub counts in each place of a case, as far as the rules let this user know of it. */
import { Fields } from "../protocol/fields.ts";
import { parsePlace } from "../protocol/places.ts";
import type { Place } from "../protocol/places.ts";
import type { Hub } from "./hub.ts";

/** Entries of one place that this user may know of, and of these how many are readable now. */
export interface Count {
  readonly place: Place;
  readonly list: string;
  readonly listed: number;
  readonly readable: number;
}

export class Waiting {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** The counts of a case by place. */
  async counts(case_: string): Promise<readonly Count[]> {
    const served = await this.#hub.transport.getList(`/v1/cases/${case_}/counts`, { since: 0 });
    return served.map((item) => {
      const fields = new Fields(item, "count");
      const count = {
        place: parsePlace(fields.text("place", 128)),
        list: fields.hash("list"),
        listed: fields.integer("listed"),
        readable: fields.integer("readable"),
      };
      // New to this device is what it did not read: what it knows better.
      fields.integer("new");
      fields.done();
      return count;
    });
  }
}
