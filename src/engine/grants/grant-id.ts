/** What names a grant. Both stand readable in each of its tokens, so neither proves anything. */
export type GrantId = { readonly userId: string; readonly grantId: string };

/**
 * `userId:grantId:secret`, as workers-oauth-provider makes codes, access tokens and refresh tokens;
 * the user ids are those of identity/user-id.ts.
 */
const TOKEN = /^([\w-]{32}):([\w-]{16}):[\w-]{32}$/;

/** @returns undefined for what this server never issued. The secret is not looked at. */
export function grantIdOf(token: string): GrantId | undefined {
  const [, userId, grantId] = TOKEN.exec(token) ?? [];
  return userId === undefined || grantId === undefined ? undefined : { userId, grantId };
}

/** The key of its record in OAUTH_KV, as workers-oauth-provider has it. */
export function grantKey({ userId, grantId }: GrantId): string {
  return `grant:${userId}:${grantId}`;
}

/** What the keys of its access tokens in OAUTH_KV begin with. */
export function tokenKeyPrefix({ userId, grantId }: GrantId): string {
  return `token:${userId}:${grantId}:`;
}

/** The object of a grant, whether there is such a grant or not. */
export function grantObject({ GRANT }: Pick<Env, "GRANT">, { userId, grantId }: GrantId) {
  return GRANT.getByName(`${userId}:${grantId}`);
}

/** @param name of a grant's object. */
export function grantIdOfName(name: string | undefined): GrantId {
  const [userId, grantId] = name?.split(":") ?? [];
  if (userId === undefined || grantId === undefined) {
    throw new TypeError("An object is reached by the name of its grant");
  }
  return { userId, grantId };
}
