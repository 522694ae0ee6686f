/** A sheet to keep holds what people wrote as text: nothing of it becomes markup, nothing is fetched. */
import { describe, expect, it } from "vitest";

import { fileName, sheetPage } from "../../src/features/person/sheet-page.ts";

const HOSTILE = `<script>alert("x")</script><img src='https://elsewhere.example/'>&amp;`;

describe("a sheet to keep", () => {
  const page = sheetPage({
    language: "fr",
    title: HOSTILE,
    sections: [{ title: HOSTILE, lines: [HOSTILE] }],
    foot: [HOSTILE],
  });

  it("keeps titles and texts of people as text", () => {
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img");
    expect(page.match(/&lt;script&gt;alert\(&quot;x&quot;\)/g)).toHaveLength(5);
    expect(page).toContain("&amp;amp;");
  });

  it("lets nothing be fetched or run, whatever opens it", () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it("has a name of small letters, whatever the part is called", () => {
    expect(fileName("mon dossier Santé", "html")).toBe("mon-dossier-sante.html");
    expect(fileName("../../É /\u202Ex", "html")).toBe("e-x.html");
  });
});
