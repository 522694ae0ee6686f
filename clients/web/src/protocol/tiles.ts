/**
 * Paths and bytes of the static form of the log (C2SP tlog-tiles v0.1.0; docs/spec/log.md).
 *
 *     tile/<level>/<n>[.p/<width>]     hashes of 32 bytes, 256 in a full tile
 *     tile/entries/<n>[.p/<width>]     (u16 length || leaf)*, 256 in a full bundle
 *
 * `n` stands in groups of three digits, all but the last behind an `x`: 1,234,067 is `x001/x234/067`. One spelling each.
 */
import { ProtocolError } from "./errors.ts";

export const WIDTH = 256;
const MAX_LEVEL = 63;
const ENTRIES = "entries";
const PATH = /^(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5})([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** A tile of a level, or a bundle of leaves (`level` undefined); `width` below 256 for a partial one. */
export interface TilePath {
  readonly level: number | undefined;
  readonly number: number;
  readonly width: number;
}

/** Read what follows `tile/`; throws `ProtocolError` malformed or not-canonical. */
export function parseTilePath(text: string): TilePath {
  const found = PATH.exec(text);
  if (found === null) throw new ProtocolError("malformed", "tile path");
  const [, place = "", groups = "", last = "", width] = found;
  const number = Number(groups.replaceAll(/[x/]/g, "") + last);
  const path = { level: place === ENTRIES ? undefined : Number(place), number, width: Number(width ?? WIDTH) };
  if ((path.level ?? 0) > MAX_LEVEL || path.width > WIDTH || !Number.isSafeInteger(number)) {
    throw new ProtocolError("malformed", "tile path: level or width");
  }
  if (tilePathToText(path) !== text) throw new ProtocolError("not-canonical", "tile path");
  return path;
}

/** What follows `tile/`. */
export function tilePathToText(path: TilePath): string {
  const digits = String(path.number);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/.{3}/g) ?? [];
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `${path.level ?? ENTRIES}/${number}${path.width === WIDTH ? "" : `.p/${path.width}`}`;
}

/** The leaves of a bundle; refuses one that ends inside a leaf or holds too many (malformed). */
export function unbundle(data: Uint8Array): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const length = ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
    const leaf = data.subarray(at + 2, at + 2 + length);
    if (data.length < at + 2 || leaf.length !== length || leaves.length === WIDTH) {
      throw new ProtocolError("malformed", "bundle of leaves");
    }
    leaves.push(leaf);
    at += 2 + length;
  }
  return leaves;
}
