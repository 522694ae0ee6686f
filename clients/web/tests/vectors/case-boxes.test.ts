/** Runs `tests/vectors/grant.json`, `rotate.json` and `void.json`: key links, and the boxes beside them. */
import grant from "../../../../tests/vectors/grant.json?raw";
import rotate from "../../../../tests/vectors/rotate.json?raw";
import voids from "../../../../tests/vectors/void.json?raw";
import { BoxKey } from "../../src/protocol/boxes.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import { toHex } from "../../src/protocol/encodings.ts";
import type { Fields } from "../../src/protocol/fields.ts";
import { openClaimBox, openGrantBox, openRotateBox } from "../../src/protocol/key-boxes.ts";
import { byName } from "../../src/protocol/section-access.ts";
import { SectionKeys } from "../../src/protocol/sections.ts";
import type { KeyId } from "../../src/protocol/sections.ts";
import { playedLink, runEntitled, runExtend } from "./case-runner.ts";
import { runVectors } from "./vectors.ts";

/** Sorts as (section, epoch) does, while epochs have one digit. */
function keyName({ section, epoch }: KeyId): string {
  return `${section} ${epoch}`;
}

/** Open `box` beside the last link, for the user whose seed it is. */
async function runOpenKeys(fields: Fields): Promise<JsonObject> {
  const { world, link } = await playedLink(fields);
  const user = fields.hash("user");
  const own = { user, key: new BoxKey(fields.data("user_seed", 32)), box: fields.data("box") };
  const open = link.type === "claim" ? openClaimBox : link.type === "grant" ? openGrantBox : openRotateBox;
  const { ring, refused } = await open(world.main, link, own, new SectionKeys(world.main.chain));
  const held = new Map(ring.held().map(({ which, key }) => [keyName(which), { ...which, key: toHex(key) }]));
  const keys = [...held].sort(byName).map(([, one]) => one);
  return { keys, refused: Object.fromEntries(refused) };
}

const extend = { required: ["world", "links"], optional: ["users", "class"], run: runExtend };
const entitled = { required: ["world", "links"], optional: ["users"], run: runEntitled };
const openKeys = { required: ["world", "links", "user", "user_seed", "box"], optional: ["users"], run: runOpenKeys };

runVectors("grant", grant, { entitled, open_keys: openKeys });
runVectors("rotate", rotate, { entitled, open_keys: openKeys });
runVectors("void", voids, { extend, open_keys: openKeys });
