/** Runs `tests/vectors/binding.json`, `fingerprint.json` and `acceptance.json`. */
import acceptance from "../../../../tests/vectors/acceptance.json?raw";
import bindings from "../../../../tests/vectors/binding.json?raw";
import fingerprint from "../../../../tests/vectors/fingerprint.json?raw";
import { requireAcceptance } from "../../src/protocol/acceptance.ts";
import { bindingNonce, newestBinding, readBinding, reproofDue, verifyBinding } from "../../src/protocol/binding.ts";
import { utf8 } from "../../src/protocol/bytes.ts";
import { checkPhrase, fingerprintPhrase, fingerprintWord } from "../../src/protocol/fingerprint.ts";
import { parseBundle } from "../../src/protocol/trust-bundle.ts";
import { oneDeviceChain } from "./people.ts";
import { runVectors } from "./vectors.ts";

runVectors("binding", bindings, {
  verify: {
    required: ["binding", "user", "bundle", "now_ms"],
    run: async (fields) => {
      const bundle = await parseBundle(utf8(fields.text("bundle"))).verify(undefined);
      const nowMs = fields.integer("now_ms");
      const binding = readBinding(fields.nested("binding"));
      const subject = await verifyBinding(binding, fields.hash("user"), bundle, nowMs);
      const { iss, sub, iatMs, mode } = subject;
      return { iss, sub, iat_ms: iatMs, mode, reproof_due: reproofDue(subject, nowMs) };
    },
  },
  nonce: {
    required: ["hub", "iss", "aud", "user", "random"],
    run: (fields) => {
      const [hub, iss, aud, user] = [fields.label("hub"), fields.label("iss"), fields.label("aud"), fields.label("user")];
      return { nonce: bindingNonce({ hub, iss, aud, user, random: fields.data("random") }) };
    },
  },
  newest: {
    required: ["bound"],
    run: (fields) => {
      const bound = fields.objects("bound").map((item) => ({
        iss: item.label("iss"),
        sub: item.label("sub"),
        iatMs: item.integer("iat_ms"),
        mode: "self" as const,
        aud: "aud",
      }));
      const { iss, sub, iatMs } = newestBinding(bound);
      return { iss, sub, iat_ms: iatMs };
    },
  },
});

runVectors("fingerprint", fingerprint, {
  word: { required: ["number"], run: (fields) => ({ word: fingerprintWord(fields.integer("number")) }) },
  phrase: { required: ["user"], run: (fields) => ({ phrase: fingerprintPhrase(fields.text("user")) }) },
  check: {
    required: ["typed", "user"],
    run: (fields) => {
      checkPhrase(fields.text("typed"), fields.text("user"));
      return undefined;
    },
  },
});

runVectors("acceptance", acceptance, {
  accept: {
    required: ["chain", "evidence", "now_ms"],
    run: async (fields) => {
      const state = fields.choice("chain", ["open", "frozen", "closed"]);
      const open = await oneDeviceChain();
      const standing = { active: open.active, frozen: state === "frozen", closed: state === "closed" };
      const given = fields.nested("evidence");
      const instants = (name: string): number[] => given.items(name).filter((item) => typeof item === "number");
      const evidence = {
        mode: given.optional("mode", (name) => given.code(name)),
        firstSeenMs: given.integer("first_seen_ms"),
        olderChains: given.integer("older_chains"),
        confirmedMs: instants("confirmed_ms"),
        invited: given.boolean("invited"),
        vetoedMs: instants("vetoed_ms"),
      };
      given.done();
      const chain = open.with({ standing, standings: [standing] });
      return { ground: requireAcceptance(chain, evidence, fields.integer("now_ms")) };
    },
  },
});
