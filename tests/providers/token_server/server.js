// A token server that others wrote, with what a mock leaves out: it remembers its refresh tokens.
//
// It prints `{"base": …}` and answers until its input ends. A refresh token works once; one that is
// shown a second time, was revoked, or was never given is refused. Beside the protocol it takes
//   POST /control  {"status": 503, "body": {…}, "times": 1}   what the next token requests get
import { OAuth2Server } from "oauth2-mock-server";

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
const alive = new Set();
let moods = [];

server.service.on("beforeResponse", (response, request) => {
  const mood = moods.shift();
  if (mood) {
    response.statusCode = mood.status;
    response.body = mood.body;
    return;
  }
  const form = request.body;
  if (form.grant_type === "refresh_token" && !alive.delete(form.refresh_token)) {
    response.statusCode = 400;
    response.body = { error: "invalid_grant" };
    return;
  }
  if (response.body.refresh_token) alive.add(response.body.refresh_token);
});

server.service.on("beforeRevoke", (_, request) => {
  let form = "";
  request.on("data", (part) => (form += part));
  request.on("end", () => alive.delete(new URLSearchParams(form).get("token")));
});

server.service.addRoute("POST", "/control", (request, response) => {
  const { times = 1, ...mood } = request.body;
  moods = Array(times).fill(mood);
  response.end("{}");
});

await server.start(0, "127.0.0.1");
console.log(JSON.stringify({ base: `http://127.0.0.1:${server.address().port}` }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
