/** Only what is surely an image, a PDF or plain text is shown; everything else is a file to save. */
import { describe, expect, it } from "vitest";

import { mediaTypeOf, previewOf } from "../../src/client/previews.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (character) => character.charCodeAt(0));
const shown = (mediaType: string, data: Uint8Array<ArrayBuffer>): Promise<unknown> => previewOf({ mediaType }, data);

const PNG = (height: string): string => `\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0${height}`;

describe("a preview", () => {
  it.each([
    [PNG("\0\0\x03\x20"), "image/png"],
    ["\xff\xd8\xff\xe0\0\x04JF\xff\xff\xc0\0\x0b\x08\x01\0\x02\0", "image/jpeg"],
    ["GIF89a\x10\0\x10\0", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x10\0\x10\0", "image/webp"],
    ["RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x10\x40\0\0", "image/webp"],
    ["RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x10\0\0\x10\0\0", "image/webp"],
  ])("of an image is of the type that its bytes say: %j", async (data, type) => {
    await expect(shown("text/html", bytes(data))).resolves.toEqual({ kind: "image", type });
  });

  it.each([
    ["more pixels than a window bears", PNG("\x7f\xff\xff\xff")],
    ["more than a JPEG can be drawn", "\xff\xd8\xff\xff\xc2\0\x0b\x08\xff\xff\xff\xff"],
    ["no size", "\x89PNG\r\n\x1a\n"],
    ["no frame", "\xff\xd8\xff\xda\0\x02ab"],
    ["another form", "RIFF\0\0\0\0WEBPALPH"],
  ])("is refused to an image with %s", async (_why, data) => {
    await expect(shown("image/png", bytes(data))).resolves.toEqual({ kind: "none" });
  });

  it("of a PDF is a PDF, whatever it is called", async () => {
    await expect(shown("image/png", bytes("%PDF-1.7\n"))).resolves.toEqual({ kind: "pdf", type: "application/pdf" });
  });

  it.each([
    ["image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"],
    ["text/html", "<script>alert(1)</script>"],
    ["application/xhtml+xml", "<html xmlns='http://www.w3.org/1999/xhtml'/>"],
    ["image/png", "<script>alert(1)</script>"],
    ["application/pdf", "<script>alert(1)</script>"],
    ["application/octet-stream", "plain"],
  ])("is refused to what calls itself %s and could be read as a page", async (mediaType, data) => {
    await expect(shown(mediaType, bytes(data))).resolves.toEqual({ kind: "none" });
  });

  it("of a text is its characters, and only of whole UTF-8", async () => {
    await expect(shown("text/plain", new TextEncoder().encode("<b>été</b>"))).resolves.toEqual({
      kind: "text",
      text: "<b>été</b>",
    });
    await expect(shown("text/plain", Uint8Array.of(0xe9, 0x74))).resolves.toEqual({ kind: "none" });
    await expect(shown("text/plain", new Uint8Array(1 << 20))).resolves.toEqual({ kind: "none" });
  });
});

describe("the type written beside a file", () => {
  it("is that of its bytes, else a plausible one, else none", () => {
    expect(mediaTypeOf("text/html", bytes("%PDF-1.4"))).toBe("application/pdf");
    expect(mediaTypeOf("text/csv", bytes("a,b"))).toBe("text/csv");
    expect(mediaTypeOf("", bytes("?"))).toBe("application/octet-stream");
    expect(mediaTypeOf("a/b/c", bytes("?"))).toBe("application/octet-stream");
  });
});
