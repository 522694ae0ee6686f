/**
 * What the facts of a case come to for one asker and one section, found once while nothing changes.
 *
 * A fold of the facts reads their instants only by comparing them with the instant asked about. Between two neighbouring
 * instants of the facts every such comparison comes out alike: what was folded for one question of that moment holds for the
 * next.
 */
const MOST = 4096;

/** What a fold may look at of a question: who asks, through what, about which section, spelt as one text. */
export interface Asked {
  readonly atMs: number;
  readonly about: string;
}

/** The folds of one state of the facts. `moments` gives all instants of these facts, in order. */
export class FactFolds {
  readonly #read: () => readonly number[];
  readonly #known = new Map<string, Map<string, unknown>>();
  #moments: readonly number[] | undefined;

  constructor(moments: () => readonly number[]) {
    this.#read = moments;
  }

  /**
   * What `fold` gives for a question. It may look at `asked.about`, at the facts, at `what`, and compare instants of facts with
   * the question's: at nothing else, or it would answer one question with what another one said.
   */
  once<V>(asked: Asked, what: string, fold: () => V): V {
    const known = this.#of(asked);
    if (!known.has(what)) known.set(what, fold());
    return known.get(what) as V;
  }

  #of(asked: Asked): Map<string, unknown> {
    this.#moments ??= this.#read();
    const key = `${placeOf(this.#moments, asked.atMs)} ${asked.about}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= MOST) this.#known.clear();
      known = new Map();
      this.#known.set(key, known);
    }
    return known;
  }

  /** Drop everything. */
  forget(): void {
    this.#known.clear();
  }
}

/** How many of these instants, in order, are not after this one. */
function placeOf(moments: readonly number[], atMs: number): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
