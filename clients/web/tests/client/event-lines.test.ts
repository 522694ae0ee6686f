/** What is typed one a line about a conference. */
import { describe, expect, it } from "vitest";

import { decisionsOf, guestsOf, personLine, underName } from "../../src/features/events/lines.ts";

describe("guests without an account", () => {
  it("have a name and a function; what follows is their structure", () => {
    expect(guestsOf("M. Bail, bailleur, Office, agence nord\n\n Mme Roux , fille ")).toEqual([
      { name: "M. Bail", function: "bailleur", structure: "Office, agence nord" },
      { name: "Mme Roux", function: "fille" },
    ]);
  });

  it.each(["M. Bail", ", bailleur", "M. Bail,"])("are refused without one of the two: %s", (line) => {
    expect(guestsOf(line)).toEqual([undefined]);
  });
});

describe("who is called by the function", () => {
  it("is not called by it twice, on the sheet nor where they are ticked", () => {
    expect(personLine("Médecin", "Médecin", "DAC")).toBe("Médecin, DAC");
    expect(personLine("Mme Roux", "infirmière", undefined)).toBe("Mme Roux, infirmière");
    expect(underName("Médecin", "Médecin", "DAC")).toBe("DAC");
    expect(underName("Paul", "Médecin", "DAC")).toBe("Médecin, DAC");
  });
});

describe("decisions", () => {
  it("say what, who and until when, with the evening of that day", () => {
    expect(decisionsOf("Appeler la fille ; Coord ; 30/11/2026\nMatériel ; Nora")).toEqual([
      { text: "Appeler la fille", who: "Coord", dueMs: new Date(2026, 10, 30, 18).getTime() },
      { text: "Matériel", who: "Nora" },
    ]);
  });

  it.each(["Appeler la fille", "; Coord", "a ; b ; demain", "a ; b ; 31/02/2026", "a ; b ; 0/11/2026"])(
    "are refused with a part that cannot be read: %s",
    (line) => {
      expect(decisionsOf(line)).toEqual([undefined]);
    },
  );
});
