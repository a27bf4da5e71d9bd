import { expect, test } from "vitest";
import { formats } from "@/ui/format";
import { factOf } from "./facts";

test("sizes, times and counts are written as what they are", () => {
  const en = formats("en");
  expect(factOf.value("file_bytes", 2_500_000, en)).toBe("2.5 MB");
  expect(factOf.value("oldest_seconds", 90, en)).toBe("1m 30s");
  expect(factOf.value("runs", 12_000, en)).toBe("12,000");
  expect(factOf.value("path", "/var/luban", en)).toBe("/var/luban");
  expect(factOf.value("free", null, en)).toBe("–");
});
