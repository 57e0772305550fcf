import type { OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import * as z from "zod";
import { readableByScripts } from "../lib/cross-origin";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { CLIENT_TTL_SECONDS } from "./authorization-server";
import { registrationKey } from "./registration-key";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/**
 * How long a registration is given out again. Its client is known for at least as long after that, so
 * that it does not end between a registration and its first use.
 */
const SHARED_FOR_SECONDS = CLIENT_TTL_SECONDS / 2;

/** Far more than the metadata of a client; what is larger gets a record of its own, or is refused. */
const MAX_COMPARED_BYTES = 16 * 1_024;

/** The answer to a registration of a public client (RFC 7591, section 3.2.1): never one with a secret. */
const answerSchema = z
  .looseObject({
    client_id: z.string().min(1),
    redirect_uris: z.array(z.string()),
    token_endpoint_auth_method: z.literal("none"),
  })
  .refine((answer) => !("client_secret" in answer));
type Answer = z.infer<typeof answerSchema>;

/**
 * Gives a public client that registers again with the same metadata the client id that it has
 * (RFC 7591, section 3.2.1, allows one id for many instances), instead of a record for every
 * sign-in, process and person, each of which stays for 90 days.
 *
 * What instances share is little. A public client's id is no secret and proves nothing. The person is
 * asked at every sign-in, grants and their refresh tokens belong to a person and a sign-in, and an
 * authorization code needs its verifier (PKCE). The redirect URIs are those that each of them sent.
 * Client ID metadata documents share one id among all instances in the same way.
 *
 * Two that register at the same moment, or in two places before KV has told both (a minute), get two
 * records; the later one is found from then on. For that minute, a client that an operator deleted may
 * still be given out.
 *
 * @param register the registration endpoint.
 * @param helpers to look a client up.
 * @param isAllowed whether a client with this metadata may still register. The endpoint says so to
 *   those that may not.
 */
export function sharedRegistration(
  register: Handler,
  helpers: (env: Env) => Pick<OAuthHelpers, "lookupClient">,
  isAllowed: (metadata: unknown) => boolean,
): Handler {
  return async (request, env, ctx) => {
    const key = request.method === "POST" ? await keyOf(request.clone()) : undefined;
    if (key === undefined) return register(request, env, ctx);

    const known = answerSchema.safeParse(await env.OAUTH_KV.get(key, "json")).data;
    if (known !== undefined && isAllowed(known) && (await isGood(known, helpers(env)))) {
      return readableByScripts(
        Response.json(known, { status: 201, headers: { "cache-control": "no-store" } }),
        request,
      );
    }
    const response = await register(request, env, ctx);
    if (response.status === 201) await remember(key, response.clone(), env);
    return response;
  };
}

async function keyOf(copy: Request): Promise<string | undefined> {
  const bytes = await readBytes(copy.body, MAX_COMPARED_BYTES);
  if (bytes === undefined) return undefined;
  try {
    return await registrationKey(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Not JSON: the endpoint itself says so.
    return undefined;
  }
}

/** Whether the client still exists as it was registered: an operator may have changed or deleted it. */
async function isGood(
  known: Answer,
  helpers: Pick<OAuthHelpers, "lookupClient">,
): Promise<boolean> {
  const client = await helpers.lookupClient(known.client_id);
  if (client === null) return false;
  const { tokenEndpointAuthMethod, redirectUris, grantTypes, clientName, clientUri } = client;
  const now = [tokenEndpointAuthMethod, redirectUris, grantTypes, clientName, clientUri];
  const { token_endpoint_auth_method, redirect_uris, grant_types, client_name, client_uri } = known;
  const then = [token_endpoint_auth_method, redirect_uris, grant_types, client_name, client_uri];
  return JSON.stringify(now) === JSON.stringify(then);
}

async function remember(key: string, response: Response, env: Env): Promise<void> {
  const answer = answerSchema.safeParse(await response.json());
  if (!answer.success) return;
  try {
    await env.OAUTH_KV.put(key, JSON.stringify(answer.data), {
      expirationTtl: SHARED_FOR_SECONDS,
    });
  } catch (error) {
    // KV takes one write a second of a key; the next registration remembers.
    console.warn({ event: "registration_not_remembered", error: errorText(error) });
  }
}
