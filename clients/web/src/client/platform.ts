/** What the hub says of its surroundings, beside the page (`/platform.json`): addresses and numbers to call, which decide nothing. */
import { Fields } from "../protocol/fields.ts";
import type { Transport } from "./transport.ts";

/** How many months the log keeps the content of an act. */
export async function loggedMonths(transport: Transport): Promise<number> {
  const fields = new Fields(await transport.get("/v1/log/retention"), "retention");
  return fields.nested("classes").nested("act").integer("months");
}

/** The addresses of registrars that this page may ask: what they attest counts only if the trust bundle lists them. */
export async function registrarAddresses(transport: Transport): Promise<readonly string[]> {
  const fields = new Fields(await transport.get("/platform.json"), "platform");
  return fields.items("registrars", 64).map((one) => {
    if (typeof one !== "string") throw fields.refuse("registrars");
    return one;
  });
}

/** The authorities of a département to whom a danger is reported, in the order of the screen. */
export const AUTHORITIES = ["crip", "adults", "prosecutor"] as const;
export type Authority = (typeof AUTHORITIES)[number];
export type AuthorityNumbers = Readonly<Record<Authority | "departement", string>>;

/** The numbers that the operator set, undefined for none. */
export async function authorityNumbers(transport: Transport): Promise<AuthorityNumbers | undefined> {
  const fields = new Fields(await transport.get("/platform.json"), "platform");
  return fields.optional("authorities", (name) => {
    const numbers = fields.nested(name);
    const [departement, crip, adults] = [numbers.label("departement"), numbers.label("crip"), numbers.label("adults")];
    return { departement, crip, adults, prosecutor: numbers.label("prosecutor") };
  });
}
