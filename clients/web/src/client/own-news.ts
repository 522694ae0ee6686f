/** What other devices of this user, or the recovery phrase, did in the own chain: kept until it was read, and told once. */
import { Fields } from "../protocol/fields.ts";
import { statementFromJson } from "../protocol/statements.ts";
import type { Statement } from "../protocol/statements.ts";
import { deviceId, readUserLink } from "../protocol/user-links.ts";
import type { Vault } from "./vault.ts";

const NEWS = "own-news";

/** What a link did, by which device or slot (an id), when; `device` is the one that was added or revoked. */
export interface OwnNews {
  readonly act: "added" | "revoked" | "recovered" | "phrase" | "other";
  readonly device: string | undefined;
  readonly by: string;
  readonly atMs: number;
}

/** Add links of the own chain that this device did not make. */
export async function addNews(vault: Vault, links: readonly Statement[]): Promise<void> {
  if (links.length === 0) return;
  const held = await vault.load(NEWS);
  const before = held === undefined ? [] : new Fields(held, NEWS).items("links");
  await vault.save(NEWS, { links: [...before, ...links.map((link) => link.toJson())] });
}

/** What was done, oldest first. */
export async function readNews(vault: Vault): Promise<readonly OwnNews[]> {
  const held = await vault.load(NEWS);
  if (held === undefined) return [];
  return new Fields(held, NEWS).objects("links").map(({ left }) => {
    const { preamble, act } = readUserLink(statementFromJson(left));
    return { ...said(act), by: preamble.device, atMs: preamble.timeMs };
  });
}

/** Somebody read it. */
export async function newsRead(vault: Vault): Promise<void> {
  await vault.remove(NEWS);
}

function said(act: ReturnType<typeof readUserLink>["act"]): Pick<OwnNews, "act" | "device"> {
  switch (act.type) {
    case "device-add":
      return { act: "added", device: deviceId(act.device) };
    case "device-revoke":
      return { act: "revoked", device: act.target };
    case "recover":
      return { act: "recovered", device: deviceId(act.device) };
    case "recovery-set":
    case "recovery-replace":
      return { act: "phrase", device: undefined };
    case "user-key":
    case "recovery-veto":
    case "chain-close":
      return { act: "other", device: undefined };
  }
}
