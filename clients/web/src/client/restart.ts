/**
 * What this browser held of its hub before a log ended, and what of it the hub lost (docs/spec/log.md, N6).
 *
 * The hub's database came back from a backup: the controllers' bundle says so by naming the log that follows. What was acknowledged
 * after the backup is gone, and a chain that was verified here may go back, once. That is no evidence of a lie; it is kept, and told.
 */
import { isObject } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { SignedCheckpoint } from "../protocol/checkpoint.ts";
import type { Fields } from "../protocol/fields.ts";
import type { LogView } from "../protocol/log-view.ts";
import { readHead } from "../protocol/statements.ts";
import type { HeadRef } from "../protocol/statements.ts";

/** A loss met: of a log beyond where it ended, or of a chain that went back. */
export type Lost =
  | { readonly kind: "log"; readonly origin: string; readonly held: number; readonly seen: number }
  | { readonly kind: "chain"; readonly label: string };

/** Heads by `label chain` held under the log before, until each chain was seen again; and the losses met, oldest first. */
export class Restart {
  readonly heads = new Map<string, HeadRef>();
  readonly #lost: JsonObject[] = [];
  /** Activations that were in force: rules never go back, whatever a backup holds. */
  activations: readonly string[] = [];

  /** End each log that the bundle ended; keep what was seen beyond its last checkpoint. */
  endLogs(view: LogView, ends: readonly SignedCheckpoint[]): void {
    for (const last of ends) {
      const seen = view.end(last);
      if (seen === undefined) continue;
      const { origin, size: held } = last;
      this.#lost.push({ log: origin, held, seen: seen.size, kept: seen.note, forked: seen.size === held });
    }
  }

  /**
   * Compare a head proven under the new log with the one held before; `hashes` are those of its links, where they are known: a head
   * further on says nothing before.
   */
  met(chain: string, head: HeadRef | undefined, hashes?: ReadonlyMap<number, string>): void {
    const before = this.heads.get(chain);
    const behind = before !== undefined && (head === undefined || head.seq < before.seq);
    if (before === undefined || (!behind && hashes === undefined)) return;
    this.heads.delete(chain);
    if (!behind && hashes?.get(before.seq) === before.hash) return;
    const [label = "", id = ""] = chain.split(" ");
    this.#lost.push({ label, chain: id, kept: headToJson(before), offered: headToJson(head) });
  }

  /** Whether the activations known before lead to these; once they do, that is settled. */
  activates(offered: readonly string[]): boolean {
    if (!this.activations.every((one, number) => offered[number] === one)) return false;
    this.activations = [];
    return true;
  }

  /** What the hub lost, for the words of a screen. */
  get lost(): readonly Lost[] {
    return this.#lost.map((one): Lost => {
      const { log, held, seen, label } = one;
      if (typeof log === "string") return { kind: "log", origin: log, held: Number(held), seen: Number(seen) };
      return { kind: "chain", label: typeof label === "string" ? label : "" };
    });
  }

  /** What is kept in the vault; empty for a hub that never restarted. */
  toJson(): JsonObject {
    return {
      ...(this.heads.size === 0 ? {} : { before: headsToJson(this.heads) }),
      ...(this.activations.length === 0 ? {} : { activations: this.activations }),
      ...(this.#lost.length === 0 ? {} : { lost: this.#lost }),
    };
  }

  /** Read its members from the state in the vault. */
  static read(fields: Fields): Restart {
    const made = new Restart();
    for (const [chain, head] of fields.optional("before", (name) => readHeads(fields, name)) ?? []) made.heads.set(chain, head);
    made.activations = fields.optional("activations", (name) => fields.hashes(name)) ?? [];
    for (const item of fields.optional("lost", (name) => fields.items(name)) ?? []) {
      if (!isObject(item)) throw fields.refuse("lost");
      made.#lost.push(item);
    }
    return made;
  }
}

/** A head as the vault keeps it; empty where there is none. */
export function headToJson(head: HeadRef | undefined): JsonObject {
  return head === undefined ? {} : { seq: head.seq, hash: head.hash };
}

/** Heads by `label chain` as the vault keeps them. */
export function headsToJson(heads: ReadonlyMap<string, HeadRef>): readonly JsonObject[] {
  const sorted = [...heads].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([id, head]) => ({ label: id.split(" ")[0] ?? "", chain: id.split(" ")[1] ?? "", ...headToJson(head) }));
}

/** Read heads from the vault. */
export function readHeads(fields: Fields, name: string): ReadonlyMap<string, HeadRef> {
  return new Map(fields.objects(name, 1_000_000).map((item) => [`${item.code("label")} ${item.hash("chain")}`, readHead(item)]));
}
