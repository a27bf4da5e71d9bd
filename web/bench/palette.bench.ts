/** How long the palette takes to answer with 1,000 blocks: `npx vitest bench --run`. */

import { bench, describe } from "vitest";
import { type BlockSpec, searchBlocks } from "@/editor";

const VERBS = ["Read", "Write", "Split", "Join", "Send", "List", "Find", "Count", "Sort", "Make"];
const THINGS = ["text", "page", "row", "file", "mail", "image", "table", "feed", "date", "model"];

/** A thousand blocks with as many texts as ours have; made anew, so nothing is remembered. */
const thousand = (): BlockSpec[] =>
  Array.from({ length: 1000 }, (_, index) => {
    const verb = VERBS[index % 10] ?? "";
    const thing = THINGS[Math.floor(index / 10) % 10] ?? "";
    return {
      id: `family${index % 40}.${verb.toLowerCase()}_${thing}_${index}`,
      title: `${verb} ${thing} ${index}`,
      title_zh: `模块 ${index} 处理文本`,
      description: `${verb}s a ${thing} and gives what came of it, one item after another. `.repeat(
        3,
      ),
      description_zh: "逐项处理并输出结果。".repeat(6),
      category: "text",
      keywords: ["mo kuai", "chu li wen ben", "api", "rest", verb, thing, "convert", "extract"],
      inputs: [{ name: "text", kind: "text", required: true, schema: {} }],
      outputs: [{ name: "result", kind: "text", schema: {} }],
    } as unknown as BlockSpec;
  });

const WORDS = ["split text", "wenben", "clwb", "文本", "snd mail", "zzzz"];
const kept = thousand();

describe("1,000 blocks", () => {
  bench("the first search, which takes the texts apart", () => {
    searchBlocks(thousand(), { text: "split text" });
  });
  bench("six searches after that", () => {
    for (const text of WORDS) searchBlocks(kept, { text });
  });
});
