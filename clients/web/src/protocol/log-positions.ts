/**
 * Where a leaf stands among all the logs that a hub kept, one after the other (docs/spec/log.md, N1).
 *
 * A hub whose database was lost and restored from a backup goes on under a new origin; leaves of the new log count from 0 again.
 * One integer names a leaf of any of them:
 *
 *     position = (number of the log - 1) * 2^40 + index
 *
 * so that positions of the first log are its indexes, and a later leaf always has the larger position. Multiplied and divided,
 * never shifted: shifts cut at 32 bits.
 */
import { ProtocolError } from "./errors.ts";

export const SPAN = 2 ** 40;
export const MAX_LOGS = 8192;
const TEXT = /^(?:([1-9][0-9]{0,3})\/)?(0|[1-9][0-9]{0,12})$/;

/** The position of the first leaf of a log, 1 being the first; throws malformed outside 1..8192. */
export function baseOf(log: number): number {
  if (!Number.isInteger(log) || log < 1 || log > MAX_LOGS) throw new ProtocolError("malformed", "number of a log");
  return (log - 1) * SPAN;
}

/** The number of the log in which a position stands. */
export function logNumberOf(position: number): number {
  return Math.floor(position / SPAN) + 1;
}

/** The index of a leaf in its own log. */
export function indexOf(position: number): number {
  return position % SPAN;
}

/** How people read a position: `5` in the first log, `2/5` in the second one. */
export function positionToText(position: number): string {
  const log = logNumberOf(position);
  return log === 1 ? `${indexOf(position)}` : `${log}/${indexOf(position)}`;
}

/** Read what `positionToText` wrote, and `1/5` for `5`; throws malformed. */
export function parsePosition(text: string): number {
  const read = TEXT.exec(text);
  const [log, index] = [Number(read?.[1] ?? 1), Number(read?.[2] ?? SPAN)];
  if (index >= SPAN) throw new ProtocolError("malformed", "place in the log");
  return baseOf(log) + index;
}
