/**
 * The page without network (docs/spec/web.md, rules 9 to 12). What this worker may do: keep the files of the hub's manifest, each as
 * its hash says, and answer with them where the network has no answer. It answers no request of the interface, keeps no answer of
 * it, holds no key and reads nothing that the page keeps. It runs as one file: it imports what the build puts into it.
 */
import { filesOf, keep, pathOf, PREFIX } from "./kept-files.ts";
import type { Place } from "./kept-files.ts";

/** The worker's own side of the browser: the library of types that has it cannot stand beside the page's. */
interface Worker {
  readonly location: Location;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(of: { readonly type: "window" }): Promise<readonly { focus(): Promise<unknown> }[]>;
    openWindow(address: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install", listener: (event: Installing) => void): void;
  addEventListener(type: "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
}

interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}

interface Installing extends Lasting {
  /** Which requests go past the worker, where a browser can be told. */
  addRoutes?(route: {
    readonly condition: { readonly urlPattern: { readonly pathname: string } };
    readonly source: "network";
  }): Promise<void>;
}

interface Pressed extends Lasting {
  readonly notification: Notification;
}

interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const worker = globalThis as unknown as Worker;

const place: Place = {
  names: async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX)),
  remove: async (name) => {
    await caches.delete(name);
  },
  put: async (name, path, answer) => {
    await (await caches.open(name)).put(`/${path}`, answer);
  },
};

/** Keep the files of the version that the hub serves now, when they are not kept already. */
async function renew(): Promise<void> {
  const answer = await fetch("/v1/web", { cache: "no-store" });
  if (!answer.ok) return;
  await keep(filesOf(await answer.json()), place, (path) => fetch(`/${path}`, { cache: "no-cache" }));
}

/** What is kept under a path; undefined for a file that no kept version names. */
async function kept(path: string): Promise<Response | undefined> {
  for (const name of await place.names()) {
    const found = await (await caches.open(name)).match(`/${path}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The network's answer; where there is none, what is kept. */
async function answered(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept(path);
    if (found === undefined) throw error;
    return found;
  }
}

/** One renewal at a time; without network, or with files that do not fit, what was kept stays. */
let renewing: Promise<void> | undefined;
function renewed(): Promise<void> {
  renewing ??= renew()
    .catch(() => undefined)
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

worker.addEventListener("install", (event) => {
  // The interface is none of its business: nothing waits until it has said so.
  if (event.addRoutes !== undefined)
    event.waitUntil(event.addRoutes({ condition: { urlPattern: { pathname: "/v1/*" } }, source: "network" }));
  event.waitUntil(renewed().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = pathOf(request.method, request.url, worker.location.origin);
  if (path === undefined) return;
  event.respondWith(answered(request, path));
  // Each time somebody comes, what is kept becomes what the hub serves now.
  if (request.mode === "navigate") event.waitUntil(renewed());
});

// A notification that the page had shown by this worker, because telephones let no page do it: it leads to the page, and says no more.
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const found = worker.clients.matchAll({ type: "window" });
  event.waitUntil(found.then(([page]) => (page === undefined ? worker.clients.openWindow("/") : page.focus())));
});
