// @vitest-environment node
// The types of the API are those of the description the server wrote.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";

const WEB = join(import.meta.dirname, "..");

test("schema.d.ts is fresh: npm run types", async () => {
  const made = astToString(await openapiTS(pathToFileURL(join(WEB, "openapi.json"))));
  const kept = readFileSync(join(WEB, "src/api/schema.d.ts"), "utf8");
  expect(kept.endsWith(made)).toBe(true);
}, 20_000);
