import type { GrantId } from "./provider/records";

export { type GrantId, grantIdOf, grantKey, tokenKeyPrefix } from "./provider/records";

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
