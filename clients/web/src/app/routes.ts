/**
 * Every address of the page. An address is a fragment, which never reaches a server: `#/cases/ID`. A part that begins with a
 * colon is a parameter; one line here makes the route, `screens.tsx` says what it shows.
 */
export const ROUTES = {
  home: "/",
  device: "/device",
  capacity: "/capacity",
  // The person's own file.
  myLooks: "/my/:case/looks",
  myLook: "/my/:case/looks/:index",
  myWho: "/my/:case/who",
  myParts: "/my/:case/parts",
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
} as const;
