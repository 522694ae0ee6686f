/** Everything that the screens say in French. */
import { speak } from "./codes.ts";
import codes from "./codes-fr.json" with { type: "json" };
import { audit } from "./fr/audit.ts";
import { common } from "./fr/common.ts";
import { course } from "./fr/course.ts";
import { device } from "./fr/device.ts";
import { entry } from "./fr/entry.ts";
import { events } from "./fr/events.ts";
import { lock } from "./fr/lock.ts";
import { mistrust } from "./fr/mistrust.ts";
import { myFile } from "./fr/my-file.ts";
import { own } from "./fr/own.ts";
import { person } from "./fr/person.ts";
import { refusals } from "./fr/refusals.ts";
import { reading } from "./fr/reading.ts";
import { sending } from "./fr/sending.ts";
import { shell } from "./fr/shell.ts";
import { team } from "./fr/team.ts";
import { typeset } from "./typography.ts";

speak("fr", typeset(codes));

export const french = typeset({
  said: { language: "fr" },
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
});
