/** What goes on paper: each entry released with the intent `print`, so that the log tells it from a look at a screen (F8). */
import type { Client } from "../../client/client.ts";
import type { Received } from "../../client/desk.ts";
import type { Body } from "../../protocol/kinds.ts";

/** An entry as it is printed; without a body where it is a file. */
export interface Printed {
  readonly received: Received;
  readonly body: Body | undefined;
}

/** How many entries are asked for at once. */
const AT_ONCE = 4;
/** What is said about another entry is no sheet of its own. */
const BESIDE: ReadonlySet<string> = new Set(["mark", "annex"]);

/** The entries of a compartment that go on paper with it, newest first: no exchange, nothing held back, no report (F21). */
export function printable(received: readonly Received[], part: string, sinceMs: number): readonly Received[] {
  return received
    .filter(({ placed, kind }) => placed.kind === "section" && !BESIDE.has(kind))
    .filter(({ compartment, writtenMs }) => compartment === part && writtenMs >= sinceMs)
    .sort((a, b) => b.writtenMs - a.writtenMs || b.n - a.n);
}

/** What a liaison sheet says of a compartment: all of it, or its essentials alone; identity first, then what is taken and done (F25). */
const LIAISON: readonly (readonly [compartment: string, most: number])[] = [
  ["identity", 2],
  ["medication", 2],
  ["medical", 1],
  ["autonomy", 1],
];

/** The entries of a liaison sheet, in its order: what is in force of it, newest first in each compartment. */
export function liaison(received: readonly Received[]): readonly Received[] {
  const replaced = new Set(
    received.flatMap(({ title }) =>
      title.relations.filter(({ relation }) => relation === "supersedes").map(({ entry }) => entry),
    ),
  );
  return LIAISON.flatMap(([compartment, most]) =>
    printable(received, compartment, 0).filter(({ level, entry }) => level <= most && !replaced.has(entry)),
  );
}

/** Their texts, asked for by a few at a time. Throws what a reading throws: a sheet with a hole is not printed. */
export async function collected(client: Pick<Client, "entries">, wanted: readonly Received[]): Promise<readonly Printed[]> {
  const found: Printed[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE).map(async (received): Promise<Printed> => {
      if (received.title.file !== undefined) return { received, body: undefined };
      const read = await client.entries.read(received.case, received.placed, received.entry, { intent: "print" });
      return { received, body: read.body };
    });
    found.push(...(await Promise.all(some)));
  }
  return found;
}
