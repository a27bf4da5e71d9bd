// The two ways a graph inside a node repeats, described as blocks so that they are found, added and named like blocks.
import type { BlockSpec, InputPinSpec, OutputPinSpec, PinKind } from "./types";

const words = (title: string, title_zh: string) => ({
  title,
  title_zh,
  description: "",
  description_zh: "",
});

function input(name: string, kind: PinKind, titles: ReturnType<typeof words>): InputPinSpec {
  const fixed = { item_kind: null, default: null, schema: {}, required: true };
  const marks = { gather: false, advanced: false, secret: false, hidden: false };
  return { name, kind, ...titles, ...fixed, ...marks };
}

function output(name: string, kind: PinKind, titles: ReturnType<typeof words>): OutputPinSpec {
  return { name, kind, item_kind: null, ...titles, schema: {}, many: false, main: true };
}

const common = {
  version: 1,
  category: "logic" as const,
  effect: "none" as const,
  role: "step" as const,
  icon: "repeat",
  aliases: [],
  credentials: [],
  permission: "",
  unmet: [],
  migrates: [],
  demo: false,
  source: "builtin",
  examples: [],
  static: false,
};

/** `body.map` and `body.loop` stand for nodes with a body of that mode; no document names them. */
export const BODY_BLOCKS: BlockSpec[] = [
  {
    ...common,
    id: "body.map",
    title: "For each item (body)",
    title_zh: "逐项执行子流程",
    description: "Does what is inside once for every item of a list, several at a time.",
    description_zh: "对列表的每一项执行一次内部流程，可同时处理多项。",
    keywords: ["body", "map", "for each", "zhu xiang zhi xing zi liu cheng", "xun huan"],
    inputs: [input("item", "list", words("Items", "列表"))],
    outputs: [output("result", "list", words("Results", "结果"))],
  },
  {
    ...common,
    id: "body.loop",
    title: "Repeat until (body)",
    title_zh: "重复执行子流程",
    description: "Does what is inside again and again until one of its outputs is true.",
    description_zh: "反复执行内部流程，直到它的某个输出为真。",
    keywords: ["body", "loop", "while", "chong fu zhi xing zi liu cheng", "xun huan"],
    inputs: [input("value", "any", words("Value", "值"))],
    outputs: [output("done", "any", words("Done", "完成"))],
  },
];
