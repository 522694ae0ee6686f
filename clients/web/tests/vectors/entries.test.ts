/** Runs `tests/vectors/padding.json`, `sealing.json` and `entry_list.json`. */
import entryList from "../../../../tests/vectors/entry_list.json?raw";
import padding from "../../../../tests/vectors/padding.json?raw";
import sealing from "../../../../tests/vectors/sealing.json?raw";
import { concat } from "../../src/protocol/bytes.ts";
import { toBase64url, toHex } from "../../src/protocol/encodings.ts";
import { checkAuthor, checkEpoch, checkPage, checkSeen, listId, readListHead } from "../../src/protocol/entry-list.ts";
import type { Fields } from "../../src/protocol/fields.ts";
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
import type { PartSecret } from "../../src/protocol/sealing.ts";
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
