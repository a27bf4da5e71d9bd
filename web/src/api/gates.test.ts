import { afterEach, expect, test, vi } from "vitest";
import { send } from "./client";
import { errorFrom } from "./errors";
import { gateOf, setGate } from "./gates";

afterEach(() => vi.unstubAllGlobals());

const refused = (status: number, code: string) =>
  new Response(JSON.stringify({ code, message: "no" }), { status });

test("a wrong password is no gate, a lost session and a grave deed are", () => {
  const lost = errorFrom(401, { code: "sign_in_needed" });
  expect(gateOf(lost, "http://x/api/v1/agents")).toBe("signIn");
  expect(gateOf(lost, "http://x/api/v1/auth/sign-in")).toBeNull();
  expect(gateOf(errorFrom(403, { code: "confirm_first" }), "http://x/api/v1/me")).toBe("confirm");
  expect(gateOf(errorFrom(403, { code: "not_permitted" }), "http://x/api/v1/me")).toBeNull();
});

test("what was typed goes again after signing in, and many refusals are one question", async () => {
  const bodies: string[] = [];
  let signedIn = false;
  vi.stubGlobal("fetch", async (request: Request) => {
    if (!signedIn) return refused(401, "sign_in_needed");
    bodies.push(await request.text());
    return new Response("{}");
  });
  const ask = vi.fn(async () => {
    signedIn = true;
    return true;
  });
  setGate("signIn", ask);
  const save = (name: string) => send("PATCH", "/me", { body: { name } });
  await Promise.all([save("Ada"), save("Lin")]);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(bodies.sort()).toEqual(['{"name":"Ada"}', '{"name":"Lin"}']);
});

test("whoever does not sign in gets the refusal", async () => {
  vi.stubGlobal("fetch", async () => refused(401, "sign_in_needed"));
  setGate("signIn", async () => false);
  await expect(send("GET", "/me")).rejects.toMatchObject({ status: 401, code: "sign_in_needed" });
});
