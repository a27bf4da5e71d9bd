import { describe, expect, it } from "vitest";
import { blocksOf } from "./blocksOf";

describe("blocksOf", () => {
  it("cuts at blank lines", () => {
    expect(blocksOf("# A\n\none\ntwo\n\n\nthree")).toEqual(["# A", "one\ntwo", "three"]);
  });
  it("leaves codes whole, also those that are not closed yet", () => {
    expect(blocksOf("a\n\n```js\nx\n\ny\n```\n\nb")).toEqual(["a", "```js\nx\n\ny\n```", "b"]);
    expect(blocksOf("~~~\nx\n\n```\n\ny")).toEqual(["~~~\nx\n\n```\n\ny"]);
  });
  it("keeps what it cut off while more is coming", () => {
    const text = "one\n\ntwo words\n\n- a\n- b";
    for (let at = 1; at <= text.length; at += 1) {
      const now = blocksOf(text.slice(0, at));
      expect(blocksOf(text).slice(0, now.length - 1)).toEqual(now.slice(0, -1));
    }
  });
  it("has nothing of nothing", () => {
    expect(blocksOf("\n \n")).toEqual([]);
  });
});
