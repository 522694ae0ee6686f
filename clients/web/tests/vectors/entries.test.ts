/** Runs the vectors of entries: padding, sealing, entry, entry_list, document, kinds, filed, take_back. */
import document from "../../../../tests/vectors/document.json?raw";
import entry from "../../../../tests/vectors/entry.json?raw";
import filed from "../../../../tests/vectors/filed.json?raw";
import entryList from "../../../../tests/vectors/entry_list.json?raw";
import padding from "../../../../tests/vectors/padding.json?raw";
import kinds from "../../../../tests/vectors/kinds.json?raw";
import sealing from "../../../../tests/vectors/sealing.json?raw";
import takeBack from "../../../../tests/vectors/take_back.json?raw";
import { BoxKey } from "../../src/protocol/boxes.ts";
import { concat, utf8 } from "../../src/protocol/bytes.ts";
import { DocumentOpener, DocumentSealer } from "../../src/protocol/document.ts";
import { toBase64url, toHex } from "../../src/protocol/encodings.ts";
import { checkChunks, checkServerShare, openPart, readEntry, sealEntry, sealPart, signEntry } from "../../src/protocol/entry.ts";
import type { VerifiedEntry } from "../../src/protocol/entry.ts";
import { headerList, readHeader } from "../../src/protocol/entry-header.ts";
import type { EntryHeader } from "../../src/protocol/entry-header.ts";
import { checkAuthor, checkEpoch, checkPage, checkSeen, listId, readListHead } from "../../src/protocol/entry-list.ts";
import { Fields } from "../../src/protocol/fields.ts";
import { openFiled } from "../../src/protocol/filed-entry.ts";
import { readFiling } from "../../src/protocol/filing.ts";
import { sha256Hex } from "../../src/protocol/hashing.ts";
import { SigningKey } from "../../src/protocol/keys.ts";
import { readBody, readTitle, unknownText } from "../../src/protocol/kinds.ts";
import { openShares } from "../../src/protocol/named-box.ts";
import { pad, paddedSize, unpad } from "../../src/protocol/padding.ts";
import {
  checkCommitment,
  chunkCount,
  chunkLeaf,
  ChunkOpener,
  ChunkSealer,
  clientShareFromSection,
  derivePartSecret,
  partOf,
  shareHash,
} from "../../src/protocol/sealing.ts";
import type { ByPart, PartSecret } from "../../src/protocol/sealing.ts";
import { readPreamble, statementFromJson } from "../../src/protocol/statements.ts";
import { checkTakeBack, readTakeBack } from "../../src/protocol/take-back.ts";
import { datas, runVectors } from "./vectors.ts";

runVectors("padding", padding, {
  size: { required: ["size"], run: (fields) => ({ padded: paddedSize(fields.integer("size")) }) },
  pad: { required: ["plaintext"], run: (fields) => ({ padded: toBase64url(pad(fields.data("plaintext"))) }) },
  unpad: { required: ["padded"], run: (fields) => ({ plaintext: toBase64url(unpad(fields.data("padded"))) }) },
  chunks: { required: ["padded"], run: (fields) => ({ chunks: chunkCount(fields.integer("padded")) }) },
});

function partSecret(fields: Fields): PartSecret {
  const [entry, part] = [fields.hash("entry"), partOf(fields.text("part"))];
  return derivePartSecret(entry, part, fields.data("client_share"), fields.data("server_share"));
}

const SECRET = ["entry", "part", "client_share", "server_share"];

runVectors("sealing", sealing, {
  share_hash: {
    required: ["server_share"],
    run: (fields) => ({ share_hash: shareHash(fields.data("server_share")) }),
  },
  client_share: {
    required: ["key", "entry", "part"],
    run: (fields) => {
      const [key, entry] = [fields.data("key"), fields.hash("entry")];
      return { client_share: toBase64url(clientShareFromSection(key, entry, partOf(fields.text("part")))) };
    },
  },
  derive: {
    required: SECRET,
    run: (fields) => {
      const secret = partSecret(fields);
      return { key: toBase64url(secret.key), kc: toBase64url(secret.commitment) };
    },
  },
  seal: {
    required: [...SECRET, "padded"],
    run: async (fields) => {
      const [secret, padded] = [partSecret(fields), fields.data("padded")];
      const chunk = await new ChunkSealer(secret, padded.length).seal(padded);
      return { chunk: toBase64url(chunk), leaf: toHex(chunkLeaf(chunk)) };
    },
  },
  open: {
    required: [...SECRET, "kc", "size", "chunks"],
    run: async (fields) => {
      const secret = partSecret(fields);
      checkCommitment(secret, fields.data("kc"));
      const opener = new ChunkOpener(secret, fields.integer("size"));
      const plain: Uint8Array[] = [];
      for (const chunk of datas(fields, "chunks")) plain.push(await opener.open(chunk));
      return { padded: toBase64url(concat(...plain)) };
    },
  },
});

runVectors("entry_list", entryList, {
  list_id: {
    required: ["case", "place"],
    run: (fields) => ({ list: listId(fields.hash("case"), fields.text("place")) }),
  },
  page: {
    required: ["start", "items", "end"],
    run: (fields) => {
      const items = fields.objects("items").map((item) => {
        const listed = { n: item.integer("n"), entryHash: item.hash("hash"), gap: item.boolean("gap") };
        item.done();
        return listed;
      });
      const heads = checkPage(readListHead(fields.nested("start")), items, readListHead(fields.nested("end")));
      return { heads: heads.map((head) => ({ ...head })) };
    },
  },
  epoch: {
    required: ["epoch", "n", "starts"],
    run: (fields) => {
      const starts = new Map(fields.objects("starts").map((item) => [item.integer("epoch"), item.integer("n")]));
      checkEpoch(fields.integer("epoch"), fields.integer("n"), starts);
      return undefined;
    },
  },
  seen: {
    required: ["seen", "n", "known"],
    run: (fields) => {
      const known = new Map(
        fields
          .objects("known")
          .map(readListHead)
          .map(({ n, h }) => [n, h]),
      );
      checkSeen(readListHead(fields.nested("seen")), fields.integer("n"), known);
      return undefined;
    },
  },
  author: {
    required: ["author", "n", "ends"],
    run: (fields) => {
      const ends = new Map(fields.objects("ends").map((item) => [item.hash("user"), item.integer("n")]));
      checkAuthor(fields.hash("author"), fields.integer("n"), ends);
      return undefined;
    },
  },
});

async function verifiedEntry(fields: Fields): Promise<VerifiedEntry> {
  return readEntry(await statementFromJson(fields.raw("statement")).verify(fields.data("public")));
}

function shares(fields: Fields, name: string): ByPart<Uint8Array> {
  const nested = fields.nested(name);
  const found = { title: nested.data("title"), body: nested.data("body") };
  nested.done();
  return found;
}

function header(fields: Fields): EntryHeader {
  const nested = new Fields(fields.raw("header"), "entry");
  const found = readHeader(readPreamble(nested, "entry"), nested);
  nested.done();
  return found;
}

const ENTRY = ["statement", "public"];

runVectors("entry", entry, {
  read: {
    required: ENTRY,
    run: async (fields) => {
      const found = await verifiedEntry(fields);
      return { id: found.id, hash: found.statement.hash, list: headerList(found.header) };
    },
  },
  compose: {
    required: ["header", "title", "body", "client_shares", "server_shares", "seed"],
    run: async (fields) => {
      const content = {
        plaintexts: { title: fields.data("title"), body: fields.data("body") },
        clientShares: shares(fields, "client_shares"),
        serverShares: shares(fields, "server_shares"),
      };
      const sealed = await sealEntry(header(fields), content, new SigningKey(fields.data("seed")));
      const parts = { title: sealed.parts.title.map(toBase64url), body: sealed.parts.body.map(toBase64url) };
      return { statement: sealed.entry.statement.toJson(), parts };
    },
  },
  open: {
    required: [...ENTRY, "part", "chunks", "client_share", "server_share"],
    run: async (fields) => {
      const [found, part, chunks] = [await verifiedEntry(fields), partOf(fields.text("part")), datas(fields, "chunks")];
      const given = { clientShare: fields.data("client_share"), serverShare: fields.data("server_share") };
      return { plaintext: toBase64url(await openPart(found, part, chunks, given)) };
    },
  },
  deposit: {
    required: [...ENTRY, "part", "chunks", "server_share"],
    run: async (fields) => {
      const [found, part] = [await verifiedEntry(fields), partOf(fields.text("part"))];
      checkChunks(found, part, datas(fields, "chunks"));
      checkServerShare(found, part, fields.data("server_share"));
      return undefined;
    },
  },
  named: {
    required: [...ENTRY, "user", "box", "box_seed"],
    run: async (fields) => {
      const [found, user] = [await verifiedEntry(fields), fields.hash("user")];
      const opened = await openShares(found.header, user, fields.data("box"), new BoxKey(fields.data("box_seed")));
      return { title: toBase64url(opened.title), body: toBase64url(opened.body) };
    },
  },
});

/** Byte i of the content is i mod 251; `order` lists the chunks as they are served. */
async function sealedDocument(fields: Fields) {
  const [found, size] = [header(fields), fields.integer("size")];
  const given = { clientShare: fields.data("client_share"), serverShare: fields.data("server_share") };
  const chunks: Uint8Array[] = [];
  const sealer = new DocumentSealer(found, "body", size, given, (chunk) => {
    chunks.push(Uint8Array.from(chunk));
  });
  const length = fields.optional("given", (name) => fields.integer(name)) ?? size;
  await sealer.update(Uint8Array.from({ length }, (_, i) => i % 251));
  const zeros = { clientShare: new Uint8Array(32), serverShare: new Uint8Array(32) };
  const title = await sealPart(found, "title", new Uint8Array(), zeros);
  const seals = { title: title.seal, body: await sealer.finish() };
  return { entry: await signEntry(found, seals, new SigningKey(new Uint8Array(32))), chunks, shares: given };
}

function ordered(fields: Fields, name: string, chunks: readonly Uint8Array[]): Uint8Array[] {
  if (!fields.has(name)) return [...chunks];
  const positions = fields.items(name).filter((item) => typeof item === "number");
  return positions.map((position) => chunks[position] ?? new Uint8Array());
}

const DOCUMENT = ["header", "size", "client_share", "server_share"];

runVectors("document", document, {
  seal: {
    required: DOCUMENT,
    optional: ["given"],
    run: async (fields) => {
      const sealed = await sealedDocument(fields);
      const ciphertext = sha256Hex(...sealed.chunks);
      return { root: sealed.entry.seals.body.root, chunks: sealed.chunks.length, ciphertext_sha256: ciphertext };
    },
  },
  open: {
    required: DOCUMENT,
    optional: ["order", "leaves", "flip", "opened_with"],
    run: async (fields) => {
      const sealed = await sealedDocument(fields);
      const leaves = concat(...ordered(fields, "leaves", sealed.chunks).map(chunkLeaf));
      const served = ordered(fields, "order", sealed.chunks);
      if (fields.has("flip")) {
        const position = fields.integer("flip");
        const flipped = Uint8Array.from(served[position] ?? []);
        flipped.set([(flipped.at(-1) ?? 0) ^ 1], flipped.length - 1);
        served[position] = flipped;
      }
      const out: Uint8Array[] = [];
      const clientShare = fields.optional("opened_with", (name) => fields.data(name)) ?? sealed.shares.clientShare;
      const opener = new DocumentOpener(sealed.entry, "body", leaves, { ...sealed.shares, clientShare }, (plain) => {
        out.push(Uint8Array.from(plain));
      });
      for (const chunk of served) await opener.feed(chunk);
      return { size: opener.finish(), sha256: sha256Hex(...out) };
    },
  },
});

/** Title and body are texts, so that they can be read in the file. */
runVectors("kinds", kinds, {
  read: {
    required: ["title", "body"],
    run: (fields) => {
      const body = readBody(readTitle(utf8(fields.text("title"))), utf8(fields.text("body")));
      switch (body.type) {
        case "content":
          return { known: true, fields: body.fields, relations: body.relations.map((relation) => ({ ...relation })) };
        case "unknown":
          return { known: false, text: unknownText(body.raw), sha256: sha256Hex(body.raw) };
        case "document":
          return { known: true, sha256: sha256Hex(body.bytes) };
      }
    },
  },
});

/** An entry of an exchange in the section that it is about, under `header`, with `title` in clear to its readers. */
runVectors("filed", filed, {
  open: {
    required: ["header", "title", "filed", "public"],
    run: async (fields) => {
      const nested = new Fields(fields.raw("filed"), "filed");
      const filing = readFiling(nested);
      nested.done();
      const first = readEntry(await filing.statement.verify(fields.data("public")));
      const { title, body } = await openFiled(header(fields), fields.text("title"), filing, first);
      return { kind: title.kind, title: title.title, text: body.fields["text"] ?? "", entry: first.id };
    },
  },
});

runVectors("take_back", takeBack, {
  check: {
    required: ["statement", "public", "entry"],
    run: async (fields) => {
      const statement = await statementFromJson(fields.raw("statement")).verify(fields.data("public"));
      checkTakeBack(readTakeBack(statement), readEntry(statementFromJson(fields.raw("entry"))));
      return undefined;
    },
  },
});
