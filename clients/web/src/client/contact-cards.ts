/** A contact card as a colleague hands it over: who it is, on which hub. What it says besides is not believed, only compared. */
import { isHash } from "../protocol/encodings.ts";
import { fingerprintPhrase } from "../protocol/fingerprint.ts";
import { Misuse } from "./errors.ts";

const CARD = "volet-contact";
const LONGEST = 64 * 1024;

/** The user that a pasted card stands for; throws `Misuse` for what is no card of this hub, or does not hold together. */
export function readCard(text: string, hub: string): string {
  const card = parsed(text);
  const user = card.get("user");
  if (card.get("type") !== CARD || typeof user !== "string" || !isHash(user)) throw new Misuse("contact-card");
  if (card.get("hub") !== hub) throw new Misuse("contact-elsewhere");
  // A card that was altered on its way says other words than the key behind it.
  if (card.get("fingerprint") !== fingerprintPhrase(user)) throw new Misuse("contact-card");
  return user;
}

function parsed(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text.slice(0, LONGEST));
    return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
  } catch {
    throw new Misuse("contact-card");
  }
}
