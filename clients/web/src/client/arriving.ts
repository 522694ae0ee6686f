/** The first sign-in of a device that joined an account by a code, or that brings one back by the recovery phrase. */
import type { JsonObject } from "../protocol/canonical.ts";
import { Author } from "./author.ts";
import { Directory } from "./directory.ts";
import { OwnChain } from "./own-chain.ts";
import type { Identity } from "./profile.ts";
import { recover } from "./recovering.ts";
import type { Session } from "./session.ts";

/** Who the device is then, and the links to deposit with the sign-in. */
export function prepare({
  hub,
  identity,
  nowMs,
}: Session): Promise<{ readonly identity: Identity; readonly links: readonly JsonObject[] }> {
  return identity.recovering ? recover(hub, identity, nowMs) : Promise.resolve({ identity, links: [] });
}

/** Open the seeds of the user key; the statements of what was attested for the account, for the choice of a capacity. */
export async function settle(session: Session): Promise<readonly JsonObject[]> {
  const { hub } = session;
  const directory = new Directory(hub, () => session.nowMs);
  const parts = { own: session, hub, directory, capacity: () => undefined, nowMs: () => session.nowMs };
  await new OwnChain({ hub, directory, author: new Author(parts) }).refresh();
  const { attested } = await directory.known(session.identity.user);
  return attested.map((one) => one.toJson());
}
