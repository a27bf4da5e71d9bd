import { expect, test } from "vitest";
import { secondIn } from "./secondIn";

test("the token and what may be shown are read", () => {
  expect(secondIn("#second=a%2Bb&kinds=totp,recovery,guess")).toEqual({
    token: "a+b",
    kinds: ["totp", "recovery"],
  });
});

test.each(["", "#", "#second=x", "#kinds=totp", "#second=x&kinds=guess"])("%s is none", (hash) => {
  expect(secondIn(hash)).toBeNull();
});
