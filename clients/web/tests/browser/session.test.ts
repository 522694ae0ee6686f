/** Which bundle a browser trusts: none before a human saw it, and afterwards only a successor that a human saw too. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import trustBundle from "../../../../tests/vectors/trust_bundle.json?raw";
import { eraseStore } from "../../src/client/lock.ts";
import { Session } from "../../src/client/session.ts";
import type { Step } from "../../src/client/session.ts";
import { HttpTransport } from "../../src/client/transport.ts";
import { Vault } from "../../src/client/vault.ts";

interface Vector {
  readonly name: string;
  readonly input: { readonly file: string; readonly previous: string };
}

const { cases } = JSON.parse(trustBundle) as { cases: readonly Vector[] };
const outside = {
  connect: (origin: string) => new HttpTransport(origin),
  nowMs: () => 1_770_000_000_000,
  arriving: () => import("../../src/client/arriving.ts"),
};
let vault: Vault;

function vector(name: string): Vector["input"] {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found.input;
}

const { previous: first, file: second } = vector("a successor that names the log that ended is used");
const forgetful = vector("a successor whose new log has no past").file;

async function step(served: string): Promise<Step["kind"]> {
  return (await Session.resume(vault, outside, served)).step.kind;
}

async function pin(served: string): Promise<void> {
  await (await Session.resume(vault, outside, served)).session.pin(served);
}

beforeEach(async () => {
  vault = await Vault.open("volet-session-test");
});

afterEach(async () => {
  vault.close();
  await eraseStore("volet-session-test");
});

describe("the bundle of a browser", () => {
  it("is offered to a human until somebody accepted it", async () => {
    expect(await step(first)).toBe("first-visit");
    expect(await step(first)).toBe("first-visit");
    await pin(first);
    expect(await step(first)).toBe("signed-out");
  });

  it("is not replaced by a successor before a human saw that one", async () => {
    await pin(first);
    expect(await step(second)).toBe("first-visit");
    expect(await step(first)).toBe("signed-out");
    await pin(second);
    expect(await step(second)).toBe("signed-out");
  });

  it("never goes back, and never forgets a log", async () => {
    await pin(first);
    await expect(step(forgetful)).rejects.toThrow("wrong-origin");
    await pin(second);
    await expect(step(first)).rejects.toThrow("rolled-back");
  });
});
