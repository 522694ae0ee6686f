/** Where a browser logs out at the identity provider: with the hint of who leaves, and over a closed connection alone. */
import { describe, expect, it } from "vitest";

import { logoutAddress } from "../../src/client/login.ts";

describe("the address that logs out", () => {
  it("keeps what the hub asked for and says who leaves", () => {
    const found = URL.parse(
      logoutAddress("https://idp.example/end?client_id=volet&post_logout_redirect_uri=https%3A%2F%2Fhub%2F", "a.b") ?? "",
    );
    expect(found?.origin).toBe("https://idp.example");
    expect(found?.searchParams.get("post_logout_redirect_uri")).toBe("https://hub/");
    expect(found?.searchParams.get("id_token_hint")).toBe("a.b");
  });

  it("is none over an open connection, and none that is no address", () => {
    expect(logoutAddress("http://idp.example/end", "a.b")).toBeUndefined();
    expect(logoutAddress("javascript:alert(1)", "a.b")).toBeUndefined();
    expect(logoutAddress("end", "a.b")).toBeUndefined();
    expect(logoutAddress("http://127.0.0.1:8081/end", "a.b")).toBe("http://127.0.0.1:8081/end?id_token_hint=a.b");
  });
});
