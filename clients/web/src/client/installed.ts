/**
 * The page as an installed application: the worker that lets it open without network, and a store that the browser does not throw
 * away when it runs short of room.
 */
import { Vault } from "./vault.ts";

/** The one address that may become a worker: the policy named in the page's headers makes no other. */
const WORKER = "/worker.js";
const POLICY = "volet-worker";

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): { createScriptURL(address: string): string };
}

let asked: Promise<void> | undefined;

/** Start the worker, once a page; without one, the page does not open without network, and all else is the same. */
export function startWorker(): Promise<void> {
  return (asked ??= start().catch(() => undefined));
}

async function start(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  const only = (address: string): string => {
    if (address !== WORKER) throw new TypeError("no worker of ours");
    return address;
  };
  const address = trustedTypes?.createPolicy(POLICY, { createScriptURL: only }).createScriptURL(WORKER) ?? WORKER;
  await navigator.serviceWorker.register(address, { updateViaCache: "none" });
}

/** Whether the browser promised to keep what this page stores; asked for at a sign-in, and told on « Mon appareil ». */
export async function lasting(ask: boolean): Promise<boolean> {
  try {
    return ask ? await Vault.persist() : await navigator.storage.persisted();
  } catch {
    return false;
  }
}
