/**
 * What of a received file may be shown on the screen, judged by its bytes: what its author called it decides nothing.
 *
 * An image or a PDF becomes a `blob:` of a type from this list, never of the file's own: the browser then reads it as that or not at
 * all, so that a page or a drawing with scripts (HTML, SVG) is a file to save and no more. The content security policy of the page
 * allows images and frames from `blob:` only, and what stands in such a frame inherits it. A frame with `sandbox` shows no PDF in any
 * browser; the viewer itself is the browser's, in a process of its own. A text becomes a text node.
 */
import type { FileInfo } from "../protocol/kinds.ts";
import { pixelSize } from "./image-size.ts";
import { isQuietPdf } from "./quiet-pdf.ts";

export type Preview =
  | { readonly kind: "image"; readonly type: string }
  | { readonly kind: "pdf"; readonly type: "application/pdf" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "none" };

const LONGEST_TEXT = 512 * 1024;
/** Above, an image is a file to save: decoding it could end the window. */
const MOST_PIXELS = 100_000_000;
const TEXT = /^text\/(?:plain|csv|markdown)\b/i;
/** Signs at the start of a file: `at` bytes in. */
const SIGNS: readonly { readonly type: string; readonly at: number; readonly sign: readonly number[] }[] = [
  { type: "image/png", at: 0, sign: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/jpeg", at: 0, sign: [0xff, 0xd8, 0xff] },
  { type: "image/gif", at: 0, sign: [0x47, 0x49, 0x46, 0x38] },
  { type: "image/webp", at: 8, sign: [0x57, 0x45, 0x42, 0x50] },
  { type: "application/pdf", at: 0, sign: [0x25, 0x50, 0x44, 0x46, 0x2d] },
];

/** How to show these bytes; `none` for what is only saved. */
export async function previewOf({ mediaType }: Pick<FileInfo, "mediaType">, bytes: Uint8Array<ArrayBuffer>): Promise<Preview> {
  const known = SIGNS.find(({ at, sign }) => sign.every((byte, i) => bytes[at + i] === byte));
  if (known?.type === "application/pdf") {
    return (await isQuietPdf(bytes)) ? { kind: "pdf", type: "application/pdf" } : { kind: "none" };
  }
  if (known !== undefined) return isDrawable(known.type, bytes) ? { kind: "image", type: known.type } : { kind: "none" };
  if (!TEXT.test(mediaType) || bytes.length > LONGEST_TEXT) return { kind: "none" };
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "none" };
  }
}

function isDrawable(type: string, bytes: Uint8Array): boolean {
  const size = pixelSize(type, bytes);
  return size !== undefined && size.width * size.height <= MOST_PIXELS;
}

/** The media type to write beside a file that is attached: by its bytes, else what the browser says of it, else bytes. */
export function mediaTypeOf(said: string, start: Uint8Array): string {
  const known = SIGNS.find(({ at, sign }) => sign.every((byte, i) => start[at + i] === byte));
  const plausible = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(said) ? said : "application/octet-stream";
  return known?.type ?? plausible;
}
