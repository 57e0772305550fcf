import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { importJWK, jwtVerify } from "jose";
import { bodyOf, listen } from "./loopback-server.ts";
import { OddKeys } from "./odd-keys.ts";
import { type OddSettings, oddSettingsSchema } from "./odd-settings.ts";

type Code = { nonce: string; challenge: string; redirectUri: string };
type Provider = {
  issuer: string;
  settings: OddSettings;
  keys: OddKeys;
  codes: Map<string, Code>;
  pushed: Map<string, URLSearchParams>;
};
type Answer = { status?: number; headers?: Record<string, string>; body: string };

const json = (value: unknown, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/**
 * OpenID providers that each differ in something from the usual: PUT /settings/NAME makes one, and its issuer
 * is ORIGIN/NAME. They speak real wire format, and check what they get: client, code, PKCE, redirect URI.
 */
export async function startOddProvider(): Promise<{ origin: string; stop(): Promise<void> }> {
  const providers = new Map<string, Provider>();
  const server = createServer((request, response) => {
    void respond(providers, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  return listen(server);
}

async function respond(
  providers: Map<string, Provider>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url ?? "/", origin);
  const [, name = "", ...rest] = url.pathname.split("/");
  const body = await bodyOf(request);
  if (name === "settings") {
    const [made = ""] = rest;
    const settings = oddSettingsSchema.parse(JSON.parse(body));
    const issuer = `${origin}/${made}`;
    const keys = new OddKeys(settings);
    providers.set(made, { issuer, settings, keys, codes: new Map(), pushed: new Map() });
    return void response.writeHead(201).end();
  }
  const provider = providers.get(name);
  const answer =
    provider === undefined
      ? json({}, 404)
      : await answerOf(provider, rest.join("/"), url, request, new URLSearchParams(body));
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
}

async function answerOf(
  provider: Provider,
  path: string,
  url: URL,
  { headers }: IncomingMessage,
  form: URLSearchParams,
): Promise<Answer> {
  switch (path) {
    case ".well-known/openid-configuration":
      return discovery(provider, Number(url.searchParams.get("hop") ?? 0));
    case "jwks":
      return json(await provider.keys.published());
    case "authorize":
      return authorize(provider, url.searchParams);
    case "par": {
      if (!(await isClient(provider, headers.authorization, form))) return refuseClient(provider);
      const uri = `urn:ietf:params:oauth:request_uri:${crypto.randomUUID()}`;
      provider.pushed.set(uri, form);
      return json({ request_uri: uri, expires_in: 60 }, 201);
    }
    case "token":
      return token(provider, headers.authorization, form);
    case "userinfo":
      return userInfo(provider, headers.authorization);
    default:
      return json({}, 404);
  }
}

function discovery({ issuer, settings }: Provider, hop: number): Answer {
  const { status, body, redirects = 0, slash } = settings.discovery;
  if (body !== undefined || status !== undefined) {
    return { status: status ?? 200, headers: { "content-type": "text/html" }, body: body ?? "" };
  }
  if (hop < redirects) {
    const location = `${issuer}/.well-known/openid-configuration?hop=${hop + 1}`;
    return { status: 301, headers: { location }, body: "" };
  }
  return json({
    issuer: slash ? `${issuer}/` : issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    ...(settings.userInfo && { userinfo_endpoint: `${issuer}/userinfo` }),
    ...(settings.pushedOnly && {
      pushed_authorization_request_endpoint: `${issuer}/par`,
      require_pushed_authorization_requests: true,
    }),
    ...(settings.formPostOnly && { response_modes_supported: ["form_post"] }),
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    ...settings.metadata,
  });
}

/** The person is always the same, and approves at once. */
function authorize({ settings, codes, pushed, keys }: Provider, query: URLSearchParams): Answer {
  const asked = settings.pushedOnly ? pushed.get(query.get("request_uri") ?? "") : query;
  if (asked === undefined) return json({ error: "invalid_request" }, 400);
  const redirectUri = asked.get("redirect_uri") ?? "";
  const answer = new URLSearchParams({ state: asked.get("state") ?? "" });
  if (settings.authorizeError !== undefined) answer.set("error", settings.authorizeError);
  else {
    const code = crypto.randomUUID();
    const challenge = asked.get("code_challenge") ?? "";
    codes.set(code, { nonce: asked.get("nonce") ?? "", challenge, redirectUri });
    answer.set("code", code);
  }
  if (settings.rotates) keys.rotate();
  if (!settings.formPostOnly) {
    return { status: 302, headers: { location: `${redirectUri}?${answer}` }, body: "" };
  }
  if (asked.get("response_mode") !== "form_post") return json({ error: "invalid_request" }, 400);
  const inputs = [...answer].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  return {
    headers: { "content-type": "text/html" },
    body: `<!doctype html><title>Back</title><h1>Back</h1><form method="post" action="${redirectUri}">${inputs.join("")}<button type="submit">Continue</button></form>`,
  };
}

async function token(
  provider: Provider,
  authorization: string | undefined,
  form: URLSearchParams,
): Promise<Answer> {
  const { settings, codes, keys, issuer } = provider;
  if (!(await isClient(provider, authorization, form))) return refuseClient(provider);
  if (settings.tokenAnswer !== undefined) {
    return { ...settings.tokenAnswer, headers: { "content-type": "application/json" } };
  }
  const code = codes.get(form.get("code") ?? "");
  const verifier = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  const isGood = code?.challenge === verifier && code.redirectUri === form.get("redirect_uri");
  if (!isGood) return json({ error: "invalid_grant" }, 400);
  codes.delete(form.get("code") ?? "");
  const now = Math.floor(Date.now() / 1_000) + settings.clock;
  const claims = {
    iss: settings.discovery.slash ? `${issuer}/` : issuer,
    ...{ sub: "odd-1", aud: settings.clientId, nonce: code.nonce, iat: now, nbf: now },
    exp: now + 60,
    ...{ name: "Odd One", email: "odd@example.com", email_verified: true },
    ...settings.claims,
  };
  return json({
    access_token: "odd-access-token",
    token_type: "Bearer",
    expires_in: 3_600,
    id_token: await keys.sign(claims),
    ...settings.token,
  });
}

async function userInfo(
  { settings: { userInfo: told, clientId }, keys, issuer }: Provider,
  authorization: string | undefined,
): Promise<Answer> {
  if (authorization !== "Bearer odd-access-token") return json({ error: "invalid_token" }, 401);
  if (told?.status !== undefined && told.status !== 200) return json({}, told.status);
  const claims = { sub: "odd-1", ...told?.claims };
  if (told?.signed !== true) return json(claims);
  const body = await keys.sign({ iss: issuer, aud: clientId, ...claims });
  return { headers: { "content-type": "application/jwt" }, body };
}

function refuseClient({ settings: { refusesClientWith } }: Provider): Answer {
  return json({ error: refusesClientWith.error }, refusesClientWith.status);
}

/** Whether a request proves to be of the client, in the one way that it is registered for. */
async function isClient(
  { settings, issuer }: Provider,
  authorization: string | undefined,
  form: URLSearchParams,
): Promise<boolean> {
  const { registeredFor, clientId, clientSecret, decodesBasic, clientKey } = settings;
  const assertion = form.get("client_assertion") ?? "";
  const checks = { issuer: clientId, subject: clientId, audience: issuer };
  const isVerified = (key: Parameters<typeof jwtVerify>[1]) =>
    jwtVerify(assertion, key, checks).then(
      () => true,
      () => false,
    );
  switch (registeredFor) {
    case "none":
      return authorization === undefined && form.get("client_id") === clientId;
    case "client_secret_post":
      return form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
    case "client_secret_basic": {
      const [, encoded = ""] = /^Basic (.+)$/.exec(authorization ?? "") ?? [];
      const halves = Buffer.from(encoded, "base64").toString().split(":");
      const decode = (text: string) => decodeURIComponent(text.replaceAll("+", " "));
      const [id, secret] = decodesBasic ? halves.map(decode) : halves;
      return id === clientId && secret === clientSecret && !form.has("client_secret");
    }
    case "client_secret_jwt":
      return isVerified(new TextEncoder().encode(clientSecret));
    case "private_key_jwt":
      return clientKey !== undefined && isVerified(await importJWK(clientKey, "ES256"));
  }
}
