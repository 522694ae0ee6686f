/** Around every screen: head, navigation, states of an act. */
import type { shell as french } from "../fr/shell.ts";
import type { Said } from "../said.ts";

export const shell: Said<typeof french> = {
  shell: {
    navigation: "Main navigation",
    signOut: "Sign out",
    person: "Person concerned",
    unknownTitle: "There is no such page",
    unknownBody: "The link is old, or a piece of it is missing.",
    toStart: "Back to the start",
    close: "Close",
    confidential: "Confidential document",
    offline: "No network: what you write is kept here and leaves when the network is back.",
    step: (now, all) => `Step ${now} of ${all}`,
  },
  alarms: {
    another: (issuer: string, account: string) =>
      `Another account was made in your name at ${issuer} (${account}). If it was not you, tell your colleagues and the registrar.`,
    somewhere: "an identity provider",
    logLost: (held: number, seen: number) =>
      `The hub was restored from a backup: its log ends at ${held} leaves, this device had seen ${seen}. What it acknowledged after that is lost. The evidence is kept; tell the registrar.`,
    actsLost: "Acts that were verified on this device are gone from the hub, which was restored from a backup: make them again.",
  },
  act: {
    sending: "Sending…",
    sent: "Sent",
    logged: "Recorded, entered in the log",
    failed: "This was not sent",
  },
  nav: {
    mine: "My file",
    journal: "Log",
    emergencies: "Emergencies",
    logState: "State",
    sheet: "Inspection",
    home: "Start",
    inbox: "To read",
    cases: "My cases",
    demands: "Requests",
    search: "Search",
    device: "My device",
    capacity: "I act as…",
  },
  capacity: {
    title: "I act as…",
    body: "Your rights follow the capacity in which you act. Choose today’s.",
    none: "No capacity is attested on this device yet. The registrar of your structure attests what you do; you identify yourself there once.",
    ask: "Have my capacity attested",
    act: (what) => `Act as ${what}`,
    current: "now",
    where: "Place of work",
    until: "Attested until",
    choose: "Act as this",
    noRegistrar: "This hub names no registrar. Ask your structure.",
  },
};
