/** What was served and does not verify, for who is not of the trade: what it may mean, that nothing of it was used, whom to tell. */
import { agreeing } from "../agreeing.ts";
import type { mistrust as french } from "../fr/mistrust.ts";
import type { Said } from "../said.ts";

const agree = agreeing("en");

export const mistrust: Said<typeof french> = {
  mistrust: {
    signature: "Somebody’s signature or key does not verify: it may have been replaced.",
    content: "What arrived does not verify: it is not what its author signed, or it was changed on its way.",
    receipt: "The record in the log does not verify: nothing proves that this access was written down.",
    missing: "The list received does not verify: an entry is missing from it, or its order was changed.",
    older:
      "The hub shows an older state than this device knows already: a withdrawal or a revocation may be missing. It does not verify.",
    rules: "An act of this case does not verify: it does not follow the rules, or comes from somebody who could not do it.",
    form: "What arrived does not verify: this version cannot read it.",
    next: (what) =>
      `Nothing of it is shown or used. If it is urgent, call whoever wrote. Tell your organisation and read this to them: ${what}.`,
    hidden: (n) => `${n} ${agree(n, "entry is", "entries are")} not shown`,
  },
};
