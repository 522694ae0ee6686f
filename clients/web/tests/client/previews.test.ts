/** Only what is surely an image, a PDF or plain text is shown; everything else is a file to save. */
import { describe, expect, it } from "vitest";

import { mediaTypeOf, previewOf } from "../../src/client/previews.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const shown = (mediaType: string, data: Uint8Array): unknown => previewOf({ mediaType }, data);

describe("a preview", () => {
  it.each([
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["GIF89a", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
  ])("of an image is of the type that its bytes say: %j", (data, type) => {
    expect(shown("text/html", bytes(data))).toEqual({ kind: "image", type });
  });

  it("of a PDF is a PDF, whatever it is called", () => {
    expect(shown("image/png", bytes("%PDF-1.7\n"))).toEqual({ kind: "pdf", type: "application/pdf" });
  });

  it.each([
    ["image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"],
    ["text/html", "<script>alert(1)</script>"],
    ["application/xhtml+xml", "<html xmlns='http://www.w3.org/1999/xhtml'/>"],
    ["image/png", "<script>alert(1)</script>"],
    ["application/pdf", "<script>alert(1)</script>"],
    ["application/octet-stream", "plain"],
  ])("is refused to what calls itself %s and could be read as a page", (mediaType, data) => {
    expect(shown(mediaType, bytes(data))).toEqual({ kind: "none" });
  });

  it("of a text is its characters, and only of whole UTF-8", () => {
    expect(shown("text/plain", new TextEncoder().encode("<b>été</b>"))).toEqual({ kind: "text", text: "<b>été</b>" });
    expect(shown("text/plain", Uint8Array.of(0xe9, 0x74))).toEqual({ kind: "none" });
    expect(shown("text/plain", new Uint8Array(1 << 20))).toEqual({ kind: "none" });
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
