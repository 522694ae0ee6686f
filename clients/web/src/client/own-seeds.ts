/** The seeds of the own user key, from the boxes that the hub serves beside the links of the own chain. */
import type { BoxKey } from "../protocol/boxes.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { fromBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import type { Statement } from "../protocol/statements.ts";
import { openOlderSeeds, openUserSeed } from "../protocol/user-keys.ts";
import { keyContext } from "../protocol/user-links.ts";
import type { Generation } from "../protocol/user-links.ts";
import type { UserChain } from "../protocol/user-state.ts";
import { Misuse } from "./errors.ts";

/** The boxes served beside each link of a chain. */
export function servedBoxes(served: JsonObject): readonly ReadonlyMap<string, Uint8Array>[] {
  const fields = new Fields(served, "user chain");
  return fields.objects("links").map((link) => {
    const boxes = link.optional("boxes", (name) => link.raw(name)) ?? {};
    return new Map(
      Object.entries(boxes).flatMap(([to, box]) => (typeof box === "string" ? [[to, fromBase64url(box)] as const] : [])),
    );
  });
}

/**
 * The seeds of the user key by generation that `key` opens: its newest box, and all that this seed leads to. `to` is a device id
 * or `recovery`. Throws `Misuse` device-gone where no box is for it.
 */
export async function openSeeds(
  chain: UserChain,
  boxes: readonly ReadonlyMap<string, Uint8Array>[],
  to: string,
  key: BoxKey,
): Promise<Map<number, Uint8Array>> {
  let generation = 0;
  let newest: { readonly link: Statement; readonly box: Uint8Array; readonly generation: number } | undefined;
  for (const [seq, link] of chain.state.links.entries()) {
    const number = link.body["generation"];
    if (typeof number === "number") generation = number;
    const box = boxes[seq]?.get(to);
    if (box !== undefined) newest = { link, box, generation };
  }
  const [first, ...others] = chain.state.generations.slice(0, newest?.generation ?? 0);
  if (newest === undefined || first === undefined) throw new Misuse("device-gone");
  const known: readonly [Generation, ...Generation[]] = [first, ...others];
  const { userBox } = known.at(-1) ?? first;
  const seed = await openUserSeed(newest.box, key, keyContext(newest.link.body), userBox);
  return openOlderSeeds(seed, chain.user, known);
}
