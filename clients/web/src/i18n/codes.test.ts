/** Codes in words: every code has its word in both languages, and no refusal tells what it must hide. */
import { describe, expect, it } from "vitest";

import type { Decision } from "../protocol/questions.ts";
import { COMPARTMENTS, LEVELS, ROWS } from "../protocol/vocabulary.ts";
import { LANGUAGES } from "./messages.ts";
import "./english.ts";
import "./french.ts";
import { explain, functionName, GROUPS, groupName, levelName, partName, rowName } from "./codes.ts";

function decision(more: Partial<Decision>): Decision {
  const usual = { rules: ["R1"], policy: "", obligations: [], hidden: false, facts: [], step: "", lines: [] };
  return { effect: "deny", ...usual, ...more };
}

describe("codes in words", () => {
  it("each compartment stands in one group, and no group is empty", () => {
    expect(Object.values(GROUPS).flat().sort()).toEqual([...COMPARTMENTS].sort());
  });

  it.each(LANGUAGES)("each compartment, level, row and group has its word in %s", (language) => {
    for (const code of COMPARTMENTS) expect(partName(code, language)).not.toBe(code);
    for (const row of ROWS) expect(rowName(row, language)).not.toBe(row);
    for (const level of LEVELS) expect(levelName(level, language)).not.toBe("");
    expect(groupName("daily", language)).toMatch(/^[VD]/);
  });

  it("what somebody does is called by its national name in French, by its row elsewhere", () => {
    const nurse = { row: "H2", profession: "G15:60" };
    expect(functionName(nurse, "fr")).toBe("Infirmier");
    expect(functionName(nurse, "en")).toMatch(/nurse/i);
    expect(functionName({ row: "H2", profession: "G15:unheard" }, "fr")).toBe(rowName("H2", "fr"));
    expect(functionName({ row: "O14", role: "auditor" }, "fr")).toBe("Auditeur");
  });

  it("what is not known here stands as it came, whatever it is called", () => {
    expect(partName("constructor", "fr")).toBe("constructor");
    expect(rowName("__proto__", "fr")).toBe("__proto__");
  });
});

describe("a decision in words", () => {
  it("says how a section above the ceiling is asked for", () => {
    expect(explain(decision({ rules: ["R15", "P3"] }), "medical", 2, "fr")).toBe(
      "Santé\u00A0: le détail dépasse ce que votre fonction consulte d’elle-même. Demandez à l’auteur de vous l’ouvrir.",
    );
  });

  it.each(LANGUAGES)("that hides says nothing of the rule in %s", (language) => {
    const hidden = explain(decision({ rules: ["R35"], hidden: true }), "child_protection", 1, language);
    const other = explain(decision({ rules: ["P8"], hidden: true }), "medical", 2, language);
    expect(hidden).toBe(other);
  });

  it("names who has to be told, and who has to agree", () => {
    const missing = { information: [], to: [] };
    const notice = decision({
      effect: "permit_with_notice",
      missing: { ...missing, what: "notice", kind: "cross_category", fromCategory: 1 },
    });
    expect(explain(notice, "medical", 1, "fr")).toContain("écrit par un professionnel de santé");
    const general = decision({ effect: "permit_with_notice", missing: { ...missing, what: "notice", kind: "general" } });
    expect(explain(general, "medical", 1, "en")).toContain("Tell them and record it");
    const consent = decision({
      effect: "permit_after_consent",
      missing: { ...missing, what: "consent", kind: "share_outside_team" },
    });
    expect(explain(consent, "social", 2, "fr")).toContain("La personne doit d’abord donner son accord");
  });

  it("says what the own structure closed, and what a permit owes", () => {
    expect(explain(decision({ narrowedBy: "dac" }), "medical", 1, "fr")).toContain("Votre structure n’ouvre pas l’essentiel");
    expect(explain(decision({ effect: "permit", obligations: ["review"] }), "medical", 1, "fr")).toBe(
      "Autorisé. Il faut ensuite\u00A0: relire cet accès.",
    );
    expect(explain(decision({ rules: ["made up"], obligations: ["escalate_to_judge"] }), "plan", 1, "fr")).toMatch(/le juge\.$/);
  });

  it("leaves no French sign alone at the start of a line, whatever it answers", () => {
    const missing = { information: [], to: [], what: "notice", kind: "cross_category", fromCategory: 1 } as const;
    const said = [
      decision({ narrowedBy: "dac" }),
      decision({ rules: ["R15", "P3"] }),
      decision({ effect: "permit", obligations: ["review", "notify_person"] }),
      decision({ effect: "permit_with_notice", missing }),
      decision({ effect: "permit_after_consent", missing: { ...missing, what: "consent", kind: "share_outside_team" } }),
    ].map((one) => explain(one, "medical", 2, "fr"));
    for (const sentence of said) expect(sentence).not.toMatch(/ [?!:;»]|« /u);
    expect(rowName("H3", "fr")).not.toMatch(/ [?!:;»]|« /u);
  });
});
