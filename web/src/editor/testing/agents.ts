/** Small block lists and agents for tests and benchmarks of the editor. */

import { type BlockSpec, blocksOf, type InputSpec, type OutputSpec, type PinKind } from "../spec";
import type { AgentTree } from "../tree";

const input = (name: string, kind: PinKind, more: Partial<InputSpec> = {}): InputSpec => ({
  name,
  kind,
  title: name,
  ...more,
});
const output = (name: string, kind: PinKind, more: Partial<OutputSpec> = {}): OutputSpec => ({
  name,
  kind,
  title: name,
  ...more,
});

export const SPECS: BlockSpec[] = [
  {
    id: "io.input_number",
    title: "Number input",
    title_zh: "数字输入",
    category: "input",
    role: "input",
    inputs: [input("name", "text", { hidden: true }), input("value", "number", { hidden: true })],
    outputs: [output("value", "number", { main: true })],
  },
  {
    id: "io.output",
    title: "Output",
    title_zh: "输出",
    category: "output",
    role: "output",
    inputs: [input("name", "text", { hidden: true }), input("value", "any", { required: true })],
    outputs: [],
  },
  { id: "io.note", title: "Note", category: "output", role: "note", inputs: [], outputs: [] },
  {
    id: "math.calculate",
    title: "Calculate",
    title_zh: "计算",
    category: "maths",
    effect: "none",
    keywords: ["ji suan", "add"],
    inputs: [
      input("operation", "text", { default: "add" }),
      input("a", "number", { required: true }),
      input("b", "number", { required: true }),
    ],
    outputs: [output("result", "number", { main: true })],
  },
  {
    id: "text.split",
    title: "Split text",
    title_zh: "切分文本",
    category: "text",
    effect: "none",
    keywords: ["qie fen wen ben"],
    inputs: [input("text", "text", { required: true }), input("separator", "text")],
    outputs: [
      output("piece", "text", { many: true, main: true }),
      output("pieces", "list", { item_kind: "text" }),
    ],
  },
  {
    id: "file.read",
    title: "Read file",
    title_zh: "读取文件",
    category: "file",
    inputs: [input("file", "file", { required: true })],
    outputs: [output("text", "text", { main: true })],
  },
  {
    id: "ai.chat",
    title: "Chat",
    title_zh: "大模型对话",
    category: "ai",
    keywords: ["da mo xing"],
    inputs: [
      input("prompt", "text", { required: true }),
      input("key", "text", { secret: true, advanced: true }),
    ],
    outputs: [output("answer", "text", { main: true }), output("usage", "object")],
  },
];

export const BLOCKS = blocksOf(SPECS);

export const calculator = (): AgentTree => ({
  luban: 1,
  name: "Calculator",
  "x-team": "north",
  nodes: {
    a: { block: "io.input_number", with: { name: "a" } },
    add: {
      block: "math.calculate",
      with: { operation: "add", b: 34 },
      retry: { attempts: 3 },
      "x-own": [1],
    },
    result: { at: [480, 120], block: "io.output", with: { name: "result" } },
  },
  links: ["a.value -> add.a", { from: "add.result", to: "result.value", sticky: true }],
  settings: { on_error: "fail", limits: { steps: 10000 } },
});

export const withBody = (): AgentTree => ({
  luban: 1,
  name: "Nested",
  nodes: {
    ...calculator().nodes,
    each: {
      at: [700, 0],
      body: {
        mode: "map",
        over: "items",
        "x-odd": true,
        links: ["items.value -> inner.a", "inner.result -> doubled.value"],
        nodes: {
          items: { block: "io.input_number", with: { name: "items" } },
          inner: { block: "math.calculate", with: { b: 2 } },
          doubled: { block: "io.output", with: { name: "doubled" } },
        },
        parallel: 4,
      },
      note: "inside",
    },
  },
  links: ["a.value -> each.items", ...(calculator().links ?? [])],
});

/** `count` calculators on a grid, each fed by one or two before it. */
export function largeAgent(count: number): AgentTree {
  const nodes: AgentTree["nodes"] = {};
  const links: string[] = [];
  const wide = Math.ceil(Math.sqrt(count));
  for (let index = 0; index < count; index += 1) {
    const at: [number, number] = [(index % wide) * 300, Math.floor(index / wide) * 220];
    nodes[`n${index}`] = { block: "math.calculate", with: { operation: "add", b: index }, at };
    if (index % wide > 0) links.push(`n${index - 1}.result -> n${index}.a`);
    if (index >= wide && index % 3 === 0) links.push(`n${index - wide}.result -> n${index}.b`);
  }
  return { luban: 1, name: `Large ${count}`, nodes, links };
}

/** A small deterministic source of numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
