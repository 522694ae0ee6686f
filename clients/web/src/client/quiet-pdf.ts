/**
 * Whether a PDF is quiet: nothing in it acts when it is opened. A browser's own viewer runs what a PDF brings along (its script opens
 * a window of words over the page, which the reader takes for the page's), and no attribute of a frame stops that without stopping
 * the viewer. What is not surely quiet is a file to save.
 *
 * Names count after their escapes (`/J#53`), wherever they stand in the file, inside of strings and streams too. Objects may be packed
 * (`/ObjStm`): then every stream is unpacked and read likewise, and a file that packs objects otherwise than by Flate alone is not
 * quiet, nor is an encrypted one. The viewer's process stays the last wall: this reading is not the viewer's.
 */
const ACTS =
  /\/(?:JavaScript|Launch|SubmitForm|ImportData|XFA|RichMedia|Rendition|Movie|GoTo[RE]|EmbeddedFiles?|Encrypt)(?![A-Za-z])/;
/** An address followed when the file or a page opens, not when somebody presses a link. */
const ADDRESS = /\/URI(?![A-Za-z])/;
const AT_OPENING = /\/AA\s*(?:<<|\d)|\/OpenAction\s*(?!\s|\[)/;
const PACKED = "/ObjStm";
const MOST_UNPACKED = 32 * 1024 * 1024;

/** Read every object of a PDF; false for what acts, or could hide what acts. */
export async function isQuietPdf(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const file = textOf(bytes);
  const read = [unescaped(file)];
  if (read[0]?.includes(PACKED) === true) {
    if (!packedPlainly(read[0])) return false;
    const unpacked = await unpackedOf(file, bytes);
    if (unpacked === undefined) return false;
    read.push(...unpacked.map(unescaped));
  }
  const acts = read.some((text) => ACTS.test(text));
  const opens = read.some((text) => AT_OPENING.test(text)) && read.some((text) => ADDRESS.test(text));
  return !acts && !opens;
}

/** Whether each object that packs others does it by Flate, and by nothing else. */
function packedPlainly(text: string): boolean {
  for (let at = text.indexOf(PACKED); at !== -1; at = text.indexOf(PACKED, at + 1)) {
    const start = text.lastIndexOf("endobj", at);
    const end = text.indexOf("endobj", at);
    const object = text.slice(Math.max(start, 0), end === -1 ? text.length : end);
    if (/\/(?:DecodeParms|DP|FFilter|FDecodeParms)(?![A-Za-z])/.test(object)) return false;
    if (!/\/Filter\s*\[?\s*\/(?:FlateDecode|Fl)\s*(?:\]|\/|>>|\s)/.test(object)) return false;
  }
  return true;
}

/** What the streams of a file hold, undefined when one that packs objects could not be unpacked. */
async function unpackedOf(file: string, bytes: Uint8Array<ArrayBuffer>): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  let room = MOST_UNPACKED;
  let packed = 0;
  const start = /stream(?:\r\n|\n|\r)/g;
  for (let match = start.exec(file); match !== null; match = start.exec(file)) {
    if (file.startsWith("end", match.index - 3)) continue;
    const from = match.index + match[0].length;
    const end = file.indexOf("endstream", from);
    if (end === -1) return undefined;
    const text = await inflated(bytes.subarray(from, end), room);
    const holds = unescaped(file.slice(file.lastIndexOf("obj", match.index), match.index)).includes(PACKED);
    if (text === undefined && holds) return undefined;
    if (holds) packed += 1;
    room -= text?.length ?? 0;
    if (text !== undefined) found.push(text);
  }
  return packed > 0 ? found : undefined;
}

/** What is packed by Flate, undefined when it is not, or is larger than `most` bytes. The line end before `endstream` is none of it. */
async function inflated(packed: Uint8Array<ArrayBuffer>, most: number): Promise<string | undefined> {
  const [before, last] = [packed.at(-2), packed.at(-1)];
  const ends = before === 0x0d && last === 0x0a ? [2, 1, 0] : last === 0x0a || last === 0x0d ? [1, 0] : [0];
  for (const cut of ends) {
    const text = await unpacked(packed.subarray(0, packed.length - cut), most);
    if (text !== undefined) return text;
  }
  return undefined;
}

async function unpacked(packed: Uint8Array<ArrayBuffer>, most: number): Promise<string | undefined> {
  const pieces: string[] = [];
  let size = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return pieces.join("");
      size += value.length;
      if (size > most) {
        await reader.cancel();
        return undefined;
      }
      pieces.push(textOf(value));
    }
  } catch {
    return undefined;
  }
}

/** Bytes as characters of the same number. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function unescaped(text: string): string {
  return text.replace(/#([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
