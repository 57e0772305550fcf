import { exports } from "cloudflare:workers";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import { type SignInOptions, signIn } from "../../dev/browser/headless-browser.ts";
import { TEST_ORIGIN } from "./origin.ts";

export const MCP = `${TEST_ORIGIN}/mcp`;
export const SSE = `${TEST_ORIGIN}/sse`;
export const REDIRECT_URI = "http://localhost:3334/oauth/callback";

/** Reaches the Worker under test at its origin, and everything else (the identity provider) for real. */
export const browse: typeof fetch = (input, init) => {
  const request = new Request(input, init);
  return new URL(request.url).origin === TEST_ORIGIN
    ? exports.default.fetch(request)
    : fetch(request);
};

/** A request to the Worker under test. */
export function request(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(
    new Request(new URL(path, TEST_ORIGIN), { redirect: "manual", ...init }),
  );
}

export const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  scope: z.string(),
  resource: z.string().optional(),
});
export type Tokens = z.infer<typeof tokensSchema>;

/** Registers a public client (RFC 7591), another each time, and returns its id. */
export async function register(metadata: Record<string, unknown> = {}): Promise<string> {
  const response = await request("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Test client",
      redirect_uris: [REDIRECT_URI],
      grant_types: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "none",
      // The same metadata would get the same client.
      software_version: crypto.randomUUID(),
      ...metadata,
    }),
  });
  if (response.status !== 201)
    throw new Error(`Registration: ${response.status} ${await response.text()}`);
  return z.object({ client_id: z.string() }).parse(await response.json()).client_id;
}

/** An authorization request of a client that does everything right; null leaves a parameter out. */
export async function authorizationUrl(
  clientId: string,
  change: Record<string, string | null> = {},
): Promise<{ url: URL; verifier: string }> {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL("/authorize", TEST_ORIGIN);
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    state: "the-clients-state",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    resource: MCP,
    scope: "op:add op:sub op:mult op:div account:read notes:read notes:write",
    ...change,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) url.searchParams.set(name, value);
  }
  return { url, verifier };
}

/** A POST to the token endpoint, which is also that of revocation. */
export function tokenRequest(parameters: Record<string, string>): Promise<Response> {
  return request("/oauth/token", { method: "POST", body: new URLSearchParams(parameters) });
}

export type Authorization = { clientId: string; code: string; verifier: string; callback: URL };

/** Goes through consent and sign-in, up to the code that the client gets. */
export async function authorize(
  options: Partial<SignInOptions> & {
    clientId?: string;
    change?: Record<string, string | null>;
  } = {},
): Promise<Authorization> {
  const { clientId = await register(), change, ...choices } = options;
  const { url, verifier } = await authorizationUrl(clientId, change);
  const callback = await signIn(url, { person: "alice", fetch: browse, ...choices });
  return { clientId, code: callback.searchParams.get("code") ?? "", verifier, callback };
}

/** Exchanges a code as the client that got it. */
export function exchangeCode(
  { clientId, code, verifier }: Authorization,
  change: Record<string, string> = {},
): Promise<Response> {
  return tokenRequest({
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    ...change,
  });
}

/** Connects a client for a person: registration, consent, sign-in, tokens. */
export async function connect(
  options: Parameters<typeof authorize>[0] = {},
): Promise<Tokens & { clientId: string }> {
  const authorization = await authorize(options);
  const response = await exchangeCode(authorization);
  if (!response.ok) throw new Error(`Token: ${response.status} ${await response.text()}`);
  return { ...tokensSchema.parse(await response.json()), clientId: authorization.clientId };
}
