/** What is traced of a professional, what they read, and what this browser keeps. */
import { agreeing } from "../agreeing.ts";
import type { device as french } from "../fr/device.ts";
import type { Said } from "../said.ts";

const agree = agreeing("en");

export const device: Said<typeof french> = {
  traces: {
    title: "What Volet keeps about you",
    lead: "Read this once before you begin. The page stays under “My device”.",
    what: "What is written down",
    whatBody:
      "When content is handed to your device, when you write, print or take something away, when you record a consent or enter in an emergency, the hub enters it in a log. A refusal is entered too.\nAn entry says: your account, your function, your structure, the date, the compartment, what for, and the rule applied. What you read or write is not in it. Reading again what the device has already received adds nothing.\nNobody can change this log in secret, not even who runs the hub.",
    who: "Who sees it",
    whoBody:
      "The person concerned, and who represents them: the date, the compartment, what for, your function and your structure. Your name, only if you are of their team or entered in an emergency.\nThe auditor and the data protection officer: the entries, never the content. When they look at one case, they write down why.\nWho runs the hub: who, when, which compartment; never the content. Your colleagues do not see this log.",
    howLong: "For how long",
    months: (count) =>
      `${count} ${agree(count, "month", "months")}. Then a line without a name remains, which shows that nothing was removed in secret. Consents and rights that you record stay as long as they serve.`,
    yours: "Your rights",
    yoursBody:
      "“What I read” shows at any time what was handed to you. To consult, correct or object: the data protection officer of your structure. You may also write to the CNIL.",
    read: "I have read this, continue",
    readOn: (when) => `You read this page on ${when}, on this device.`,
  },
  consulted: {
    title: "What I read",
    lead: "What the log keeps of what you read, over all your cases. Only you see this page; to look at it is entered too.",
    none: "Nothing was handed to you in this period.",
    days: "The last 30 days",
    all: "Everything that is kept",
    period: "Period",
    opened: (count) => `opened on screen ${agree(count, "once", `${count} times`)}`,
    delivered: (count) => `handed to the device ${agree(count, "once", `${count} times`)}`,
    takenOut: (count) => `printed or exported ${agree(count, "once", `${count} times`)}`,
    urgent: "in an emergency",
    verified: (count) => `${count} ${agree(count, "entry, verified", "entries, each verified")} in the log.`,
    apart: "What is read in a list apart, such as a report of danger, is told only there.",
    rest: "There are more than this page shows.",
  },
  stored: {
    title: "What this browser keeps",
    yes: "This browser has promised to keep your keys and what waits to leave.",
    no: "This browser has not promised to keep your keys: it may erase them when it runs short of room or when you stop coming.",
    ask: "Ask it to keep them",
    stillNo: "The browser promises nothing for now. Install Volet, then ask again.",
    install:
      "Install Volet on the home screen (the browser’s menu, “Install” or “Add to Home Screen”). On iPhone and iPad, Safari otherwise erases the keys after 7 days without a visit. The page then opens without network too.",
  },
  notify: {
    title: "Be told",
    help: "While the page is open but hidden: a notification “A message is waiting for you”, without a name, a case or a text. What is urgent at once, the rest at most every 5 minutes. The device then receives the titles, as in “To read”: that is entered in the log.",
    on: "Tell me on this device",
    waits: "A message is waiting for you.",
    denied: "This browser refuses notifications of this page. Allow them in its settings, then come back here.",
    absent: "This browser cannot notify. On iPhone and iPad, install Volet on the home screen first.",
  },
  arrival: {
    title: "You are known here, but this browser has none of your keys.",
    why: "If you came with this browser before, it erased your keys: that happens after several days without a visit, or when its data is cleared. If this is a new device, nothing is wrong.",
    cost: "It costs one login, not a phrase: you have just done it. What waited to leave on the old device is lost.",
    back: "To find your cases again, give your contact card to a colleague, or to the professional who follows you: they make sure that it is you and let you in again.",
    card: "My contact card",
    seen: "I understand",
  },
  held: {
    title: "Your devices were held",
    byRegistrar: (who, when) => `The registrar (${who}) held them on ${when}, after a call.`,
    byNumber: (when) => `Somebody held them on ${when}, with the number of your recovery sheet.`,
    ended: "Your sign-in ends it: everything works again on this device.",
    lost: "Is a device lost or stolen? Remove it now.",
    nobody: "Nobody called for you? Tell your structure.",
  },
};
