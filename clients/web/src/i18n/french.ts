/** Everything that the screens say in French. */
import { audit } from "./fr/audit.ts";
import { common } from "./fr/common.ts";
import { course } from "./fr/course.ts";
import { device } from "./fr/device.ts";
import { entry } from "./fr/entry.ts";
import { events } from "./fr/events.ts";
import { mistrust } from "./fr/mistrust.ts";
import { myFile } from "./fr/my-file.ts";
import { person } from "./fr/person.ts";
import { refusals } from "./fr/refusals.ts";
import { reading } from "./fr/reading.ts";
import { sending } from "./fr/sending.ts";
import { shell } from "./fr/shell.ts";
import { team } from "./fr/team.ts";

export const french = {
  said: { language: "fr" },
  ...audit,
  ...common,
  ...course,
  ...device,
  ...entry,
  ...events,
  ...mistrust,
  ...myFile,
  ...person,
  ...refusals,
  ...reading,
  ...sending,
  ...shell,
  ...team,
};
