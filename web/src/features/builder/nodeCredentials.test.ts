import { expect, test } from "vitest";
import type { CredentialNeed } from "@/editor";
import { namedFor, naming } from "./nodeCredentials";

const need = (provider: string): CredentialNeed => ({ provider, scopes: [], optional: false });

test("a block with one need names its credential plainly", () => {
  expect(naming({}, [need("openai")], "openai", "c1")).toBe("c1");
  expect(naming({ credential: "c1" }, [need("openai")], "openai", "")).toBeUndefined();
});

test("a block with several names each by its provider", () => {
  const needs = [need("imap"), need("smtp")];
  const both = naming({ credential: { imap: "a" } }, needs, "smtp", "b");
  expect(both).toEqual({ imap: "a", smtp: "b" });
  expect(naming({ credential: { imap: "a" } }, needs, "imap", "")).toBeUndefined();
  expect(naming({ credential: "a" }, needs, "smtp", "b")).toEqual({ imap: "a", smtp: "b" });
});

test("one that is named alone is for whichever is wanted", () => {
  expect(namedFor({ credential: "a" }, "imap")).toBe("a");
  expect(namedFor({ credential: { imap: "a" } }, "smtp")).toBe("");
  expect(namedFor({}, "smtp")).toBe("");
});
