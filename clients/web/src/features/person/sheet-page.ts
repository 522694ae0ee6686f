/** A sheet as one page to keep and to print: no script, nothing fetched, every text escaped. */

export interface SheetSection {
  readonly title: string;
  /** Paragraphs of a list; a line break inside one stays. */
  readonly lines: readonly string[];
}

export interface Sheet {
  readonly language: string;
  readonly title: string;
  readonly sections: readonly SheetSection[];
  readonly foot: readonly string[];
}

const STYLE =
  "body{font:12pt/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}h1{font-size:17pt}h2{font-size:13pt;margin-top:1.5em}" +
  "p{white-space:pre-wrap;overflow-wrap:anywhere;margin:.4em 0}footer{border-top:1px solid;margin-top:2em;font-size:10pt}";

const ESCAPED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? "");
}

/** The page. A text of somebody keeps its own direction (`bdi`), so that it rearranges nothing around it. */
export function sheetPage({ language, title, sections, foot }: Sheet): string {
  const paragraph = (line: string): string => `<p dir="auto"><bdi>${escaped(line)}</bdi></p>`;
  const body = sections.map((one) => `<h2><bdi>${escaped(one.title)}</bdi></h2>${one.lines.map(paragraph).join("")}`).join("");
  return (
    `<!doctype html><html lang="${escaped(language)}"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>` +
    `<body><h1>${escaped(title)}</h1>${body}<footer>${foot.map(paragraph).join("")}</footer></body></html>\n`
  );
}

/** A name for a file: small letters, digits and hyphens. */
export function fileName(words: string, ending: string): string {
  const plain = words
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, (between) => (/^\p{M}+$/u.test(between) ? "" : "-"))
    .replace(/^-+|-+$/g, "");
  return `${plain}.${ending}`;
}
