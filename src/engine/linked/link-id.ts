/** Which link: of whom, to which API. */
export type LinkId = { readonly userId: string; readonly api: string };

/**
 * The object of a link, whether there is such a link or not.
 *
 * @param id its person from a verified token or browser session, its API from the configuration: never from
 *   what a client names.
 */
export function linkObject({ SERVICE_LINK }: Pick<Env, "SERVICE_LINK">, { userId, api }: LinkId) {
  // A user id has no colon.
  return SERVICE_LINK.getByName(`${userId}:${api}`);
}

/** @param name of a link's object. */
export function linkIdOfName(name: string | undefined): LinkId {
  const [userId, api] = name?.split(":") ?? [];
  if (userId === undefined || api === undefined) {
    throw new TypeError("An object is reached by the name of its link");
  }
  return { userId, api };
}
