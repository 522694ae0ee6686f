/** What the hub says of its surroundings, beside the page (`/platform.json`): addresses only, which decide nothing. */
import { Fields } from "../protocol/fields.ts";
import type { Transport } from "./transport.ts";

/** The addresses of registrars that this page may ask: what they attest counts only if the trust bundle lists them. */
export async function registrarAddresses(transport: Transport): Promise<readonly string[]> {
  const fields = new Fields(await transport.get("/platform.json"), "platform");
  return fields.items("registrars", 64).map((one) => {
    if (typeof one !== "string") throw fields.refuse("registrars");
    return one;
  });
}
