// A model server that others wrote, over the wires of OpenAI, Anthropic and Gemini.
//
// Its argument is a JSON list of `{"match": {…}, "response": {…}}`, as its makers describe them. It
// prints `{"base": …}` and answers until its input ends.
import { LLMock } from "@copilotkit/aimock";

const mock = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
for (const { match, response } of JSON.parse(process.argv[2])) mock.on(match, response);
await mock.start();
process.stdout.write(`${JSON.stringify({ base: mock.url })}\n`);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
