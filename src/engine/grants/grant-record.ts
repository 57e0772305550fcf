import * as z from "zod";
import { type GrantId, grantKey } from "./grant-id";

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
