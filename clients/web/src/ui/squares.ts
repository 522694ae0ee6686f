/** The dark squares of a QR code, drawn from a text. Pure; comes only where one is shown, with the package that knows the standard. */
import { encodeQR } from "qr";

/** The light edge that a camera looks for (ISO/IEC 18004, 9.1), in squares. */
export const QUIET = 4;

/** Dark squares of one line that touch: one shape each. */
export interface Run {
  readonly x: number;
  readonly y: number;
  readonly length: number;
}

/** Its width with the light edge, and what is dark in it. */
export interface Squares {
  readonly size: number;
  readonly runs: readonly Run[];
}

export function squares(text: string): Squares {
  const lines = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  return { size: lines.length, runs: lines.flatMap((line, y) => runsOf(line, y)) };
}

function runsOf(line: readonly boolean[], y: number): readonly Run[] {
  const found: Run[] = [];
  for (let x = 0; x < line.length; x++) {
    let length = 0;
    while (line[x + length] === true) length++;
    if (length > 0) found.push({ x, y, length });
    x += length;
  }
  return found;
}
