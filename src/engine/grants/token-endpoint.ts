import { readableByScripts } from "../lib/cross-origin";
import { errorText } from "../lib/error-text";
import { readBytes } from "../lib/read-bytes";
import { type GrantId, grantIdOf, grantKey, grantObject } from "./grant-id";
import { localRevocations } from "./local-revocations";
import { parseGrantRecord, tokenIdOf } from "./provider/records";
import { type NamedGrant, recordTokenAnswer } from "./token-events";
import { clientIdOf, readTokenForm } from "./token-form";
import { refusalFor, withoutForeignToken } from "./token-refusals";
import {
  presentedIn,
  refusal,
  type TokenAnswer,
  type TokenRequest,
  toResponse,
  unavailable,
} from "./token-request";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/** Far more than a token request with a client assertion. */
const MAX_BODY_BYTES = 64 * 1_024;

/** A request to the token endpoint that is a form, after {@link readTokenForm}. */
type FormRequest = Omit<TokenRequest, "body"> & { readonly form: URLSearchParams };

/**
 * The token endpoint, which also revokes (RFC 7009). A request with a code or token of an existing grant
 * goes to that grant's object. Everything else, above all what is malformed or made up, is answered here
 * and makes no object: only a person's consent makes a grant.
 *
 * @param serve the token endpoint outside of any object, which issues nothing. It is asked about no
 *   client that would have to be fetched, and with no id that KV could not take.
 * @param knownScopes every scope that this server has.
 */
export function tokenEndpoint(
  serve: Handler,
  issuer: string,
  knownScopes: ReadonlySet<string>,
): Handler {
  return async (request, env, ctx) => {
    if (request.method !== "POST") return serve(request, env, ctx);
    const bytes = await readBytes(request.body, MAX_BODY_BYTES);
    if (bytes === undefined) {
      const tooLarge = { ...refusal("invalid_request", "The request is too large"), status: 413 };
      return readableByScripts(toResponse(tooLarge), request);
    }
    const contentType = request.headers.get("content-type") ?? "";
    if (!isForm(contentType)) return serve(new Request(request, { body: bytes }), env, ctx);
    const authorization = request.headers.get("authorization");
    const form = readTokenForm(new TextDecoder().decode(bytes), authorization, knownScopes);
    const asked = { issuer, url: request.url, contentType, authorization, form };
    const { answer, named } = await answerHere(asked, env, ctx);
    const response =
      answer === undefined
        ? await serve(withForm(request, withoutForeignToken(form)), env, ctx)
        : readableByScripts(toResponse(answer), request);
    const told = { status: response.status, body: answer?.body ?? (await response.clone().text()) };
    recordTokenAnswer(env, request, form.get("grant_type") ?? "", named, told);
    return response;
  };
}

/**
 * The answer of the grant that the request names, or the refusal of what must not reach the library; and that
 * grant, where the request names its client as well.
 *
 * @returns no answer for what the library refuses by itself: it names no grant that there is.
 */
async function answerHere(
  request: FormRequest,
  env: Env,
  ctx: ExecutionContext,
): Promise<{ answer?: TokenAnswer | undefined; named?: NamedGrant }> {
  const { form, authorization } = request;
  const clientId = clientIdOf(form, authorization);
  const grant = grantIn(form);
  try {
    const json = grant === undefined ? null : await env.OAUTH_KV.get(grantKey(grant));
    const grantClientId = json === null ? undefined : parseGrantRecord(json).clientId;
    const refused = refusalFor(form, clientId, grantClientId, authorization !== null);
    if (refused !== undefined) return { answer: refused };
    if (grant === undefined || grantClientId === undefined) return {};
    const answer = await answerOfObject(grant, request, env, ctx);
    return clientId === grantClientId ? { answer, named: { ...grant, clientId } } : { answer };
  } catch (error) {
    console.error({ event: "grant_unreachable", error: errorText(error) });
    return { answer: unavailable() };
  }
}

async function answerOfObject(
  grant: GrantId,
  { form, ...request }: FormRequest,
  env: Env,
  ctx: ExecutionContext,
): Promise<TokenAnswer> {
  const isRevocation = !form.has("grant_type");
  const revoked = isRevocation ? await tokenIdOf(presentedIn(form) ?? "") : undefined;
  const wasGood = revoked !== undefined && (await grantObject(env, grant).hasAccessToken(revoked));
  const asked = ask(env, grant, { ...request, body: form.toString() });
  // The client may go away meanwhile; its next attempt then finds the answer.
  ctx.waitUntil(asked.catch(() => undefined));
  const answer = await asked;
  if (revoked === undefined) return answer;
  if (await grantObject(env, grant).isEnded()) localRevocations.add(grant);
  else if (wasGood && !(await grantObject(env, grant).hasAccessToken(revoked))) {
    localRevocations.addToken(revoked);
  }
  return answer;
}

/** RFC 6749, appendix B; workers-oauth-provider takes nothing else. */
function isForm(contentType: string): boolean {
  const [mediaType = ""] = contentType.split(";");
  return mediaType.trim().toLowerCase() === "application/x-www-form-urlencoded";
}

function withForm(request: Request, form: URLSearchParams): Request {
  return new Request(request, { body: form.toString() });
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
