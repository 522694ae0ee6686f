/** A PDF is shown only when nothing in it acts: what acts may be escaped, packed, or packed so that nobody sees it. */
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";

import { isQuietPdf } from "../../src/client/quiet-pdf.ts";

const SCRIPT = "<</S/JavaScript/JS(app.alert(1))>>";

function pdf(...objects: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = `%PDF-1.7\n${objects.map((one, at) => `${at + 1} 0 obj\n${one}\nendobj\n`).join("")}trailer<</Root 1 0 R>>\n%%EOF`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function packed(text: string, entries = "/Filter/FlateDecode", bytes: Uint8Array = deflateSync(text)): string {
  return `<</Type/ObjStm/N 1/First 4${entries}>>stream\n${String.fromCharCode(...bytes)}\nendstream`;
}

describe("a PDF", () => {
  it.each([
    [
      "without anything that acts",
      pdf("<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/Fit]>>", "<</A<</S/URI/URI(https://a.example)>>>>"),
    ],
    ["with packed objects that do not act", pdf(packed("1 0 <</Type/Catalog>>"))],
    [
      "with packed objects and an image",
      pdf(packed("1 0 <<>>"), "<</Subtype/Image/Filter/DCTDecode>>stream\n\xff\xd8\nendstream"),
    ],
  ])("is quiet %s", async (_what, file) => {
    expect(await isQuietPdf(file)).toBe(true);
  });

  it.each([
    ["a script", pdf(`<</OpenAction${SCRIPT}>>`)],
    ["a script under an escaped name", pdf("<</OpenAction<</S/J#61vaScript/JS(1)>>>>")],
    ["a script that is packed", pdf(packed(`1 0 ${SCRIPT}`))],
    ["a script that is packed under an escaped type", pdf(packed(`1 0 ${SCRIPT}`).replace("ObjStm", "Obj#53tm"))],
    ["a script behind a comment that looks like a stream", pdf(`<</A 1%>>stream\n/OpenAction${SCRIPT}%endstream\n>>`)],
    ["a program to start", pdf("<</OpenAction<</S/Launch/F(a.exe)>>>>")],
    ["an address that opens by itself", pdf("<</AA<</O<</S/URI/URI(http://a.example)>>>>>>")],
    ["a form that is sent", pdf("<</A<</S/SubmitForm>>>>")],
    ["another file in it", pdf("<</Names<</EmbeddedFiles 2 0 R>>>>")],
    ["what is encrypted", pdf("<</Encrypt 2 0 R>>")],
    ["objects packed otherwise", pdf(packed("x", "/Filter/LZWDecode"))],
    ["objects packed twice", pdf(packed("x", "/Filter[/ASCIIHexDecode/FlateDecode]"))],
    ["objects packed and then turned", pdf(packed("x", "/Filter/FlateDecode/DecodeParms<</Predictor 12>>"))],
    ["objects that do not unpack", pdf(packed("", "/Filter/FlateDecode", Uint8Array.of(1, 2, 3)))],
    ["objects that never end", pdf(packed("x").replace("endstream", ""))],
    ["more than a window bears", pdf(packed("", "/Filter/FlateDecode", deflateSync(new Uint8Array(33 * 1024 * 1024))))],
  ])("is not quiet with %s", async (_what, file) => {
    expect(await isQuietPdf(file)).toBe(false);
  });
});
