/** Padding, chunks, named boxes and composed entries: what vectors cannot draw. */
import fc from "fast-check";
import { expect, it } from "vitest";

import { annexFields, annexHash, checkAnnex } from "../../src/protocol/annexes.ts";
import { BoxKey } from "../../src/protocol/boxes.ts";
import { concat, same, utf8 } from "../../src/protocol/bytes.ts";
import { DocumentOpener, DocumentSealer } from "../../src/protocol/document.ts";
import { openPart, sealEntry, splitChunks } from "../../src/protocol/entry.ts";
import { headerId } from "../../src/protocol/entry-header.ts";
import type { EntryHeader } from "../../src/protocol/entry-header.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { SigningKey } from "../../src/protocol/keys.ts";
import { composeEntry, readBody, readTitle, unknownText } from "../../src/protocol/kinds.ts";
import { boxShares, openShares, unboxedReaders } from "../../src/protocol/named-box.ts";
import { isPaddedSize, pad, paddedSize, unpad, Unpadder } from "../../src/protocol/padding.ts";
import { chunkLeaf, ChunkSealer, derivePartSecret } from "../../src/protocol/sealing.ts";

const USER = "aa".repeat(32);
const KEY = new SigningKey(new Uint8Array(32).fill(7));
const SHARES = { clientShare: new Uint8Array(32).fill(1), serverShare: new Uint8Array(32).fill(2) };

function header(changes: Partial<EntryHeader> = {}): EntryHeader {
  return {
    preamble: { hub: "https://hub.example", user: USER, device: USER, userHead: { seq: 0, hash: USER }, timeMs: 1000 },
    case: USER,
    class: "main",
    place: { kind: "section", name: "medical/2" },
    form: "section",
    compartment: "medical",
    level: 2,
    policy: USER,
    caseHead: { seq: 3, hash: USER },
    seen: { n: 0, h: USER },
    salt: new Uint8Array(16),
    sizes: { title: 256, body: 256 },
    epoch: 1,
    step: 0,
    ...changes,
  };
}

async function reason(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.reason;
    throw error;
  }
  return "accepted";
}

it("gives back what was padded, at a size that is recognised", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (plaintext) => {
      const padded = pad(plaintext);
      expect(isPaddedSize(padded.length)).toBe(true);
      expect(unpad(padded)).toEqual(Uint8Array.from(plaintext));
    }),
  );
});

it("pads by an eighth at most above the buckets, up to four tebibytes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 65_536, max: 2 ** 42 - 1 }), (size) => {
      const padded = paddedSize(size);
      expect(isPaddedSize(padded)).toBe(true);
      expect(padded - size - 1).toBeLessThanOrEqual(size / 8);
    }),
  );
  expect(() => paddedSize(2 ** 42)).toThrow("too-large");
});

it("unpads a stream alike however it is cut", async () => {
  const run = fc.array(fc.constantFrom(0, 0x80, 1), { maxLength: 600 });
  await fc.assert(
    fc.asyncProperty(run, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), async (bytes, cuts) => {
      const padded = pad(Uint8Array.from(bytes));
      const out: Uint8Array[] = [];
      const unpadder = new Unpadder((data) => {
        out.push(Uint8Array.from(data));
      });
      for (let at = 0, turn = 0; at < padded.length; turn++) {
        const end = at + (cuts[turn % cuts.length] ?? 1);
        await unpadder.feed(padded.subarray(at, end));
        at = end;
      }
      expect(unpadder.finish()).toBe(bytes.length);
      expect(concat(...out)).toEqual(Uint8Array.from(bytes));
    }),
    { numRuns: 40 },
  );
});

it("refuses a stream without mark", async () => {
  const unpadder = new Unpadder(() => undefined);
  await unpadder.feed(new Uint8Array(256));
  expect(await reason(() => unpadder.finish())).toBe("bad-padding");
});

it("seals each position once, to the last and no further", async () => {
  const sealer = new ChunkSealer(derivePartSecret(USER, "body", SHARES.clientShare, SHARES.serverShare), 256);
  expect(await reason(() => sealer.seal(new Uint8Array(255)))).toBe("malformed");
  await sealer.seal(new Uint8Array(256));
  expect(sealer.done).toBe(true);
  expect(await reason(() => sealer.seal(new Uint8Array(256)))).toBe("already");
});

it("opens the parts that it sealed, and seals nothing under a header that no reader takes", async () => {
  const content = {
    plaintexts: { title: utf8("titre"), body: utf8("texte") },
    clientShares: { title: SHARES.clientShare, body: SHARES.clientShare },
    serverShares: { title: SHARES.serverShare, body: SHARES.serverShare },
  };
  const { entry, parts } = await sealEntry(header(), content, KEY);
  expect(entry.id).toBe(headerId(header()));
  const chunks = splitChunks(concat(...parts.body));
  expect(await openPart(entry, "body", chunks, SHARES)).toEqual(utf8("texte"));
  const swapped = { ...SHARES, serverShare: SHARES.clientShare };
  expect(await reason(() => openPart(entry, "body", chunks, swapped))).toBe("bad-share");
  expect(await reason(() => openPart(entry, "title", chunks, SHARES))).toBe("wrong-hash");
  expect(await reason(() => sealEntry(header({ epoch: undefined }), content, KEY))).toBe("wrong-epoch");
  expect(await reason(() => sealEntry(header({ level: 1 }), content, KEY))).toBe("malformed");
  expect(await reason(() => sealEntry(header({ sizes: { title: 256, body: 1024 } }), content, KEY))).toBe("bad-padding");
});

it("boxes the shares of a named entry to each reader, in the order of the header", async () => {
  const key = new BoxKey(new Uint8Array(32).fill(9));
  const recipients = [{ user: USER, generation: 1, public: await key.public() }];
  const named = { place: { kind: "masked", name: "medical/2" }, mask: "third_party", form: "named" } as const;
  const draft = header({ ...named, epoch: undefined, step: undefined, named: unboxedReaders(recipients) });
  const shares = { title: SHARES.clientShare, body: SHARES.serverShare };
  const boxed = await boxShares(draft, recipients, shares);
  const box = boxed.boxes.get(USER) ?? new Uint8Array();
  expect(await openShares(boxed.header, USER, box, key)).toEqual(shares);
  expect(await reason(() => openShares(boxed.header, "bb".repeat(32), box, key))).toBe("wrong-recipient");
  expect(await reason(() => openShares(draft, USER, box, key))).toBe("wrong-hash");
  expect(await reason(() => boxShares(header(), recipients, shares))).toBe("wrong-readers");
});

it("streams a document of several chunks, and knows the end from a beginning", async () => {
  const size = 200_000;
  const content = Uint8Array.from({ length: size }, (_, i) => i % 251);
  const big = header({ sizes: { title: 256, body: paddedSize(size) } });
  const chunks: Uint8Array[] = [];
  const sealer = new DocumentSealer(big, "body", size, SHARES, (chunk) => {
    chunks.push(chunk);
  });
  await sealer.update(content.subarray(0, 70_001));
  expect(await reason(() => sealer.finish())).toBe("malformed");
  await sealer.update(content.subarray(70_001));
  const body = await sealer.finish();
  expect(await reason(() => sealer.update(Uint8Array.of(1)))).toBe("malformed");

  const given = {
    plaintexts: { title: utf8("t"), body: content },
    clientShares: { title: SHARES.clientShare, body: SHARES.clientShare },
    serverShares: { title: SHARES.serverShare, body: SHARES.serverShare },
  };
  const { entry } = await sealEntry(big, given, KEY);
  expect(entry.seals.body).toEqual(body);
  const out: Uint8Array[] = [];
  const leaves = concat(...chunks.map(chunkLeaf));
  const opener = new DocumentOpener(entry, "body", leaves, SHARES, (plain) => {
    out.push(Uint8Array.from(plain));
  });
  for (const chunk of chunks.slice(0, -1)) await opener.feed(chunk);
  expect(await reason(() => opener.finish())).toBe("bad-ciphertext");
  expect(await reason(() => opener.feed(chunks[0] ?? new Uint8Array()))).toBe("wrong-hash");
  await opener.feed(chunks.at(-1) ?? new Uint8Array());
  expect(opener.finish()).toBe(size);
  expect(same(concat(...out), content)).toBe(true);
});

it("composes only what every reader takes", async () => {
  const note = { kind: "note", version: 1, title: "Visite", file: undefined, relations: [] };
  const composed = composeEntry(note, { type: "content", fields: { text: "Bonjour" }, relations: [] });
  expect(readTitle(composed.title)).toEqual(note);
  const read = readBody(note, composed.body);
  expect(read.type === "content" && { ...read.fields }).toEqual({ text: "Bonjour" });
  const wrong = { type: "content", fields: { text: "x", mood: "y" }, relations: [] } as const;
  expect(await reason(() => composeEntry(note, wrong))).toBe("unknown-field");
  const path = { ...note, kind: "document", file: { name: "../x", mediaType: "text/plain", size: 1 } };
  expect(await reason(() => composeEntry(path, { type: "document", bytes: Uint8Array.of(1) }))).toBe("malformed");
});

it("shows what it does not know, and drops nothing of it", () => {
  expect(unknownText(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0xe2, 0x82, 10))).toBe("a\\xffé\\xe2\\x82\n");
  expect(unknownText(utf8("a\u202e\u0007 \u00a0b"))).toBe("a\\u202e\\u0007 \\u00a0b");
});

it("names the words of a fact by a hash that no other words have", async () => {
  const fields = annexFields({ salt: new Uint8Array(32), text: "mots", helper: { name: "A", tie: "child", present: true } });
  expect(
    await reason(() => {
      checkAnnex(annexHash(fields), fields);
    }),
  ).toBe("accepted");
  expect(
    await reason(() => {
      checkAnnex(annexHash(fields), { ...fields, text: "autres" });
    }),
  ).toBe("wrong-hash");
  expect(await reason(() => annexFields({ salt: new Uint8Array(31) }))).toBe("malformed");
});
