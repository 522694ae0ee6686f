/**
 * The words of a case conference, inside the ciphertext: its announcement and its minutes (docs/spec/conferences.md).
 *
 * The fact in the chain holds codes and instants only; names, place, agenda, what was said and decided are here.
 */
import { present } from "./canonical.ts";
import type { JsonObject } from "./canonical.ts";
import { ProtocolError } from "./errors.ts";
import type { Fields } from "./fields.ts";

export const ANNOUNCEMENT = "conference";
export const MINUTES = "minutes";
const MAX_PEOPLE = 128;
const MAX_POINTS = 64;
const MAX_TEXT = 1024 * 1024;

/** Somebody at the table: name, function, structure; `participation` for who has an account and takes part. */
export interface Invited {
  readonly name: string;
  readonly function: string;
  readonly structure?: string | undefined;
  readonly participation?: string | undefined;
}

function readInvited(fields: Fields): Invited {
  const invited = {
    name: fields.label("name"),
    function: fields.label("function"),
    structure: fields.optional("structure", (name) => fields.label(name)),
    participation: fields.optional("participation", (name) => fields.hash(name)),
  };
  fields.done();
  return invited;
}

/** What everybody invited is told: why, where, when, in which order, who comes; why the person does not. */
export interface Announcement {
  readonly purpose: string;
  readonly place: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly agenda: readonly string[];
  readonly people: readonly Invited[];
  readonly withoutPerson?: string | undefined;
}

/** The fields of the body. */
export function announcementToJson(announcement: Announcement): JsonObject {
  return present({
    purpose: announcement.purpose,
    place: announcement.place,
    from_ms: announcement.fromMs,
    until_ms: announcement.untilMs,
    agenda: announcement.agenda,
    people: announcement.people.map((invited) => present({ ...invited })),
    without_person: announcement.withoutPerson === "" ? undefined : announcement.withoutPerson,
  });
}

/** Take the fields off a body; at least one point of the agenda and one person. */
export function readAnnouncement(fields: Fields): Announcement {
  const announcement = {
    purpose: fields.text("purpose"),
    place: fields.text("place"),
    fromMs: fields.integer("from_ms"),
    untilMs: fields.integer("until_ms"),
    agenda: readTexts(fields, "agenda"),
    people: fields.objects("people", MAX_PEOPLE).map(readInvited),
    withoutPerson: fields.optional("without_person", (name) => fields.text(name)),
  };
  const { fromMs, untilMs, agenda, people } = announcement;
  if (untilMs <= fromMs || agenda.length === 0 || people.length === 0) {
    throw new ProtocolError("malformed", "announcement of a conference: when, agenda or people");
  }
  return announcement;
}

/** Something decided: what, who does it, until when. */
export interface DecisionTaken {
  readonly text: string;
  readonly who: string;
  readonly dueMs?: number | undefined;
}

function readDecisionTaken(fields: Fields): DecisionTaken {
  const decision = {
    text: fields.text("text"),
    who: fields.label("who"),
    dueMs: fields.optional("due_ms", (name) => fields.integer(name)),
  };
  fields.done();
  return decision;
}

/** What a conference came to. It names the fact that holds its conditions: there are no minutes without (R78). */
export interface Minutes {
  readonly conference: string;
  readonly text: string;
  readonly present: readonly string[];
  readonly decisions: readonly DecisionTaken[];
}

/** The fields of the body. */
export function minutesToJson(minutes: Minutes): JsonObject {
  const decisions = minutes.decisions.map(({ text, who, dueMs }) => present({ text, who, due_ms: dueMs }));
  return present({
    conference: minutes.conference,
    text: minutes.text,
    present: minutes.present,
    decisions: decisions.length === 0 ? undefined : decisions,
  });
}

/** Take the fields off a body. */
export function readMinutes(fields: Fields): Minutes {
  const decisions = fields.optional("decisions", (name) => fields.objects(name, MAX_POINTS)) ?? [];
  return {
    conference: fields.hash("conference"),
    text: fields.text("text", MAX_TEXT),
    present: readTexts(fields, "present"),
    decisions: decisions.map(readDecisionTaken),
  };
}

function readTexts(fields: Fields, name: string): string[] {
  return fields.items(name, MAX_PEOPLE).map((item) => {
    // U+FEFF is no blank to the other language, so it is none here.
    if (typeof item !== "string" || !/[^\s]|\ufeff/.test(item)) throw fields.refuse(name);
    return item;
  });
}
