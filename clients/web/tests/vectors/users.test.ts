/** Runs `tests/vectors/user_chain.json` and `user_keys.json`. */
import userChain from "../../../../tests/vectors/user_chain.json?raw";
import userKeys from "../../../../tests/vectors/user_keys.json?raw";
import { BoxKey } from "../../src/protocol/boxes.ts";
import { toBase64url } from "../../src/protocol/encodings.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { statementFromJson } from "../../src/protocol/statements.ts";
import { checkDepositTime, replayUserChain, verifyStatement } from "../../src/protocol/user-chain.ts";
import { openPreviousSeed, openUserSeed, sealPreviousSeed } from "../../src/protocol/user-keys.ts";
import { deviceId, keyContext } from "../../src/protocol/user-links.ts";
import type { UserChain } from "../../src/protocol/user-state.ts";
import { runVectors } from "./vectors.ts";

function chainOf(fields: Fields): Promise<UserChain> {
  const links = fields.items("links").map((link) => statementFromJson(new Fields({ link }, "links").raw("link")));
  return replayUserChain(links, fields.integer("now_ms"));
}

runVectors("user_chain", userChain, {
  replay: {
    required: ["links", "now_ms"],
    run: async (fields) => {
      const chain = await chainOf(fields);
      return {
        user: chain.user,
        seq: chain.head.seq,
        head: chain.head.hash,
        generation: chain.generation.number,
        active: [...chain.active].sort(),
        frozen: chain.frozen,
        closed: chain.closed,
        recovery: deviceId(chain.state.recovery),
        generation_owed: chain.state.generationOwed,
        disowned: [...chain.state.disowned].sort(),
      };
    },
  },
  deposit: {
    required: ["time_ms", "deposit_ms"],
    run: (fields) => {
      checkDepositTime(fields.integer("time_ms"), fields.integer("deposit_ms"));
      return undefined;
    },
  },
  statement: {
    required: ["links", "statement", "now_ms"],
    run: async (fields) => {
      await verifyStatement(await chainOf(fields), statementFromJson(fields.raw("statement")));
      return undefined;
    },
  },
});

runVectors("user_keys", userKeys, {
  open_box: {
    required: ["box", "key_seed", "context", "user_box"],
    run: async (fields) => {
      const key = new BoxKey(fields.data("key_seed"));
      const [box, context, userBox] = [fields.data("box"), fields.data("context"), fields.data("user_box")];
      return { seed: toBase64url(await openUserSeed(box, key, context, userBox)) };
    },
  },
  open_previous: {
    required: ["sealed", "seed", "user", "generation", "previous_box"],
    run: async (fields) => {
      const [sealed, seed] = [fields.data("sealed"), fields.data("seed")];
      const where = {
        user: fields.hash("user"),
        generation: fields.integer("generation"),
        previousBox: fields.data("previous_box"),
      };
      return { seed: toBase64url(await openPreviousSeed(sealed, seed, where)) };
    },
  },
  seal_previous: {
    required: ["previous", "seed", "user", "generation"],
    run: async (fields) => {
      const [previous, seed] = [fields.data("previous"), fields.data("seed")];
      return {
        sealed: toBase64url(await sealPreviousSeed(previous, seed, fields.hash("user"), fields.integer("generation"))),
      };
    },
  },
  context: { required: ["body"], run: (fields) => ({ context: toBase64url(keyContext(fields.raw("body"))) }) },
});
