/** Where each space leads from everywhere: five places at most, because a phone shows no more. */
import type { Messages } from "../i18n/messages.ts";
import type { IconName } from "../ui/icon.tsx";
import type { Space } from "./context.ts";
import type { Route, RouteName } from "./router.ts";
import { COURSE_NAMES, EVENT_NAMES, OWN_NAMES, TEAM_NAMES } from "./routes.ts";

export interface Place {
  readonly route: Route;
  readonly label: keyof Messages["nav"];
  readonly icon: IconName;
  /** The routes whose screens stand under this place. */
  readonly holds: readonly RouteName[];
}

const MINE: Place = {
  route: { name: "home" },
  label: "mine",
  icon: "file",
  holds: [
    "home",
    "myFile",
    "myLooks",
    "myLook",
    "myWho",
    "myParts",
    "myRead",
    "myEntry",
    "myWrite",
    "myCopy",
    "myRequests",
    "myPaper",
    "myAccount",
    "myChoices",
    "myConsent",
  ],
};
const DEVICE: Place = {
  route: { name: "device" },
  label: "device",
  icon: "device",
  holds: ["device", "capacity", "traces", "consulted", ...OWN_NAMES],
};

const JOURNAL: Place = {
  route: { name: "home" },
  label: "journal",
  icon: "search",
  holds: ["home", "audit-log", "audit-case", "audit-entry"],
};
const EMERGENCIES: Place = {
  route: { name: "audit-emergencies" },
  label: "emergencies",
  icon: "alert",
  holds: ["audit-emergencies", "audit-emergency"],
};
const STATE: Place = { route: { name: "audit-state" }, label: "logState", icon: "shield", holds: ["audit-state"] };
const SHEET: Place = {
  route: { name: "audit-sheet" },
  label: "sheet",
  icon: "file",
  holds: ["audit-sheet", "audit-sheet-of"],
};
const INBOX: Place = { route: { name: "home" }, label: "inbox", icon: "inbox", holds: ["home", "outgoing", "actions"] };
const CASES: Place = {
  route: { name: "cases" },
  label: "cases",
  icon: "file",
  holds: ["cases", "case", "thread", "exchange", "entry", "newExchange", ...EVENT_NAMES, ...COURSE_NAMES, ...TEAM_NAMES],
};
const DEMANDS: Place = {
  route: { name: "demands" },
  label: "demands",
  icon: "bell",
  holds: ["demands", "demand"],
};
const SEARCH: Place = { route: { name: "search" }, label: "search", icon: "search", holds: ["search"] };

export const PLACES: Readonly<Record<Space, readonly Place[]>> = {
  person: [MINE, DEVICE],
  professional: [INBOX, CASES, DEMANDS, SEARCH, DEVICE],
  auditor: [JOURNAL, EMERGENCIES, STATE, SHEET, DEVICE],
};
