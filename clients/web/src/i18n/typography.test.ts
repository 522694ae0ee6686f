import { describe, expect, it } from "vitest";

import { typeset } from "./typography.ts";

describe("French typography", () => {
  it("keeps a sign with the word before it, and guillemets with what they hold", () => {
    expect(typeset("Qui ? Moi : « oui » ; vite !")).toBe("Qui\u00A0? Moi\u00A0: «\u00A0oui\u00A0»\u00A0; vite\u00A0!");
  });

  it("does so in what a message makes of what it is given, and in every group", () => {
    const words = typeset({ group: { asked: (name: string) => `${name} ?`, plain: "Rien à changer, 13:45" } });
    expect(words.group.asked("Nora")).toBe("Nora\u00A0?");
    expect(words.group.plain).toBe("Rien à changer, 13:45");
  });
});
