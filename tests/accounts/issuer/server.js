// A real OpenID provider for tests: it signs in whoever the address says, at once or not at all.
//
// It prints `{"issuer": …}` and answers until its input ends. Beside the protocol it takes
//   GET /interaction/:uid?as=SUBJECT | ?refuse   what a person would do on its pages
//   POST /rotate                                 new keys; the old ones are forgotten
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [redirects, claimsText] = process.argv.slice(2);
const people = JSON.parse(claimsText);
const cookieKeys = [randomUUID()];

function keys() {
  const made = (name, type, options, alg) => {
    const { privateKey } = generateKeyPairSync(type, options);
    const row = privateKey.export({ format: "jwk" });
    return { ...row, kid: `${name}-${randomUUID()}`, use: "sig", alg };
  };
  return [
    made("rsa", "rsa", { modulusLength: 2048 }, "RS256"),
    made("ec", "ec", { namedCurve: "P-256" }, "ES256"),
  ];
}

function provider(issuer) {
  const clients = ["RS256", "ES256"].map((alg) => ({
    client_id: `luban-${alg}`,
    client_secret: `secret of/${alg}+`,
    redirect_uris: JSON.parse(redirects),
    response_types: ["code"],
    grant_types: ["authorization_code"],
    id_token_signed_response_alg: alg,
  }));
  return new Provider(issuer, {
    clients,
    jwks: { keys: keys() },
    cookies: { keys: cookieKeys },
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: process.argv[4] !== "in-token",
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
    pkce: { required: () => true },
  });
}

async function interact(op, request, response) {
  const url = new URL(request.url, op.issuer);
  const details = await op.interactionDetails(request, response);
  if (url.searchParams.has("refuse")) {
    const refused = { error: "access_denied", error_description: "said <no>" };
    return op.interactionFinished(request, response, refused);
  }
  const subject = details.session?.accountId ?? url.searchParams.get("as");
  if (details.prompt.name === "login") {
    return op.interactionFinished(request, response, { login: { accountId: subject } });
  }
  const grant = new op.Grant({ accountId: subject, clientId: details.params.client_id });
  grant.addOIDCScope("openid email profile");
  const consent = { grantId: await grant.save() };
  return op.interactionFinished(request, response, { consent });
}

let op;
const server = createServer((request, response) => {
  const failed = (error) => {
    response.statusCode = 500;
    response.end(String(error));
  };
  if (request.method === "POST" && request.url === "/rotate") {
    op = provider(op.issuer);
    response.end("{}");
  } else if (request.url.startsWith("/interaction/")) {
    interact(op, request, response).catch(failed);
  } else {
    op.callback()(request, response);
  }
});

server.listen(0, "127.0.0.1", () => {
  op = provider(`http://localhost:${server.address().port}`);
  console.log(JSON.stringify({ issuer: op.issuer }));
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
