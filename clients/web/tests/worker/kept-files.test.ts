/** What the worker keeps and answers: the files of the manifest, each as its hash says, never an answer of the interface. */
import { describe, expect, it } from "vitest";

import { filesOf, hashed, keep, pathOf, placeOf } from "../../src/worker/kept-files.ts";
import type { PageFile, Place } from "../../src/worker/kept-files.ts";

const ORIGIN = "https://hub.example";
const HASH = "a".repeat(64);

/** The browser's cache, in memory. */
class MemoryPlace implements Place {
  readonly kept = new Map<string, Map<string, string>>();

  names(): Promise<readonly string[]> {
    return Promise.resolve([...this.kept.keys()]);
  }

  remove(name: string): Promise<void> {
    this.kept.delete(name);
    return Promise.resolve();
  }

  async put(name: string, path: string, answer: Response): Promise<void> {
    const files = this.kept.get(name) ?? new Map<string, string>();
    this.kept.set(name, files.set(path, await answer.text()));
  }
}

async function fileOf(path: string, text: string): Promise<PageFile> {
  const data = new TextEncoder().encode(text);
  return { path, hash: await hashed(data), size: data.length };
}

function serving(texts: Readonly<Record<string, string>>): (path: string) => Promise<Response> {
  return (path) => Promise.resolve(new Response(texts[path] ?? "", { status: path in texts ? 200 : 404 }));
}

describe("what a request asks for", () => {
  it("is a file of the page only without a question, with GET, of this origin, and never an answer of the interface", () => {
    expect(pathOf("GET", `${ORIGIN}/`, ORIGIN)).toBe("index.html");
    expect(pathOf("GET", `${ORIGIN}/assets/a-1.js`, ORIGIN)).toBe("assets/a-1.js");
    for (const address of ["/v1/cases", "/v1/web", "/icon.svg?x=1"])
      expect(pathOf("GET", ORIGIN + address, ORIGIN)).toBeUndefined();
    expect(pathOf("POST", `${ORIGIN}/`, ORIGIN)).toBeUndefined();
    expect(pathOf("GET", "https://elsewhere.example/icon.svg", ORIGIN)).toBeUndefined();
  });
});

describe("a manifest", () => {
  it("names files below the page, each with hash and size; anything else keeps nothing", () => {
    const file = { path: "icon.svg", hash: HASH, size: 3 };
    expect(filesOf({ manifest: { files: [file] } })).toEqual([file]);
    const script = { ...file, path: "assets/a-1.js" };
    // What a file was compressed to comes in its place, and is unpacked by then.
    expect(filesOf({ manifest: { files: [script, { ...file, path: "assets/a-1.js.br" }] } })).toEqual([script]);
    expect(filesOf({ manifest: { files: [{ ...file, path: "alone.br" }] } })).toHaveLength(1);
    const paths = ["../x", "/x", "a//b", ".env", "v1/cases", ""].map((path) => ({ ...file, path }));
    const others = [{ ...file, hash: "A".repeat(64) }, { ...file, size: -1 }, { ...file, size: 2 ** 30 }, null, "icon.svg"];
    for (const wrong of [...paths, ...others]) expect(() => filesOf({ manifest: { files: [wrong] } })).toThrow(TypeError);
    for (const wrong of [{}, { manifest: {} }, { manifest: { files: [] } }, null])
      expect(() => filesOf(wrong)).toThrow(TypeError);
  });
});

describe("keeping", () => {
  it("keeps exactly these files, and lets the build before go", async () => {
    const place = new MemoryPlace();
    const [old, page, script] = [await fileOf("index.html", "old"), await fileOf("index.html", "new"), await fileOf("a.js", "1")];
    await keep([old], place, serving({ "index.html": "old" }));
    place.kept.set("of another program", new Map());
    await keep([page, script], place, serving({ "index.html": "new", "a.js": "1" }));
    const name = await placeOf([page, script]);
    expect([...place.kept.keys()].sort()).toEqual(["of another program", name]);
    expect([...(place.kept.get(name) ?? [])]).toEqual([["index.html", "new"], ["a.js", "1"]]); // prettier-ignore
  });

  it("keeps nothing of a build in which one file is not the one announced, and goes on keeping the one before", async () => {
    const place = new MemoryPlace();
    const [old, page, script] = [await fileOf("index.html", "old"), await fileOf("index.html", "new"), await fileOf("a.js", "1")];
    const before = await keep([old], place, serving({ "index.html": "old" }));
    for (const texts of [{ "index.html": "new", "a.js": "2" }, { "index.html": "new", "a.js": "10" }, { "index.html": "new" }]) {
      await expect(keep([page, script], place, serving(texts))).rejects.toThrow(TypeError);
    }
    expect([...place.kept.keys()]).toEqual([before]);
  });

  it("asks for nothing when it keeps this build already", async () => {
    const place = new MemoryPlace();
    const page = await fileOf("index.html", "new");
    await keep([page], place, serving({ "index.html": "new" }));
    await keep([page], place, () => Promise.reject(new Error("asked")));
    expect(place.kept.size).toBe(1);
  });
});
