/** Titles and verified statements of the largest case at hand, twice over. */
const MOST = 20_000;

/** What is remembered of what was read, oldest first out: a page that stays open for days keeps a bounded part of it. */
export class Remembered<Value> {
  readonly #kept = new Map<string, Value>();

  get(name: string): Value | undefined {
    return this.#kept.get(name);
  }

  set(name: string, value: Value): void {
    this.#kept.set(name, value);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
  }
}
