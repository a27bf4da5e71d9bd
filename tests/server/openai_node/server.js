// What the official Node client makes of the door: asks everything once and prints what it got as JSON.
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const model = "agent/Parrot";
const say = (content) => [{ role: "user", content }];

const told = {};
told.models = (await client.models.list()).data.map((each) => each.id);

const completion = await client.chat.completions.create({ model, messages: say("your colour?") });
told.completion = [
  completion.choices[0].message.content,
  completion.choices[0].finish_reason,
  completion.usage,
];

told.pieces = [];
const stream = await client.chat.completions.create({
  model,
  messages: say("a story"),
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  if (chunk.choices[0]?.delta.content) told.pieces.push(chunk.choices[0].delta.content);
  if (chunk.usage) told.usage = chunk.usage;
}

const first = await client.responses.create({ model, input: "your colour?" });
const second = await client.responses.create({
  model,
  input: "say it again",
  previous_response_id: first.id,
});
told.responses = [first.output_text, second.output_text, second.status];
told.kept = (await client.responses.retrieve(second.id)).output_text;

told.events = [];
const runner = client.responses.stream({ model, input: "a story" });
for await (const event of runner) told.events.push(event.type);
told.final = (await runner.finalResponse()).output_text;

const vectors = await client.embeddings.create({
  model: "openai/text-embedding-3-small",
  input: ["a duck", "a goose"],
});
told.vectors = vectors.data.map((each) => [...each.embedding]);

try {
  await client.chat.completions.create({ model: "agent/nobody", messages: say("Hi") });
} catch (error) {
  told.refused = [error.constructor.name, error.status, error.code];
}
console.log(JSON.stringify(told));
