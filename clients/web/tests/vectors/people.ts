/** Made-up people for tests: keys from numbers, one chain of one device. */
import { BoxKey } from "../../src/protocol/boxes.ts";
import { SigningKey } from "../../src/protocol/keys.ts";
import { signStatement } from "../../src/protocol/statements.ts";
import { userCreateBody } from "../../src/protocol/user-bodies.ts";
import { startUserChain } from "../../src/protocol/user-chain.ts";
import { sealUserSeeds } from "../../src/protocol/user-keys.ts";
import { deviceId, keyContext, RECOVERY, withBoxes } from "../../src/protocol/user-links.ts";
import type { PublicKeys } from "../../src/protocol/user-links.ts";
import type { UserChain } from "../../src/protocol/user-state.ts";

/** The keys that a number makes. */
export interface TestKeys {
  readonly sign: SigningKey;
  readonly box: BoxKey;
  readonly public: PublicKeys;
}

export async function testKeys(number: number): Promise<TestKeys> {
  const [sign, box] = [new SigningKey(new Uint8Array(32).fill(number)), new BoxKey(new Uint8Array(32).fill(number))];
  return { sign, box, public: { sign: sign.public, box: await box.public() } };
}

/** The seed of the user key of `oneDeviceChain`. */
export const FIRST_SEED = new Uint8Array(32).fill(3);

/** A chain of one link, made at 1000 s by the keys of 1, its recovery slot by those of 2. */
export async function oneDeviceChain(): Promise<UserChain> {
  const [device, recovery] = [await testKeys(1), await testKeys(2)];
  const body = userCreateBody({
    hub: "https://hub.example",
    timeMs: 1_000_000,
    salt: new Uint8Array(16),
    device: device.public,
    recovery: recovery.public,
    userBox: await new BoxKey(FIRST_SEED).public(),
  });
  const readers = new Map([
    [deviceId(device.public), device.public.box],
    [RECOVERY, recovery.public.box],
  ]);
  const boxes = await sealUserSeeds(FIRST_SEED, readers, keyContext(body));
  return startUserChain(await signStatement(withBoxes(body, boxes), device.sign));
}
