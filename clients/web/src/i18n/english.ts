/** Everything that the screens say in English: every key that French has, or it does not compile. */
import { speak } from "./codes.ts";
import codes from "./codes-en.json" with { type: "json" };
import { audit } from "./en/audit.ts";
import { common } from "./en/common.ts";
import { course } from "./en/course.ts";
import { device } from "./en/device.ts";
import { entry } from "./en/entry.ts";
import { events } from "./en/events.ts";
import { lock } from "./en/lock.ts";
import { mistrust } from "./en/mistrust.ts";
import { myFile } from "./en/my-file.ts";
import { own } from "./en/own.ts";
import { person } from "./en/person.ts";
import { refusals } from "./en/refusals.ts";
import { reading } from "./en/reading.ts";
import { sending } from "./en/sending.ts";
import { shell } from "./en/shell.ts";
import { team } from "./en/team.ts";
import type { Messages } from "./messages.ts";

speak("en", codes);

export const english: Messages = {
  said: { language: "en" },
  ...audit,
  ...common,
  ...course,
  ...device,
  ...entry,
  ...events,
  ...lock,
  ...mistrust,
  ...myFile,
  ...own,
  ...person,
  ...refusals,
  ...reading,
  ...sending,
  ...shell,
  ...team,
};
