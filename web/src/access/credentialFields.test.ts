import { expect, test } from "vitest";
import type { Provider, ProviderField, ProviderKind } from "@/api/credentials";
import { kindsOf, matching, missing, parted } from "./credentialFields";

const field = (name: string, more: Partial<ProviderField> = {}): ProviderField => ({
  name,
  title: name,
  title_zh: "",
  secret: true,
  required: true,
  help: "",
  help_zh: "",
  default: "",
  choices: [],
  ...more,
});

const mail: ProviderKind = {
  kind: "password",
  title: "",
  title_zh: "",
  connect: false,
  fields: [
    field("host", { secret: false }),
    field("port", { secret: false, default: "587" }),
    field("password"),
  ],
};

const provider = (id: string, title: string, title_zh: string) =>
  ({
    id,
    title,
    title_zh,
    kinds: [mail, { kind: "oauth2", fields: [], connect: true }],
  }) as unknown as Provider;

test("what is required and has no default must be there", () => {
  expect(missing(mail, { host: " " })).toEqual(["host", "password"]);
  expect(missing(mail, { host: "h", password: "p" })).toEqual([]);
});

test("secrets go apart from what may be shown again; what is empty stays out", () => {
  expect(parted(mail, { host: " h ", port: "", password: "p", other: "x" })).toEqual({
    secret: { password: "p" },
    settings: { host: "h" },
  });
});

test("connecting an account is offered first", () => {
  expect(kindsOf(provider("a", "A", "")).map(({ kind }) => kind)).toEqual(["oauth2", "password"]);
});

test("providers are found in both languages", () => {
  const all = [provider("zhipu", "Zhipu", "智谱"), provider("github", "GitHub", "GitHub")];
  expect(matching(all, "智")).toEqual([all[0]]);
  expect(matching(all, "HUB")).toEqual([all[1]]);
  expect(matching(all, " ")).toEqual(all);
});
