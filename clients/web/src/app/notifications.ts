/** Notifications by the browser, without content: while somebody is signed in, has turned them on, and looks elsewhere (F9). */
import { useEffect } from "preact/hooks";

import type { Client } from "../client/client.ts";
import { toRead } from "../client/inbox.ts";
import { Notifying, notifies } from "../client/notifying.ts";
import type { App } from "./context.ts";

/** What is asked to tell again when the setting changes on this page. */
const CHANGED = new EventTarget();

/** Take up a setting that was just changed. */
export function notifyAnew(): void {
  CHANGED.dispatchEvent(new Event("change"));
}

/** Whether the browser can notify, may, may not, or has not been asked. */
export function permission(): "absent" | NotificationPermission {
  return "Notification" in globalThis ? Notification.permission : "absent";
}

/** One notification in the place of the one before: a sentence that is always the same. */
function show(text: string): void {
  const options = { body: text, tag: "volet", icon: "/icon-192.png" };
  try {
    const shown = new Notification("Volet", options);
    shown.onclick = () => {
      focus();
      shown.close();
    };
  } catch {
    // Telephones let only a worker notify.
    void navigator.serviceWorker.getRegistration().then((worker) => worker?.showNotification("Volet", options));
  }
}

async function started(client: Client, text: string): Promise<Notifying | undefined> {
  if (permission() !== "granted" || !(await notifies(client.vault))) return undefined;
  const notifying = new Notifying({
    look: async () => {
      const { desk } = client;
      const [received, marks] = await Promise.all([desk.all(), desk.marks]);
      return toRead(received, marks, client.author.user, client.nowMs());
    },
    listen: (listener) => client.live.listen(listener),
    isHidden: () => document.visibilityState === "hidden",
    nowMs: client.nowMs,
    show: () => {
      show(text);
    },
  });
  notifying.start();
  return notifying;
}

/** Tell of what arrives, as long as this page shows the professional's space. */
export function useNotifications({ client, messages, space }: Pick<App, "client" | "messages" | "space">): void {
  const text = messages.notify.waits;
  useEffect(() => {
    if (space !== "professional") return undefined;
    let running = started(client, text);
    const anew = (): void => {
      const before = running;
      running = before.then((one) => {
        one?.stop();
        return started(client, text);
      });
    };
    const looks = (): void => {
      void running.then((one) => {
        if (document.visibilityState === "hidden") one?.left();
        else one?.seen();
      });
    };
    CHANGED.addEventListener("change", anew);
    document.addEventListener("visibilitychange", looks);
    return () => {
      CHANGED.removeEventListener("change", anew);
      document.removeEventListener("visibilitychange", looks);
      void running.then((one) => one?.stop());
    };
  }, [client, text, space]);
}
