/**
 * The invitation whose link somebody opened, kept in the vault while they sign in: the browser leaves the page meanwhile, and comes
 * back without it (docs/spec/invitations.md, rule 18). The code stays on this device.
 */
import type { Bytes } from "../protocol/bytes.ts";
import { fromBase64url, isHash, toBase64url } from "../protocol/encodings.ts";
import { Fields } from "../protocol/fields.ts";
import { readShown } from "../protocol/invitation-codes.ts";
import type { Vault } from "./vault.ts";

const JOIN = "join";

/** Which invitation of which case; `code` is its secret, where it was in the link or typed already. */
export interface Invited {
  readonly case: string;
  readonly invitation: string;
  readonly code?: Bytes;
}

/** What a fragment says, `#join/{case}/{invitation}` and `/{code}` in a QR; undefined for any other. */
export function invitedBy(fragment: string): Invited | undefined {
  const [word, case_ = "", invitation = "", code, ...more] = fragment.replace(/^#/, "").split("/");
  if (word !== JOIN || !isHash(case_) || !isHash(invitation) || more.length > 0) return undefined;
  if (code === undefined) return { case: case_, invitation };
  try {
    return { case: case_, invitation, code: readShown(code).secret };
  } catch {
    // Cut short on its way: it is asked for.
    return { case: case_, invitation };
  }
}

/** The fragment of an invitation's link, without the code. */
export function linkTo({ case: case_, invitation }: Invited): string {
  return `#${JOIN}/${case_}/${invitation}`;
}

/** Keep it until it was answered. */
export async function keepInvited(vault: Vault, { case: case_, invitation, code }: Invited): Promise<void> {
  await vault.save(JOIN, { case: case_, invitation, ...(code === undefined ? {} : { code: toBase64url(code) }) });
}

/** What was kept, undefined for nothing. */
export async function keptInvited(vault: Vault): Promise<Invited | undefined> {
  const held = await vault.load(JOIN);
  if (held === undefined) return undefined;
  const fields = new Fields(held, JOIN);
  const code = fields.optional("code", (name) => fromBase64url(fields.text(name, 64)));
  return { case: fields.hash("case"), invitation: fields.hash("invitation"), ...(code === undefined ? {} : { code }) };
}

/** It was answered, or is not wanted any more. */
export function forgetInvited(vault: Vault): Promise<void> {
  return vault.remove(JOIN);
}
