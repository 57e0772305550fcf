import type { OAuthAuthorizationServer } from "@cloudflare/workers-oauth-provider";
import { auditFor } from "../audit/audit";
import type { EventOf } from "../audit/audit-event";
import type { GrantId } from "./grant-id";
import type { GrantRows } from "./grant-rows";
import { grantKv, readRecord, rehearsalKv } from "./provider/kv";
import { parseGrantRecord, tokenIdOf, withPreviousToken } from "./provider/records";
import { asRevocation } from "./provider/requests";
import { seal, unseal } from "./sealed";
import {
  isRefresh,
  presentedIn,
  refusal,
  type TokenAnswer,
  type TokenRequest,
  toAnswer,
  tokenAnswerSchema,
  toRequest,
} from "./token-request";

/** Who ended a grant, as the audit has it. */
export type GrantEnder = EventOf<"grant_revoked">["by"];

/** What the issuance of tokens needs of the grant's object. */
export type IssuingGrant = {
  readonly id: GrantId;
  readonly rows: GrantRows;
  readonly env: Env;
  readonly context: ExecutionContext;
  /** The token endpoint of workers-oauth-provider, which issues this grant's tokens. */
  serverOf(issuer: string): OAuthAuthorizationServer<Env>;
  /** Runs one piece of work after the other. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Notes that the grant has ended: what is under way issues nothing from here on. */
  bury(issuer: string, by: GrantEnder): Promise<void>;
  end(issuer: string, by: GrantEnder): Promise<void>;
};

/**
 * Answers a request to the token endpoint with a code or token of this grant.
 *
 * A crash loses nothing at any point. Until the record is written, a repeat starts from what was; after
 * that, the library takes the repeated token as the one before the current; once the answer is kept, it
 * is given again. An answer leaves the object only when it is on disk here.
 */
export async function issueTokens(
  grant: IssuingGrant,
  request: TokenRequest,
): Promise<TokenAnswer> {
  const form = new URLSearchParams(request.body);
  const presented = presentedIn(form) ?? "";
  const tokenId = await tokenIdOf(presented);
  // A revocation (RFC 7009) does not wait for a refresh that hangs. And who merely knows the grant's name
  // must not make others wait. What is not known now is nothing that will be: a token is known here
  // before anyone has it.
  if (!form.has("grant_type") || !(await isKnown(grant, tokenId))) return serve(grant, request);
  return grant.inTurn(() =>
    isRefresh(form) ? refresh(grant, request, presented, tokenId) : serve(grant, request),
  );
}

/** Whether it is the id of the grant's code, or of a refresh token that it had. */
async function isKnown({ id, env, rows }: IssuingGrant, tokenId: string): Promise<boolean> {
  if (rows.isRotated(tokenId)) return true;
  const json = await readRecord(env.OAUTH_KV, id, rows);
  if (json === undefined) return false;
  const { authCodeId, refreshTokenId, previousRefreshTokenId } = parseGrantRecord(json);
  return [authCodeId, refreshTokenId, previousRefreshTokenId].includes(tokenId);
}

async function refresh(
  grant: IssuingGrant,
  request: TokenRequest,
  refreshToken: string,
  tokenId: string,
): Promise<TokenAnswer> {
  const { id, env, rows } = grant;
  const kept = rows.keptAnswer(tokenId);
  if (kept !== undefined || rows.isRotated(tokenId)) {
    const record = await readRecord(env.OAUTH_KV, id, rows);
    if (record !== undefined && (await isOfClient(grant, request, record, refreshToken, tokenId))) {
      const text = kept && (await unseal(refreshToken, "answer", kept));
      // Also to a repeat that asks for other scopes: the answer says which it has (RFC 6749, section 5.1).
      if (text !== undefined) return tokenAnswerSchema.parse(JSON.parse(text));
      return endAsReplayed(grant, request, record);
    }
    // The library says to the client, as to any other, what is wrong with it.
  }
  const answer = await serve(grant, request);
  if (answer.status !== 200) {
    // It ended meanwhile; a client that is told to try again would only hear so later.
    return answer.status === 503 && rows.tombstone !== undefined ? hasEnded() : answer;
  }
  const sealed = await seal(refreshToken, "answer", JSON.stringify(answer));
  if (rows.tombstone !== undefined) return hasEnded();
  await rows.keepAnswer(tokenId, sealed);
  return answer;
}

/** What workers-oauth-provider answers. When that ends the grant, its sessions are closed as well. */
async function serve(grant: IssuingGrant, request: TokenRequest): Promise<TokenAnswer> {
  const { id, env, rows } = grant;
  const by = new URLSearchParams(request.body).has("grant_type") ? "server" : "client";
  let ends = false;
  const kv = grantKv(env.OAUTH_KV, id, rows, () => {
    ends = true;
    return grant.bury(request.issuer, by);
  });
  const answer = await toAnswer(await ask(grant, request.issuer, toRequest(request), kv));
  if (ends) await grant.end(request.issuer, by);
  return answer;
}

/**
 * Whether the request comes from the client of the grant, and proves it as that client has to
 * (RFC 6749, section 3.2.1). Nobody else gets an answer again, or ends the grant.
 *
 * The library is asked by a rehearsed revocation (RFC 7009, section 2.1): it authenticates the
 * client first, and deletes the grant only for the client that the token was issued to.
 */
async function isOfClient(
  grant: IssuingGrant,
  request: TokenRequest,
  record: string,
  refreshToken: string,
  tokenId: string,
): Promise<boolean> {
  const form = asRevocation(new URLSearchParams(request.body), refreshToken);
  const presented = withPreviousToken(record, tokenId);
  let wouldEnd = false;
  const kv = rehearsalKv(grant.env.OAUTH_KV, grant.id, presented, () => {
    wouldEnd = true;
  });
  await ask(grant, request.issuer, toRequest(request, form), kv);
  return wouldEnd;
}

/**
 * A refresh token is used although its successor was used too: two parties have it, and one should not.
 * Which one cannot be told, so nobody goes on (RFC 9700, section 4.14.2).
 */
async function endAsReplayed(
  grant: IssuingGrant,
  { issuer }: TokenRequest,
  record: string,
): Promise<TokenAnswer> {
  const { clientId } = parseGrantRecord(record);
  console.warn({ event: "refresh_token_replayed", grantId: grant.id.grantId, clientId });
  auditFor(grant.env).record({ kind: "token_replayed", ...grant.id, clientId });
  await grant.end(issuer, "replay");
  return hasEnded();
}

function ask(
  { env, context, serverOf }: IssuingGrant,
  issuer: string,
  request: Request,
  kv: KVNamespace,
): Promise<Response> {
  return serverOf(issuer).fetch(request, { ...env, OAUTH_KV: kv }, context);
}

function hasEnded(): TokenAnswer {
  return refusal("invalid_grant", "The grant has ended");
}
