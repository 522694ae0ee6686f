/**
 * Files that are to leave with a message: made ready when somebody picks them, sealed in the vault until they have left or were taken
 * away, so that a page that is closed, or a network that fails, loses none.
 */
import type { JsonObject } from "../protocol/canonical.ts";
import { toHex } from "../protocol/encodings.ts";
import type { Fields } from "../protocol/fields.ts";
import { Misuse } from "./errors.ts";
import { isPhoto, redrawn, UnreadableImage } from "./images.ts";
import { mediaTypeOf } from "./previews.ts";
import { draw } from "./profile.ts";
import type { Vault } from "./vault.ts";

/** Above, a browser would keep too much in memory: the command line sends files of any size. */
export const LARGEST_FILE = 25 * 1024 * 1024;
export const MOST_FILES = 10;
const START = 64;
const LONGEST_NAME = 120;
const END = 12;
const FILE = "file ";

/** One file in the vault. */
export interface KeptFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
}

export class KeptFiles {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /**
   * Make a file ready and keep it: a photo is drawn again, without place nor camera (F32). Throws `Misuse` for one that is empty, too
   * large, or an image whose pixels cannot be read: it is never sent as it came.
   */
  async keep(file: Blob, name: string): Promise<KeptFile> {
    if (file.size === 0) throw new Misuse("file-empty");
    if (file.size > LARGEST_FILE) throw new Misuse("file-size");
    const ready = isPhoto(file.type) || isPhoto(mediaTypeOf("", await startOf(file))) ? await photo(file) : file;
    const bytes = new Uint8Array(await ready.arrayBuffer());
    const mediaType = mediaTypeOf(ready.type, bytes.subarray(0, START));
    const kept = { id: toHex(draw(16)), name: nameOf(name, mediaType), mediaType, size: bytes.length };
    await this.#vault.saveBytes(FILE + kept.id, bytes);
    return kept;
  }

  /** The bytes of a file; throws `Misuse` when they are gone. */
  async load({ id }: KeptFile): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.#vault.loadBytes(FILE + id);
    if (bytes === undefined) throw new Misuse("file-gone");
    return bytes;
  }

  async remove(files: readonly KeptFile[]): Promise<void> {
    for (const { id } of files) await this.#vault.remove(FILE + id);
  }
}

async function startOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, START).arrayBuffer());
}

async function photo(file: Blob): Promise<Blob> {
  try {
    return await redrawn(file);
  } catch (error) {
    if (error instanceof UnreadableImage) throw new Misuse("image");
    throw error;
  }
}

/** One component without signs that nobody sees; a photo ends as what it became. */
export function nameOf(given: string, mediaType: string): string {
  const plain = given
    .replace(/[\p{C}/\\]/gu, "_")
    .trim()
    .replace(/^\.+/, "");
  const name = mediaType === "image/jpeg" ? plain.replace(/\.(?!jpe?g$)[^.]*$/i, ".jpg") : plain;
  if (name === "") return "Document";
  // The end tells what it is: what is cut is the middle, and never half a character.
  const cut = `${name.slice(0, LONGEST_NAME - END - 1)}…${name.slice(-END)}`.toWellFormed();
  return name.length <= LONGEST_NAME ? name : cut;
}

/** The field `files` of an object of the vault, absent for none. */
export function filesToJson(files: readonly KeptFile[]): JsonObject {
  if (files.length === 0) return {};
  return { files: files.map(({ id, name, mediaType, size }) => ({ id, name, media_type: mediaType, size })) };
}

export function readFiles(fields: Fields): readonly KeptFile[] {
  if (!fields.has("files")) return [];
  return fields.objects("files", MOST_FILES).map((one) => {
    const file = {
      id: one.text("id", 64),
      name: one.label("name"),
      mediaType: one.text("media_type", 127),
      size: one.integer("size"),
    };
    one.done();
    return file;
  });
}
