/** What was sent and has not left: undone in time, kept without network, sent once. */
import { describe, expect, it } from "vitest";

import { Drafts } from "../../src/client/drafts.ts";
import { Misuse, Refused, Unreachable } from "../../src/client/errors.ts";
import { KeptFiles, nameOf } from "../../src/client/kept-files.ts";
import { Outgoing, UNDO_MS } from "../../src/client/outgoing.ts";
import type { Message } from "../../src/client/outgoing-items.ts";
import type { OutgoingParts } from "../../src/client/outgoing.ts";
import type { Masking } from "../../src/client/masking.ts";
import type { Writing } from "../../src/client/posting.ts";
import { MemoryVault } from "./memory-vault.ts";

const HERE: Message = {
  case: "a".repeat(64),
  place: { kind: "section", name: "medical/2" },
  where: "here",
  title: "Bonjour",
  kind: "message",
  fields: { text: "Bonjour" },
  relations: [{ relation: "replies_to", entry: "b".repeat(64) }],
  files: [],
};

/** A device whose hub does what `answers` say, one after the other, and then takes everything. */
class Device {
  nowMs = 1_000_000;
  readonly posts: string[] = [];
  readonly attached: string[] = [];
  readonly written: unknown[] = [];
  readonly answers: (Error | undefined)[] = [];
  readonly there: { title: string; fields: object }[] = [];
  readonly kept = new MemoryVault();
  outgoing = this.opened();

  /** The same device after its page was closed. */
  opened(): Outgoing {
    const { vault } = this.kept;
    const listed = (title: string, n: number): object => ({
      listed: { n, entry: { id: "c".repeat(64), header: { preamble: { user: "me" } } } },
      title: { title },
    });
    const parts = {
      vault,
      drafts: new Drafts(vault),
      author: { user: "me", nowMs: () => this.nowMs },
      entries: {
        titles: () => Promise.resolve(this.there.map(({ title }, n) => listed(title, n))),
        read: () => Promise.resolve({ body: { type: "content", fields: this.there[0]?.fields, relations: HERE.relations } }),
      },
      posting: {
        post: (_case: string, _place: unknown, { title, fields, masking }: Writing) => {
          const answer = this.answers.shift();
          if (answer !== undefined) return Promise.reject(answer);
          this.posts.push(title);
          this.written.push([fields?.["text"], masking?.mask, masking?.passages?.length ?? 0]);
          return Promise.resolve({ id: "d".repeat(64) });
        },
      },
      documents: {
        attach: (
          _case: string,
          _place: unknown,
          { name, relations, masking }: { name: string; relations: readonly { entry: string }[]; masking?: Masking },
        ) => {
          const answer = this.answers.shift();
          if (answer !== undefined) return Promise.reject(answer);
          this.attached.push(`${name} ${relations[0]?.entry.slice(0, 1) ?? ""} ${masking?.mask ?? ""}`.trim());
          return Promise.resolve({ id: "e".repeat(64) });
        },
      },
    };
    this.outgoing = new Outgoing(parts as unknown as OutgoingParts);
    return this.outgoing;
  }

  later(): Promise<void> {
    this.nowMs += UNDO_MS;
    return this.outgoing.flush();
  }
}

describe("what is held back", () => {
  const said = { ...HERE, title: "Vue. Paul boit.", fields: { text: "Vue. Paul boit." }, relations: [] };

  it("leaves under its mask, its files too", async () => {
    const device = new Device();
    const file = await new KeptFiles(device.kept.vault).keep(new Blob(["un"]), "a.txt");
    await device.outgoing.leave({ ...said, held: "before_announcement", files: [file] });
    await device.later();
    expect(device.written).toEqual([["Vue. Paul boit.", "before_announcement", 0]]);
    expect(device.attached).toEqual(["a.txt d before_announcement"]);
  });

  it("stores what is about somebody else apart, first and once, and leaves no word of it in the rest", async () => {
    const device = new Device();
    await device.outgoing.leave({ ...said, passages: ["Paul boit."] });
    device.answers.push();
    await device.later();
    expect(device.posts).toEqual(["Passage concernant un tiers (1)", "Vue. [passage concernant un tiers]"]);
    expect(device.written).toEqual([
      ["Paul boit.", "third_party", 0],
      ["Vue. [passage concernant un tiers]", undefined, 1],
    ]);
  });

  it("is not stored apart a second time when the rest was refused", async () => {
    const device = new Device();
    const { id } = await device.outgoing.leave({ ...said, passages: ["Paul boit."] });
    device.answers.push(undefined, new Refused("denied", {}));
    await device.later();
    expect(device.posts).toHaveLength(1);
    await device.outgoing.hasten(id);
    await device.opened().flush();
    expect(device.posts).toEqual(["Passage concernant un tiers (1)", "Vue. [passage concernant un tiers]"]);
  });

  it("is still held back when sending is undone", async () => {
    const device = new Device();
    const [one, other] = [
      await device.outgoing.leave({ ...said, held: "third_party" }),
      await device.outgoing.leave({ ...said, where: "there", passages: ["Paul boit."] }),
    ];
    await device.outgoing.undo(one.id);
    await device.outgoing.undo(other.id);
    const drafts = new Drafts(device.kept.vault);
    expect((await drafts.load("here"))?.held).toBe("third_party");
    expect(await drafts.load("there")).toMatchObject({ held: "passage", passages: ["Paul boit."] });
  });

  it("is refused with a passage that is not in its text", async () => {
    await expect(new Device().outgoing.leave({ ...said, passages: ["Pierre boit."] })).rejects.toThrow(Misuse);
  });
});

describe("a message", () => {
  it("leaves after 20 seconds and not before, once", async () => {
    const device = new Device();
    await device.outgoing.leave(HERE);
    await device.outgoing.flush();
    expect(device.posts).toEqual([]);
    await device.later();
    await device.later();
    expect(device.posts).toEqual(["Bonjour"]);
    expect(await device.outgoing.items()).toEqual([]);
  });

  it("held back in time is a draft again, before what was begun since", async () => {
    const device = new Device();
    const { id } = await device.outgoing.leave({ ...HERE, fields: { text: "Bonjour", asks_charge: 24 }, kind: "transmission" });
    const drafts = new Drafts(device.kept.vault);
    await drafts.save("here", { text: "Et aussi", level: 2, asksCharge: false, files: [] });
    expect((await device.outgoing.undo(id))?.title).toBe("Bonjour");
    expect(await drafts.load("here")).toEqual({ text: "Bonjour\n\nEt aussi", level: 2, asksCharge: true, files: [] });
    await device.later();
    expect(device.posts).toEqual([]);
    expect(await device.outgoing.undo(id)).toBeUndefined();
  });

  it("without network stays through a reload, and leaves when there is one", async () => {
    const device = new Device();
    await device.outgoing.leave(HERE);
    device.answers.push(new Unreachable("no"), new Unreachable("no"));
    await device.later();
    device.opened();
    await device.later();
    expect((await device.outgoing.items()).map(({ why }) => why)).toEqual([undefined]);
    await device.later();
    expect(device.posts).toEqual(["Bonjour"]);
  });

  it("whose answer was lost is found in the list and not stored again", async () => {
    const device = new Device();
    await device.outgoing.leave(HERE);
    device.answers.push(new Unreachable("the answer was lost"));
    await device.later();
    device.there.push({ title: "Bonjour", fields: { text: "Bonjour" } });
    await device.later();
    expect(device.posts).toEqual([]);
    expect(await device.outgoing.items()).toEqual([]);
  });

  it("refused stays with the reason, cannot be lost by sending, and is thrown away by its author alone", async () => {
    const device = new Device();
    const { id } = await device.outgoing.leave(HERE);
    device.answers.push(new Refused("denied", {}));
    await device.later();
    await device.later();
    const [refused] = await device.outgoing.items();
    expect([refused?.why, device.posts]).toEqual(["denied", []]);
    await device.outgoing.hasten(id);
    device.answers.push(new Refused("denied", {}));
    await device.later();
    await device.outgoing.drop(id);
    expect(await device.outgoing.items()).toEqual([]);
  });

  it("that no reader would take never leaves its draft", async () => {
    const device = new Device();
    await expect(device.outgoing.leave({ ...HERE, kind: "goal" })).rejects.toThrow(Misuse);
    expect(await device.outgoing.items()).toEqual([]);
  });
});

describe("files", () => {
  it("follow their message and name it; after a failure only what is missing is sent", async () => {
    const device = new Device();
    const files = new KeptFiles(device.kept.vault);
    const [one, two] = [await files.keep(new Blob(["un"]), "un.txt"), await files.keep(new Blob(["deux"]), "deux.txt")];
    await device.outgoing.leave({ ...HERE, files: [one, two] });
    await device.outgoing.flush();
    device.nowMs += UNDO_MS;
    const post = device.outgoing.flush();
    await post;
    expect(device.attached).toEqual(["un.txt d", "deux.txt d"]);
    await expect(files.load(one)).rejects.toThrow(Misuse);
  });

  it("whose sending failed wait with their message, which is not said twice", async () => {
    const device = new Device();
    const file = await new KeptFiles(device.kept.vault).keep(new Blob(["un"]), "un.txt");
    await device.outgoing.leave({ ...HERE, fields: {}, files: [file] });
    device.answers.push(new Unreachable("no"));
    await device.later();
    expect((await device.outgoing.items())[0]?.files).toEqual([file]);
    await device.later();
    // Without words a file answers by itself.
    expect([device.posts, device.attached]).toEqual([[], ["un.txt b"]]);
  });

  it("that are empty or too large are refused before anything is kept", async () => {
    const files = new KeptFiles(new MemoryVault().vault);
    await expect(files.keep(new Blob([]), "vide.txt")).rejects.toThrow("file-empty");
    const large = { size: 26 * 1024 * 1024, type: "" } as Blob;
    await expect(files.keep(large, "grand.bin")).rejects.toThrow("file-size");
  });

  it.each([
    ["../../etc/passwd", "text/plain", "_.._etc_passwd"],
    ["photo.HEIC", "image/jpeg", "photo.jpg"],
    ["\u202Efdp.exe", "text/plain", "_fdp.exe"],
    ["...", "text/plain", "Document"],
  ])("have a name without paths and hidden signs: %s", (given, type, name) => {
    expect(nameOf(given, type)).toBe(name);
    expect(nameOf("x".repeat(300), type).length).toBe(120);
  });
});
