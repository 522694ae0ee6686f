/** What every screen of somebody signed in has: the client, the session, who acts in which capacity, the words, the time. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { Client } from "../client/client.ts";
import type { Session } from "../client/session.ts";
import type { Words } from "../i18n/words.ts";
import type { Attestation } from "../protocol/capacities.ts";
import { ROW } from "../protocol/operator-roles.ts";

/** The three spaces of the product. */
export type Space = "person" | "professional" | "auditor";

export interface App extends Words {
  readonly session: Session;
  /** Verified cases, lists and entries, and what writes them; kept as long as the page. */
  readonly client: Client;
  /** The capacity that the session acts in, undefined for a person. */
  readonly acting: Attestation | undefined;
  readonly space: Space;
  readonly nowMs: () => number;
  /** Say something for a moment, to eyes and to who listens. */
  readonly tell: (text: string) => void;
  /** Leave the page for another address: an identity provider. */
  readonly leave: (url: string) => void;
  /** Look again at where the session stands: after signing out, or when another capacity is taken. */
  readonly restart: () => Promise<void>;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("no screen stands outside of the application");
  return app;
}

/** The space of a capacity: who watches over the log stands apart from who follows cases. */
export function spaceOf(acting: Attestation | undefined): Space {
  if (acting === undefined) return "person";
  const { row, role } = acting.capacity;
  return row === ROW && (role === "auditor" || role === "dpo") ? "auditor" : "professional";
}
