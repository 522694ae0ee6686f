/** One's own sessions at the hub: where somebody is signed in, and ending one of them from here. */
import { Fields } from "../protocol/fields.ts";
import type { Transport } from "./transport.ts";

/** A session: its device, when it was opened and last used (ms), and whether it is the one that asks. */
export interface OwnSession {
  readonly session: string;
  readonly device: string;
  readonly createdMs: number;
  readonly seenMs: number;
  readonly current: boolean;
}

/** The sessions that still serve, newest first. */
export async function ownSessions(transport: Transport): Promise<readonly OwnSession[]> {
  return (await transport.getList("/v1/sessions")).map((item) => {
    const fields = new Fields(item, "session");
    const one = {
      session: fields.hash("session"),
      device: fields.hash("device"),
      createdMs: fields.integer("created_ms"),
      seenMs: fields.integer("seen_ms"),
      current: fields.boolean("current"),
    };
    fields.integer("expires_ms");
    fields.done();
    return one;
  });
}

/** End a session; whoever sits there is signed out at once. */
export async function endSession(transport: Transport, session: string): Promise<void> {
  await transport.delete(`/v1/sessions/${session}`);
}
