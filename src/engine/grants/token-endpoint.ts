import { readableByScripts } from "../lib/cross-origin";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { type GrantId, grantIdOf, grantKey, grantObject } from "./grant-id";
import { localRevocations } from "./local-revocations";
import { recordTokenAnswer } from "./token-events";
import {
  presentedIn,
  refusal,
  type TokenAnswer,
  type TokenRequest,
  toResponse,
  unavailable,
} from "./token-request";
import { answerWithoutGrant } from "./without-grant";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/** Far more than a token request with a client assertion. */
const MAX_BODY_BYTES = 64 * 1_024;

/**
 * The token endpoint, which also revokes (RFC 7009). A request whose code or token names a grant that
 * there is goes into that grant's object. Everything else, what is malformed or made up above all, is
 * answered here, and makes no object: only a person's consent makes a grant.
 *
 * @param serve the token endpoint outside of any object, which issues nothing.
 */
export function tokenEndpoint(serve: Handler, issuer: string): Handler {
  return async (request, env, ctx) => {
    if (request.method !== "POST") return serve(request, env, ctx);
    const bytes = await readBytes(request.body, MAX_BODY_BYTES);
    const body = new TextDecoder().decode(bytes);
    const answer =
      bytes === undefined
        ? { ...refusal("invalid_request", "The request is too large"), status: 413 }
        : ((await answerOfObject(request, body, issuer, env, ctx)) ??
          answerWithoutGrant(new URLSearchParams(body)));
    const response =
      answer === undefined
        ? await serve(new Request(request, { body: bytes ?? null }), env, ctx)
        : readableByScripts(toResponse(answer), request);
    const told = { status: response.status, body: answer?.body ?? (await response.clone().text()) };
    recordTokenAnswer(env, request, new URLSearchParams(body), told);
    return response;
  };
}

/** @returns undefined when the request is not about a grant that there is. */
async function answerOfObject(
  request: Request,
  body: string,
  issuer: string,
  env: Env,
  ctx: ExecutionContext,
): Promise<TokenAnswer | undefined> {
  const contentType = request.headers.get("content-type") ?? "";
  const form = new URLSearchParams(isForm(contentType) ? body : "");
  const grant = grantIn(form);
  if (grant === undefined) return undefined;
  try {
    if ((await env.OAUTH_KV.get(grantKey(grant))) === null) return undefined;
    const authorization = request.headers.get("authorization");
    const asked = ask(env, grant, { issuer, url: request.url, contentType, authorization, body });
    // The client may go away meanwhile; its next attempt then finds the answer.
    ctx.waitUntil(asked.catch(() => undefined));
    const answer = await asked;
    const isRevocation = !form.has("grant_type");
    if (isRevocation && (await grantObject(env, grant).isEnded())) localRevocations.add(grant);
    return answer;
  } catch (error) {
    console.error({ event: "grant_unreachable", error: errorText(error) });
    return unavailable();
  }
}

/** RFC 6749, appendix B; workers-oauth-provider takes nothing else. */
function isForm(contentType: string): boolean {
  const [mediaType = ""] = contentType.split(";");
  return mediaType.trim().toLowerCase() === "application/x-www-form-urlencoded";
}

function grantIn(form: URLSearchParams): GrantId | undefined {
  const token = presentedIn(form);
  return token === undefined ? undefined : grantIdOf(token);
}

/**
 * Asks a grant's object, and once more when that went away meanwhile: each deploy replaces all of them,
 * and a refresh can be repeated. A client's assertion cannot (RFC 7523, section 3).
 */
async function ask(env: Env, grant: GrantId, request: TokenRequest): Promise<TokenAnswer> {
  try {
    return await grantObject(env, grant).token(request);
  } catch (error) {
    const hasAssertion = new URLSearchParams(request.body).has("client_assertion");
    if (hasAssertion || !isRetryable(error)) throw error;
    console.warn({ event: "grant_object_replaced", error: errorText(error) });
    return grantObject(env, grant).token(request);
  }
}

/** As Durable Objects mark their errors. */
function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOverloaded = "overloaded" in error && error.overloaded === true;
  return "retryable" in error && error.retryable === true && !isOverloaded;
}
