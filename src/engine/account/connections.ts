import { type GrantId, grantKey, grantObject } from "../grants/grant-id";
import { localRevocations } from "../grants/local-revocations";
import { GRANT_ID } from "../grants/provider/records";
import { errorText } from "../lib/error-text";
import { type Connection, connectionOf } from "./connection";

/** The connections of one person. Nobody else's can be reached by it, whatever ids a request names. */
export type Connections = {
  /**
   * All of them, the last used first.
   *
   * @returns `hasMore` when there are more than {@link MAX_CONNECTIONS}; the others are left out.
   */
  list(): Promise<{ connections: readonly Connection[]; hasMore: boolean }>;
  /** @returns undefined when the person has no such connection, or no longer has it. */
  find(grantId: string): Promise<Connection | undefined>;
  /** Its tokens stop working. */
  end(connection: Connection): Promise<void>;
  /**
   * Ends all, including those without a token yet.
   *
   * @returns how many are left: more than {@link MAX_ENDED} are not ended in one go, and some may fail.
   */
  endAll(): Promise<number>;
  /** Removes all of its scopes but these. */
  narrow(connection: Connection, scopes: readonly string[]): Promise<void>;
};

/** What one page shows. Each takes two of the thousand requests that Cloudflare lets one request make. */
export const MAX_CONNECTIONS = 200;
/** Each takes one. */
export const MAX_ENDED = 500;

/**
 * @param userId of the person: from their session, never from what a form or an address says.
 * @param issuer the authorization server that issued the grants.
 * @param idleTtlSeconds GRANT_IDLE_TTL_SECONDS.
 */
export function connectionsOf(
  userId: string,
  env: Pick<Env, "GRANT" | "OAUTH_KV">,
  { issuer, idleTtlSeconds }: { issuer: string; idleTtlSeconds: number },
): Connections {
  /** KV shows new and deleted ones up to a minute late. */
  async function listIds(): Promise<string[]> {
    const prefix = grantKey({ userId, grantId: "" });
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const listed = await env.OAUTH_KV.list({ prefix, ...(cursor !== undefined && { cursor }) });
      ids.push(...listed.keys.map(({ name }) => name.slice(prefix.length)));
      cursor = listed.list_complete ? undefined : listed.cursor;
    } while (cursor !== undefined && ids.length <= MAX_ENDED);
    return ids;
  }

  async function find(grantId: string): Promise<Connection | undefined> {
    if (!GRANT_ID.test(grantId)) return undefined;
    const id = { userId, grantId };
    const record = await env.OAUTH_KV.get(grantKey(id), "json");
    const connection = connectionOf(id, record, idleTtlSeconds);
    if (connection === undefined || (await isKnownToHaveEnded(env, id))) return undefined;
    return connection;
  }

  async function end(grantId: string): Promise<void> {
    await grantObject(env, { userId, grantId }).end(issuer);
    localRevocations.add({ grantId });
  }

  return {
    async list() {
      const ids = await listIds();
      const found = await Promise.all(ids.slice(0, MAX_CONNECTIONS).map(find));
      const connections = found.filter((connection) => connection !== undefined);
      connections.sort((one, other) => other.lastTokenAtSeconds - one.lastTokenAtSeconds);
      return { connections, hasMore: ids.length > MAX_CONNECTIONS };
    },
    find,
    end: ({ grantId }) => end(grantId),
    async endAll() {
      const ids = await listIds();
      const outcomes = await Promise.allSettled(ids.slice(0, MAX_ENDED).map(end));
      const ended = outcomes.filter(({ status }) => status === "fulfilled").length;
      const left = ids.length - ended;
      if (left > 0) console.error({ event: "grants_not_ended", count: left });
      return left;
    },
    async narrow({ grantId }, scopes) {
      await grantObject(env, { userId, grantId }).narrow(scopes);
    },
  };
}

/**
 * What KV shows may be a minute old; the grant's object knows. A grant without a token yet is not shown
 * either. While the object cannot be reached, the connection is shown: a person who wants to end it can try.
 */
async function isKnownToHaveEnded(env: Pick<Env, "GRANT">, id: GrantId): Promise<boolean> {
  try {
    return await grantObject(env, id).isEnded();
  } catch (error) {
    console.error({ event: "grant_unreachable", error: errorText(error) });
    return false;
  }
}
