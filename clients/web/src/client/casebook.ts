/**
 * The cases of this user, each replayed link by link from its creation to a proven head.
 *
 * A view holds the verified chains of the classes that are served to this user, the keys that their boxes gave, and what did not
 * verify of them. A chain is fetched once; afterwards only what is new. Nothing here writes to the hub.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { Fields } from "../protocol/fields.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { CaseChain } from "../protocol/case-state.ts";
import { CLASSES, classOf } from "../protocol/places.ts";
import type { VisibilityClass } from "../protocol/places.ts";
import type { Author } from "./author.ts";
import { readServedLinks } from "./case-replay.ts";
import { CaseReplay } from "./case-replay.ts";
import type { ClassView } from "./case-replay.ts";
import type { Directory } from "./directory.ts";
import { Refused } from "./errors.ts";
import type { Hub } from "./hub.ts";
import type { Rules } from "./rules.ts";

export type { ClassView, OpenedByOpening } from "./case-replay.ts";

/** A case by visibility class: always `main`, others when served. */
export class CaseView {
  readonly case: string;
  readonly classes: ReadonlyMap<VisibilityClass, ClassView>;
  readonly #main: ClassView;

  constructor(main: ClassView, classes: ReadonlyMap<VisibilityClass, ClassView>) {
    this.case = main.state.case;
    this.classes = classes;
    this.#main = main;
  }

  /** The state of the open chain. */
  get main(): CaseChain {
    return this.#main.state;
  }

  /** The view that holds a section's keys, undefined when its class is not served to this user. */
  of(section: string): ClassView | undefined {
    return this.classes.get(classOf(section));
  }
}

/** Which question a view answers: what is held already, or brought up to date; also the classes not served at the first look. */
export interface Looking {
  readonly refresh?: boolean;
  readonly everyClass?: boolean;
}

/** Loads and keeps views. */
export class Casebook {
  readonly #hub: Hub;
  readonly #directory: Directory;
  readonly #author: Author;
  readonly #rules: Rules;
  readonly #views = new Map<string, CaseView>();
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(hub: Hub, directory: Directory, author: Author, rules: Rules) {
    this.#hub = hub;
    this.#directory = directory;
    this.#author = author;
    this.#rules = rules;
  }

  /** The ids of the cases that the hub names to this user. */
  async cases(): Promise<readonly string[]> {
    const served = await this.#hub.transport.getList("/v1/cases");
    return served.map((item) => new Fields(item, "case").hash("case"));
  }

  /**
   * The verified view of a case, brought up to date unless told otherwise. Classes that were not served at the first look are
   * asked for again with `everyClass`, which each sync does.
   */
  async view(case_: string, looking: Looking = {}): Promise<CaseView> {
    await this.#author.checkOwnChain();
    const before = this.#turns.get(case_) ?? Promise.resolve();
    // One look at a time at one case: an answer judged late would look like a chain that went back.
    const mine = before.then(() => this.#looked(case_, looking));
    const settled = mine.catch(() => undefined);
    this.#turns.set(case_, settled);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(case_) === settled) this.#turns.delete(case_);
    }
  }

  async #looked(case_: string, { refresh = true, everyClass = false }: Looking): Promise<CaseView> {
    const known = this.#views.get(case_);
    if (known !== undefined && !refresh) return known;
    const classes = new Map(known?.classes);
    const others = known === undefined || everyClass ? CLASSES : [...classes.keys()];
    // Asked for together, judged one after the other.
    const served = new Map(others.map((class_) => [class_, this.#served(case_, class_, classes)]));
    const main = await this.#load(case_, "main", classes, served.get("main"));
    classes.set("main", main);
    // Each stands on the open chain alone.
    const load = async (class_: VisibilityClass): Promise<readonly [VisibilityClass, ClassView | undefined]> => {
      try {
        return [class_, await this.#load(case_, class_, classes, served.get(class_))];
      } catch (error) {
        if (!(error instanceof Refused) || error.problem !== "not-found") throw error;
        return [class_, undefined];
      }
    };
    for (const [class_, loaded] of await Promise.all(others.filter((one) => one !== "main").map(load))) {
      if (loaded === undefined) classes.delete(class_);
      else classes.set(class_, loaded);
    }
    const view = new CaseView(main, classes);
    this.#views.set(case_, view);
    return view;
  }

  /** The links of a class after those that are held, as served. */
  #served(case_: string, class_: VisibilityClass, classes: ReadonlyMap<VisibilityClass, ClassView>): Promise<JsonObject> {
    const known = classes.get(class_);
    const after = known === undefined ? {} : { after: known.state.head.seq };
    const served = this.#hub.transport.get(`/v1/cases/${case_}/chains/${class_}`, after);
    // Whoever judges it hears of it; nobody does when the open chain was refused.
    served.catch(() => undefined);
    return served;
  }

  #load(
    case_: string,
    class_: VisibilityClass,
    classes: ReadonlyMap<VisibilityClass, ClassView>,
    first: Promise<JsonObject> | undefined,
  ): Promise<ClassView> {
    let coming = first;
    return this.#hub.asked(async () => {
      const known = classes.get(class_);
      const served = await (coming ?? this.#served(case_, class_, classes));
      // What was overtaken on the way is asked for again.
      coming = undefined;
      const fields = new Fields(served, `case ${case_.slice(0, 8)}, ${class_}`);
      const links = readServedLinks(fields);
      const head = fields.raw("head");
      fields.done();
      const main = class_ === "main" ? undefined : classes.get("main")?.state;
      const replay = new CaseReplay(this.#directory, this.#author, this.#rules, known);
      const view = await replay.extended(links, main);
      if (view.state.case !== case_ || view.state.class !== class_)
        throw new ProtocolError("wrong-case", "chain of another case");
      const proven = await this.#hub.prove("case", view.state.chain, head);
      if (proven.head?.seq !== view.state.head.seq || proven.head.hash !== view.state.head.hash) {
        throw new ProtocolError("wrong-hash", "links that do not lead to the proven head");
      }
      await this.#hub.advance("case", view.state.chain, proven.head, view.hashes);
      return { ...view, proven };
    });
  }
}
