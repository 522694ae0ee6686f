/** Long work in short pieces: the page answers a key or a thumb between two of them. */

/** How long a piece may take before the page has its turn, in milliseconds: half of what a browser calls a long task. */
const PIECE_MS = 25;

interface Yielding {
  readonly scheduler?: { readonly yield?: () => Promise<void> };
}

/** Let everything else that waits have its turn. */
export function turn(): Promise<void> {
  const { scheduler } = globalThis as Yielding;
  if (scheduler?.yield !== undefined) return scheduler.yield();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** What `work` makes of each item, in order, with the page's turn in between whenever a piece took long enough. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T, at: number) => R): Promise<R[]> {
  const made: R[] = [];
  let since = performance.now();
  for (const [at, item] of items.entries()) {
    made.push(work(item, at));
    if (performance.now() - since < PIECE_MS) continue;
    await turn();
    since = performance.now();
  }
  return made;
}
