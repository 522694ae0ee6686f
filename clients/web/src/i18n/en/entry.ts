/** The way in: first visit, login, this device. */
import type { entry as french } from "../fr/entry.ts";
import type { Said } from "../said.ts";

export const entry: Said<typeof french> = {
  again: {
    title: "Confirm that it is you",
    body: "This act gives rights or a key to somebody, or takes a copy out. You identified yourself some time ago: do it again, you will come back here.",
    go: "Identify again",
  },
  unsupported: {
    title: "This browser will not do",
    body: "Volet encrypts everything in the browser, and this one lacks what that takes: use a recent Firefox, Chrome, Edge or Safari, outside private browsing.",
    missing: (what) => `Missing: ${what}.`,
  },
  welcome: {
    title: "Exchange around a person, and nobody else reads",
    body: "What you write is encrypted here, on this device, before it leaves. The hub sees who writes, when and in which compartment; never the content.",
    professional: "I am a professional",
    person: "I am the person concerned, or I represent them",
    first: "First visit on this device",
    trust: "This hub says that it is",
    fingerprint: "Fingerprint",
    trustHelp:
      "If your structure gave you this fingerprint on paper, compare it. It is kept on this device: another hub, or another fingerprint, will be refused.",
  },
  invited: {
    title: "You are invited into a case",
    lead: "Somebody who follows this person lets you in. You read as soon as you are logged in, even if nobody else is on line.",
    code: "Code of the invitation",
    codeHint: "17 letters and digits, which you were told by voice or telephone.",
    wrong: "This code was copied wrongly: have it repeated. 17 letters and digits, XXXX-XXXX-XXXX-XXXX-X.",
    join: "Join the case",
    joining: "Checking the code and opening the case: a few seconds…",
    over: "This invitation opens nothing any more",
    left: "Part of the case will follow once a member connects.",
  },
  login: {
    title: "Log in",
    body: "You go to your identity provider, then come back here. It learns that you log in, and nothing else.",
    go: "Log me in",
    code: (code) => `If a page shows a code on the way back, it has to be the code ${code}: otherwise go no further.`,
    professional: "I am a professional: my function, then log me in",
    professionalHelp:
      "The first time, your structure's registrar attests your function first. Your identity provider may ask you twice who you are.",
    which: "Who attests your function?",
    waiting: "Waiting for your answer at the identity provider…",
    notYet: "Nothing has come from the identity provider yet.",
    again: "Start the login again",
  },
  home: {
    title: "Hello",
    signedIn: "You are logged in.",
    device: "This device",
    fingerprintHelp: "Your fingerprint phrase: a colleague compares it by voice.",
    signOut: "Log out",
    card: "My contact card",
    cardHelp: "A colleague needs it to let you into a case. It holds neither a name nor a secret.",
    copyCard: "Copy my card",
    cardText: "The text of the card",
    cardQr: "The card, as a square to photograph",
    copied: "Card copied.",
    notCopied: "The browser did not allow copying: select the text.",
    sessions: "My sessions",
    sessionsHelp: "These are your open sign-ins. Close those that you do not recognise: the device is signed out at once.",
    thisSession: "here",
    thisDevice: "This device",
    otherDevice: (mark: string) => `Another device (${mark})`,
    openedAt: (when: string, seen: string) => `Opened ${when}. Used ${seen}.`,
    endSession: "Close",
    endSessionOf: (device: string, when: string) => `Close the session: ${device}, opened ${when}`,
    sessionEnded: "The session is closed.",
  },
};
