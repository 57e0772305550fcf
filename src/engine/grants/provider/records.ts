import * as z from "zod";
import { grantMetadataSchema } from "../grant-metadata";

// All that is known here of what workers-oauth-provider stores, beside its documented interface. What
// test/worker/oauth-provider-contract.test.ts finds changed by an upgrade is to be changed here.

/** What names a grant. Both stand readable in each of its tokens, so neither proves anything. */
export type GrantId = { readonly userId: string; readonly grantId: string };

/** The user ids are those of identity/user-id.ts; the library makes the grant's. */
export const USER_ID = /^[\w-]{32}$/;
export const GRANT_ID = /^[\w-]{16}$/;

/** `userId:grantId:secret`, as the library makes codes, access tokens and refresh tokens. */
const TOKEN = /^([\w-]{32}):([\w-]{16}):[\w-]{32}$/;

/** @returns undefined for what this server never issued. The secret is not looked at. */
export function grantIdOf(token: string): GrantId | undefined {
  const [, userId, grantId] = TOKEN.exec(token) ?? [];
  return userId === undefined || grantId === undefined ? undefined : { userId, grantId };
}

/** The key of its record in OAUTH_KV. */
export function grantKey({ userId, grantId }: GrantId): string {
  return `grant:${userId}:${grantId}`;
}

/** What the keys of its access tokens in OAUTH_KV begin with. */
export function tokenKeyPrefix({ userId, grantId }: GrantId): string {
  return `token:${userId}:${grantId}:`;
}

/**
 * What counts here of the record that workers-oauth-provider keeps of a grant in KV. Its ids of tokens
 * are hashes; its props are encrypted with a key that only a token gives.
 */
const grantRecordSchema = z.object({
  clientId: z.string(),
  /** The code that the grant began with; kept to know it again (RFC 6749, section 4.1.2). */
  authCodeId: z.string().optional(),
  /** The refresh token that counts; absent until the code is exchanged. */
  refreshTokenId: z.string().optional(),
  /** The one before it, which the library takes for as long as its successor was not used. */
  previousRefreshTokenId: z.string().optional(),
  /** In seconds since 1970. */
  expiresAt: z.number().optional(),
});
export type GrantRecord = z.infer<typeof grantRecordSchema>;

export function parseGrantRecord(json: string): GrantRecord {
  return grantRecordSchema.parse(JSON.parse(json));
}

/** Whether a client is the one that a grant was given to: only its document is fetched then. */
export function isClientOf(grant: GrantId) {
  return async (env: Pick<Env, "OAUTH_KV">, clientId: string): Promise<boolean> => {
    const record = await env.OAUTH_KV.get(grantKey(grant), "json");
    return grantRecordSchema.safeParse(record).data?.clientId === clientId;
  };
}

/** The same record, as if the token were the one before the current. */
export function withPreviousToken(json: string, tokenId: string): string {
  const record = z.looseObject({}).parse(JSON.parse(json));
  return JSON.stringify({ ...record, previousRefreshTokenId: tokenId });
}

/** The same record with none of its scopes but these. */
export function narrowedTo(json: string, scopes: readonly string[]): string {
  const record = z.looseObject({ scope: z.array(z.string()) }).parse(JSON.parse(json));
  return JSON.stringify({ ...record, scope: record.scope.filter((one) => scopes.includes(one)) });
}

/** The refresh tokens that `after` takes no more, and `before` still took. */
export function rotatedOut(before: GrantRecord, after: GrantRecord): string[] {
  const valid = [after.refreshTokenId, after.previousRefreshTokenId];
  return [before.refreshTokenId, before.previousRefreshTokenId].flatMap((tokenId) =>
    tokenId === undefined || valid.includes(tokenId) ? [] : [tokenId],
  );
}

/** The id by which workers-oauth-provider knows a token: its SHA-256, in hexadecimal. */
export async function tokenIdOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return new Uint8Array(digest).toHex();
}

/** What a person is shown of a grant's record. */
export const shownRecordSchema = z.object({
  clientId: z.string(),
  scope: z.array(z.string()),
  createdAt: z.number(),
  expiresAt: z.number().optional(),
  redirectUri: z.string().optional(),
  metadata: grantMetadataSchema.optional().catch(undefined),
});
