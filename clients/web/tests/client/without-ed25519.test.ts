/** A browser that knows no Ed25519: the library signs and verifies instead, and the door stays open (F35). */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createIdentity, loadIdentity } from "../../src/client/profile.ts";
import { SigningKey, verify } from "../../src/protocol/keys.ts";
import { MemoryVault } from "./memory-vault.ts";

const ALGORITHM = "Ed25519";
const MESSAGE = new TextEncoder().encode("message");

beforeEach(() => {
  const { subtle } = crypto;
  const [generate, load] = [subtle.generateKey.bind(subtle), subtle.importKey.bind(subtle)] as const;
  const unknown = (): Promise<never> => Promise.reject(new DOMException("no such algorithm", "NotSupportedError"));
  vi.spyOn(subtle, "generateKey").mockImplementation(((algorithm: string, ...rest: [boolean, KeyUsage[]]) =>
    algorithm === ALGORITHM ? unknown() : generate(algorithm, ...rest)) as typeof subtle.generateKey);
  vi.spyOn(subtle, "importKey").mockImplementation(((
    format: "raw",
    data: BufferSource,
    algorithm: string,
    ...rest: [boolean, KeyUsage[]]
  ) => (algorithm === ALGORITHM ? unknown() : load(format, data, algorithm, ...rest))) as typeof subtle.importKey);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("without Ed25519 in the browser", () => {
  it("an identity is made, kept and taken up again, and signs what everybody verifies", async () => {
    const { vault } = new MemoryVault();
    const made = await createIdentity(vault, "https://hub.example", 1_000);
    const again = await loadIdentity(vault);
    expect(again?.user).toBe(made.user);
    expect(again?.signer.public).toEqual(made.signer.public);
    const signature = await (again ?? made).signer.sign(MESSAGE);
    vi.restoreAllMocks();
    // Another browser, which has it, takes the same signature.
    await verify(made.signer.public, signature, MESSAGE);
  });

  it("a signature is verified, and one over other bytes or by another key is refused", async () => {
    const [key, other] = [new SigningKey(new Uint8Array(32).fill(71)), new SigningKey(new Uint8Array(32).fill(72))];
    const signature = await key.sign(MESSAGE);
    await verify(key.public, signature, MESSAGE);
    await expect(verify(key.public, signature, new TextEncoder().encode("another"))).rejects.toThrow("Ed25519 signature");
    await expect(verify(other.public, signature, MESSAGE)).rejects.toThrow("Ed25519 signature");
  });
});
