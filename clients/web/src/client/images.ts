/**
 * A photo before it is attached (F32): drawn again from its pixels, so that nothing else of the file is left: no place, no camera,
 * no hour, no miniature of what was cut away. A format whose pixels this browser does not read is refused, never sent as it came.
 */
const LARGEST_SIDE = 3_000;
const MOST_PIXELS = 100_000_000;
const QUALITY = 0.88;

export class UnreadableImage extends Error {
  override readonly name = "UnreadableImage";
}

/** Whether a file is a photo or drawing by pixels, to be drawn again. Vector drawings stay files. */
export function isPhoto(type: string): boolean {
  return /^image\/(?!svg)/i.test(type);
}

/** The image anew, upright, at most 3,000 pixels a side: PNG where it was one, JPEG else. Throws `UnreadableImage`. */
export async function redrawn(file: Blob): Promise<Blob> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new UnreadableImage(file.type);
  }
  try {
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) throw new UnreadableImage(`${width} × ${height}`);
    const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const context = canvas.getContext("2d");
    if (context === null) throw new UnreadableImage("canvas");
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const type = file.type === "image/png" ? "image/png" : "image/jpeg";
    return await canvas.convertToBlob({ type, quality: QUALITY });
  } finally {
    bitmap.close();
  }
}
