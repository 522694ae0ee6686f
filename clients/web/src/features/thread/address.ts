/** The address of an entry: its place is written with dots, because an address holds no colon and no slash. */
import type { RouteOf } from "../../app/router.ts";
import type { Received } from "../../client/desk.ts";
import { parsePlace, placeText } from "../../protocol/places.ts";
import type { Place } from "../../protocol/places.ts";

export function addressOf(one: Pick<Received, "case" | "placed" | "entry">): RouteOf<"entry"> {
  const place = placeText(one.placed).replace(":", ".").replace("/", ".");
  return { name: "entry", case: one.case, place, entry: one.entry };
}

/** The place of an address; throws malformed for one that is none. */
export function placeOf(text: string): Place {
  const [kind = "", name = "", level] = text.split(".");
  return parsePlace(level === undefined ? `${kind}:${name}` : `${kind}:${name}/${level}`);
}
