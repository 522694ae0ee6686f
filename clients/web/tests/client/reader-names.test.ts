/** Who a person sees by name among those who looked (F17): her own list and callers in an emergency, unless the controllers say no. */
import { describe, expect, it } from "vitest";

import type { Access } from "../../src/client/accesses.ts";
import { Names } from "../../src/client/names.ts";
import { nameOf } from "../../src/features/person/words.ts";
import { CaseFacts } from "../../src/protocol/case-facts.ts";
import { readView } from "../../src/protocol/log-payload.ts";
import { MemoryVault } from "./memory-vault.ts";

const [NORA, SAM, TAKING] = ["ab".repeat(32), "cd".repeat(32), "ef".repeat(32)];
const capacity = { row: "H2", category: 1, structure: "practice", secretBasis: [] } as const;
const opener = { user: NORA, capacity };
const known = { position: 1, author: opener, recordedMs: 1, power: "member" } as const;

function facts(...callers: readonly string[]): CaseFacts {
  const start = { case: "01".repeat(32), kind: "care", structure: "dac", createdMs: 0, opener } as const;
  const taking = {
    type: "participation",
    user: NORA,
    attestation: TAKING,
    capacity,
    regime: "care",
    limb: 1,
    startMs: 0,
  } as const;
  const joined = CaseFacts.start(start).withRecord({ ...known, fact: taking, hash: TAKING });
  return callers.reduce((so, user, at) => {
    const fact = { type: "emergency", user, row: "H2", structure: "practice", openedMs: 1, untilMs: 2 } as const;
    return so.withRecord({ ...known, fact, hash: String(at).repeat(64) });
  }, joined);
}

function looked(more: Readonly<Record<string, string | boolean>>): Access {
  const release = { part: "body", intent: "open", purpose: "care", compartment: "medical", level: 2, entries: ["12".repeat(32)] };
  const view = readView({ v: 1, act: "release", time_ms: 1, rules: [], row: "H2", structure: "practice", ...release, ...more });
  const leaf = { type: "act", tsMs: 1, tag: new Uint8Array(32), commit: new Uint8Array(32), body: new Uint8Array() } as const;
  return { index: 1, timeMs: 1, view, leaf };
}

async function named(act: Access, of: CaseFacts, accessNames: "team" | "roles" = "team"): Promise<string | undefined> {
  const names = await Names.load(new MemoryVault().vault);
  await names.put("contact", NORA, "Nora");
  await names.put("contact", SAM, "Sam");
  return nameOf(act, of, { session: { bundle: { accessNames } } }, names);
}

describe("who looked", () => {
  it("is named when they are on her list", async () => {
    expect(await named(looked({ participation: TAKING }), facts())).toBe("Nora");
  });

  it("is not named when they are not, nor where the controllers show functions only", async () => {
    expect(await named(looked({}), facts(NORA))).toBeUndefined();
    expect(await named(looked({ participation: TAKING }), facts(), "roles")).toBeUndefined();
    expect(await named(looked({ emergency: true }), facts(SAM), "roles")).toBeUndefined();
  });

  it("in an emergency is named when only one of that function and structure declared one", async () => {
    expect(await named(looked({ emergency: true }), facts(SAM))).toBe("Sam");
    expect(await named(looked({ emergency: true }), facts(SAM, NORA))).toBeUndefined();
  });
});
