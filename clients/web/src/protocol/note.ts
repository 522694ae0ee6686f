/**
 * Signed notes (C2SP signed-note v1.0.0; docs/spec/log.md).
 *
 *     text LF LF (U+2014 SP name SP base64(key id[4] || signature) LF)+
 *
 * Unknown (name, id) pairs are ignored; a known key that fails to verify rejects the whole note; a note without a known key
 * that verifies is rejected. The keys are in `note-keys.ts`.
 */
import { fromUtf8 } from "./bytes.ts";
import { fromBase64 } from "./encodings.ts";
import { ProtocolError } from "./errors.ts";
import { checkName, ID_SIZE, isLineOf, lineToText } from "./note-keys.ts";
import type { SignatureLine, Signed, Verifier } from "./note-keys.ts";

export const MAX_NOTE = 128 * 1024;
export const MAX_LINES = 32;
const DASH = "\u2014 ";
// eslint-disable-next-line no-control-regex -- refusing them is the point
const CONTROL = /[\x00-\x09\x0b-\x1f]/;

/** A parsed note: nothing about its lines is verified. */
export interface Note {
  readonly text: string;
  readonly lines: readonly SignatureLine[];
}

/** Read a note; throws `ProtocolError` too-large, malformed or not-canonical. */
export function parseNote(data: Uint8Array): Note {
  if (data.length > MAX_NOTE) throw new ProtocolError("too-large", "note");
  const whole = decoded(data);
  if (CONTROL.test(whole) || !whole.endsWith("\n")) {
    throw new ProtocolError("malformed", "note: control character or no final line feed");
  }
  // The text may hold empty lines: the last one separates.
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0) throw new ProtocolError("malformed", "note without signatures");
  const rows = whole.slice(cut + 2, -1).split("\n");
  if (rows.length > MAX_LINES) throw new ProtocolError("too-large", "note: signature lines");
  return { text: whole.slice(0, cut + 1), lines: rows.map(readLine) };
}

/** The note's one spelling. */
export function noteToText(note: Note): string {
  return `${note.text}\n${note.lines.map(lineToText).join("")}`;
}

/** The known keys that signed; throws bad-signature when one fails, not-trusted when none signed. */
export async function verifyNote(note: Note, known: readonly Verifier[]): Promise<Signed[]> {
  const signed: Signed[] = [];
  for (const line of note.lines) {
    const verifier = known.findLast((one) => isLineOf(line, one));
    if (verifier !== undefined) signed.push({ verifier, timeS: await verifier.verify(note.text, line.blob) });
  }
  if (signed.length === 0) throw new ProtocolError("not-trusted", "note without a known signature");
  return signed;
}

function decoded(data: Uint8Array): string {
  try {
    return fromUtf8(data);
  } catch {
    throw new ProtocolError("malformed", "note is not UTF-8");
  }
}

function readLine(row: string): SignatureLine {
  const space = row.indexOf(" ", DASH.length);
  if (!row.startsWith(DASH) || space < 0) throw new ProtocolError("malformed", "signature line");
  const name = row.slice(DASH.length, space);
  checkName(name);
  const data = fromBase64(row.slice(space + 1));
  if (data.length <= ID_SIZE) throw new ProtocolError("malformed", "signature line without a signature");
  return { name, keyId: data.slice(0, ID_SIZE), blob: data.slice(ID_SIZE) };
}
