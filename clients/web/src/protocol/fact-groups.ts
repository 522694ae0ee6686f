/**
 * Records of facts under the keys by which decisions look for them.
 *
 * A file of ten years holds hundreds of notices and consents, and a decision rests on one or two of them. Groups are made when
 * they are first asked for; the state after one more fact takes them over, with that fact added.
 */

/** The keys of a fact alone, without looking at anything else: what it gave once is remembered. Always the same function. */
export type KeysOf<F> = (fact: F) => Iterable<string>;

interface Recorded<F> {
  readonly fact: F;
}

interface Grouped {
  readonly records: readonly unknown[];
  /** Places in `records`, in order, under each key. */
  readonly places: Map<string, number[]>;
}

/** The groups of one state of the facts. */
export class FactGroups {
  readonly #known: Map<unknown, Grouped>;

  constructor(known = new Map<unknown, Grouped>()) {
    this.#known = known;
  }

  /** Those of `records`, all of one type, that stand under one of the keys asked: each once, in order. */
  under<F, R extends Recorded<F>>(records: readonly R[], keys: KeysOf<F>, asked: Iterable<string>): readonly R[] {
    const known = this.#of(records, keys);
    const chosen = new Set<number>();
    for (const key of asked) for (const place of known.places.get(key) ?? []) chosen.add(place);
    return [...chosen].sort((left, right) => left - right).flatMap((place) => records.slice(place, place + 1));
  }

  #of<F>(records: readonly Recorded<F>[], keys: KeysOf<F>): Grouped {
    const known = this.#known.get(keys);
    // Never what was made of other records, whoever kept the state.
    if (known?.records === records) return known;
    const made: Grouped = { records, places: new Map() };
    for (const [place, record] of records.entries()) add(made, keys(record.fact), place);
    this.#known.set(keys, made);
    return made;
  }

  /**
   * The groups of the state in which `records`, one longer, replaced `before`. They are moved: a chain keeps the state at each
   * of its links, and all but the newest are hardly asked again.
   */
  after<F, R extends Recorded<F>>(before: readonly R[], records: readonly R[]): FactGroups {
    const moved = new Map<unknown, Grouped>();
    const last = records.at(-1);
    for (const [keys, grouped] of this.#known) {
      // No records are those of every type.
      if (grouped.records !== before || before.length === 0 || last === undefined) continue;
      const next = { records, places: grouped.places };
      add(next, (keys as KeysOf<F>)(last.fact), before.length);
      moved.set(keys, next);
    }
    this.#known.clear();
    return new FactGroups(moved);
  }
}

function add(grouped: Grouped, keys: Iterable<string>, place: number): void {
  for (const key of new Set(keys)) {
    const places = grouped.places.get(key);
    if (places === undefined) grouped.places.set(key, [place]);
    else places.push(place);
  }
}
