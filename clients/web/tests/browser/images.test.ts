/** A photo drawn again, in a real browser: pixels stay, everything else is gone. */
import { describe, expect, it } from "vitest";

import { isPhoto, redrawn, UnreadableImage } from "../../src/client/images.ts";

/** A JPEG of the browser with an EXIF segment put behind its start, as a phone writes: orientation 6, and a place. */
async function phonePhoto(width: number, height: number): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("canvas");
  context.fillStyle = "#0b5d66";
  context.fillRect(0, 0, width, height);
  const plain = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
  const tiff = [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
  const body = [...new TextEncoder().encode("Exif"), 0, 0, ...tiff, ...new TextEncoder().encode("GPS 45.1667, 5.7167")];
  const segment = [0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body];
  return new Blob([plain.slice(0, 2), Uint8Array.from(segment), plain.slice(2)], { type: "image/jpeg" });
}

const read = async (blob: Blob): Promise<string> => new TextDecoder("latin1").decode(await blob.arrayBuffer());

describe("a photo", () => {
  it("leaves its place, camera and orientation behind, and stands upright", async () => {
    const photo = await phonePhoto(80, 40);
    expect(await read(photo)).toContain("GPS 45.1667");
    const drawn = await redrawn(photo);
    const left = await read(drawn);
    expect(left).not.toContain("GPS");
    expect(left).not.toContain("Exif");
    const bitmap = await createImageBitmap(drawn);
    expect([bitmap.width, bitmap.height]).toEqual([40, 80]);
  });

  it("is made no larger than a screen needs", async () => {
    const bitmap = await createImageBitmap(await redrawn(await phonePhoto(6000, 100)));
    expect([bitmap.width, bitmap.height]).toEqual([50, 3000]);
  });

  it("that is none is refused, not sent as it came", async () => {
    await expect(redrawn(new Blob(["<svg/>"], { type: "image/jpeg" }))).rejects.toBeInstanceOf(UnreadableImage);
    expect(isPhoto("image/heic")).toBe(true);
    expect(isPhoto("image/svg+xml")).toBe(false);
  });
});
