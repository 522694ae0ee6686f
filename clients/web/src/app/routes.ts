/** The course of a case: what is seldom done about it, in a file of its own. */
export const COURSE = {
  "print-part": "/cases/:case/print/:part",
  "print-entry": "/cases/:case/print/:place/:entry",
  withhold: "/cases/:case/withhold/:place/:entry",
  mandates: "/cases/:case/mandates",
  oppositions: "/cases/:case/oppositions",
  steps: "/cases/:case/steps",
  away: "/cases/:case/away",
  join: "join/:case/:invitation",
  "team-invite": "/cases/:case/team/invite",
  links: "/cases/:case/links",
  "open-case": "/open-case",
  "hand-over": "/hand-over",
  round: "/round",
  "round-case": "/round/:case",
} as const;
export const COURSE_NAMES = Object.keys(COURSE) as readonly (keyof typeof COURSE)[];
/** Events around a case. */
const EVENTS = {
  urgent: "/urgent",
  "urgent-case": "/cases/:case/urgent",
  "urgent-review": "/cases/:case/urgent/:emergency",
  meetings: "/cases/:case/meetings",
  "meeting-new": "/cases/:case/meeting",
  meeting: "/cases/:case/meetings/:conference",
  "meeting-show": "/cases/:case/meetings/:conference/show",
  danger: "/cases/:case/danger",
  "danger-one": "/cases/:case/danger/:report",
} as const;
export const EVENT_NAMES = Object.keys(EVENTS) as readonly (keyof typeof EVENTS)[];

/** Team and consent. */
const TEAM = {
  team: "/cases/:case/team",
  "team-add": "/cases/:case/team/add",
  around: "/cases/:case/around",
  consents: "/cases/:case/consents",
  "consent-ask": "/cases/:case/consents/ask/:participation",
  withdraw: "/cases/:case/consents/withdraw",
} as const;
export const TEAM_NAMES = Object.keys(TEAM) as readonly (keyof typeof TEAM)[];

/** One's own devices, recovery phrase and lock, in a file of their own. */
export const OWN = {
  devices: "/devices",
  "device-add": "/devices/add",
  "device-name": "/devices/name/:device",
  "device-revoke": "/devices/revoke/:device",
  phrase: "/phrase",
  lock: "/lock",
} as const;
export const OWN_NAMES = Object.keys(OWN) as readonly (keyof typeof OWN)[];

/**
 * Every address of the page. An address is a fragment, which never reaches a server: `#/cases/ID`. A part that begins with a
 * colon is a parameter; one line here makes the route, `screens.tsx` says what it shows.
 */
export const ROUTES = {
  home: "/",
  device: "/device",
  capacity: "/capacity",
  traces: "/traces",
  consulted: "/consulted",
  ...OWN,
  // The person's own file.
  myLooks: "/my/:case/looks",
  myLook: "/my/:case/looks/:index",
  myWho: "/my/:case/who",
  myParts: "/my/:case/parts",
  myRead: "/my/:case/read/:part",
  myEntry: "/my/:case/read/:place/:entry",
  myWrite: "/my/:case/write",
  myCopy: "/my/:case/copy",
  myRequests: "/my/:case/requests",
  myPaper: "/my/:case/paper/:fact",
  myFile: "/my/:case/file",
  myChoices: "/my/:case/choices",
  myConsent: "/my/:case/agree/:participation",
  myAccount: "/my/:case/account",
  "audit-log": "/audit/log/:since/:until",
  "audit-case": "/audit/case/:case/:reason/:since/:until",
  "audit-entry": "/audit/entry/:index",
  "audit-emergencies": "/audit/emergencies",
  "audit-emergency": "/audit/emergencies/:emergency",
  "audit-state": "/audit/state",
  "audit-sheet": "/audit/sheet",
  "audit-sheet-of": "/audit/sheet/:case/:reason/:day",
  cases: "/cases",
  case: "/cases/:case",
  thread: "/cases/:case/thread/:part",
  exchange: "/cases/:case/exchange/:exchange",
  entry: "/cases/:case/entry/:place/:entry",
  search: "/search",
  demands: "/demands",
  demand: "/cases/:case/demands/:request",
  ...EVENTS,
  ...COURSE,
  ...TEAM,
  outgoing: "/outgoing",
  actions: "/actions",
  newExchange: "/cases/:case/new-exchange",
} as const;
