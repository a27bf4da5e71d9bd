// Runs JavaScript inside a box: inputs become variables, the last line's value the result.
const fs = require("node:fs");
const vm = require("node:vm");

const { code, inputs } = JSON.parse(fs.readFileSync(".box/request.json", "utf8"));
Object.assign(globalThis, inputs, { inputs, require });

const named = { filename: "code.js" };
const compiled = () => {
  try {
    return new vm.Script(code, named);
  } catch (error) {
    // `await` and `return` need a function around them; the lines stay where they are.
    try {
      return new vm.Script(`(async () => {${code}\n})()`, { ...named, columnOffset: -13 });
    } catch {
      throw error;
    }
  }
};

const left = () => vm.runInThisContext("typeof result === 'undefined' ? null : result");

const fail = (error) => {
  const stack = String(error?.stack ?? error);
  const line = /code\.js:(\d+)/.exec(stack);
  const told = {
    type: String(error?.name ?? "Error").slice(0, 200),
    message: String(error?.message ?? error).slice(0, 2000),
    line: line ? Number(line[1]) : null,
  };
  const shown = stack.split("\n").filter((each) => !/^\s+at (?!.*code\.js)/.test(each));
  fs.writeSync(2, `${shown.slice(0, 20).join("\n")}\n`);
  fs.writeFileSync(".box/error.json", JSON.stringify(told));
  process.exit(1);
};

process.on("uncaughtException", fail);
(async () => {
  const value = await compiled().runInThisContext();
  const text = JSON.stringify(value ?? left()) ?? "null";
  fs.writeFileSync(".box/result.json", text);
})().catch(fail);
