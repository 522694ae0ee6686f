/**
 * A sign-in or an identification that waits for the browser to come back, as the vault keeps it.
 *
 *     vault: login  {iss, aud, random, login, challenge, url, secret?, registrar?, back?}
 */
import { present } from "../protocol/canonical.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { toBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import type { LoginInputs } from "./login.ts";

export const PENDING = "login";

export interface Pending {
  readonly inputs: LoginInputs;
  readonly login: string;
  readonly challenge: string;
  readonly url: string;
  readonly secret?: string | undefined;
  /** Who attests, where it is no sign-in at the hub. */
  readonly registrar?: string | undefined;
  /** Somebody in a session who identifies themselves again: the address of the page where they go on. */
  readonly back?: string | undefined;
}

export function pendingToJson({ inputs, login, challenge, url, secret, registrar, back }: Pending): JsonObject {
  const { iss, aud, random } = inputs;
  return present({ iss, aud, random: toBase64url(random), login, challenge, url, secret, registrar, back });
}

/** Read what was kept, for this hub and this device. */
export function readPending(kept: JsonObject, own: Pick<LoginInputs, "hub" | "user" | "device">): Pending {
  const fields = new Fields(kept, PENDING);
  const { hub, user, device } = own;
  const pending = {
    inputs: { hub, iss: fields.text("iss"), aud: fields.text("aud"), user, device, random: fields.data("random", 32) },
    login: fields.text("login", 64),
    challenge: fields.text("challenge", 64),
    url: fields.text("url", 4096),
    secret: fields.optional("secret", (name) => fields.text(name, 64)),
    registrar: fields.optional("registrar", (name) => fields.text(name)),
    back: fields.optional("back", (name) => fields.text(name, 1024)),
  };
  fields.done();
  return pending;
}
