/** « Agir »: what can be done about a case, in the order of the screen; one line makes a link. */
import type { Route } from "../../app/router.ts";
import type { Messages } from "../../i18n/messages.ts";

export interface CaseAct {
  readonly name: string;
  readonly route: (of: string) => Route;
  readonly word: (messages: Messages) => string;
}

export const CASE_ACTS: readonly CaseAct[] = [
  { name: "team", route: (of) => ({ name: "team", case: of }), word: ({ team }) => team.title },
  { name: "team-add", route: (of) => ({ name: "team-add", case: of }), word: ({ team }) => team.add },
  { name: "around", route: (of) => ({ name: "around", case: of }), word: ({ team }) => team.around },
  { name: "consents", route: (of) => ({ name: "consents", case: of }), word: ({ team }) => team.consents },
  { name: "withdraw", route: (of) => ({ name: "withdraw", case: of }), word: ({ team }) => team.withdraws },
  { name: "exchange", route: (of) => ({ name: "newExchange", case: of }), word: ({ exchange }) => exchange.title },
  { name: "meetings", route: (of) => ({ name: "meetings", case: of }), word: ({ meeting }) => meeting.title },
  { name: "danger", route: (of) => ({ name: "danger", case: of }), word: ({ danger }) => danger.title },
  { name: "urgent", route: (of) => ({ name: "urgent-case", case: of }), word: ({ urgent }) => urgent.title },
  { name: "steps", route: (of) => ({ name: "steps", case: of }), word: ({ steps }) => steps.title },
  { name: "mandates", route: (of) => ({ name: "mandates", case: of }), word: ({ mandates }) => mandates.title },
  { name: "oppositions", route: (of) => ({ name: "oppositions", case: of }), word: ({ oppositions }) => oppositions.title },
  { name: "links", route: (of) => ({ name: "links", case: of }), word: ({ links }) => links.title },
  { name: "liaison", route: (of) => ({ name: "print-part", case: of, part: "liaison" }), word: ({ paper }) => paper.liaison },
  { name: "print", route: (of) => ({ name: "print-part", case: of, part: "all" }), word: ({ paper }) => paper.print },
];
