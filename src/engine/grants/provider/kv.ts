import { OAuthError } from "@cloudflare/workers-oauth-provider";
import * as z from "zod";
import type { GrantRows } from "../grant-rows";
import { type GrantId, grantKey, tokenKeyPrefix } from "./records";

/** The operations of a KV namespace that are done in another way here. */
type Instead = {
  get?(key: string, ...options: readonly unknown[]): Promise<unknown>;
  put?(key: string, value: string, options?: KVNamespacePutOptions): Promise<void>;
  delete?(key: string): Promise<void>;
  list?(): Promise<KVNamespaceListResult<unknown>>;
};

/**
 * KV as a grant's object lets workers-oauth-provider see it. KV may show a record that is a minute
 * old; the object, the only one that writes it, remembers what it wrote. KV has the last word on whether
 * there is a grant at all: whoever deletes the record there ends it.
 *
 * @param end takes note that the grant's record is about to be deleted.
 */
export function grantKv(
  kv: KVNamespace,
  id: GrantId,
  rows: GrantRows,
  end: () => Promise<void>,
): KVNamespace {
  const recordKey = grantKey(id);
  const tokenPrefix = tokenKeyPrefix(id);
  return withInstead(kv, {
    async get(key, ...options) {
      // Another grant has an object of its own, and is not there for this one.
      if (key !== recordKey && key.startsWith("grant:")) return null;
      if (key !== recordKey) return Reflect.apply(kv.get, kv, [key, ...options]);
      const record = await readRecord(kv, id, rows);
      return record === undefined ? null : JSON.parse(record);
    },
    async put(key, value, options) {
      const isOfGrant = key === recordKey || key.startsWith(tokenPrefix);
      if (isOfGrant && rows.tombstone !== undefined) throw grantHasEnded();
      // Here first: what KV has and the object does not know would be overwritten by the next refresh,
      // and would not be deleted at the end, since a list of KV may be a minute old as well.
      if (key === recordKey) await rows.setRecord(value);
      const outdated = key.startsWith(tokenPrefix)
        ? rows.addAccessToken(key, endsAtMs(options))
        : [];
      await kv.put(key, value, options);
      await Promise.all(outdated.map((oldest) => kv.delete(oldest)));
      if (!isOfGrant || rows.tombstone === undefined) return;
      // It ended meanwhile, and who ended it may have looked for tokens before this one was there.
      await kv.delete(key);
      throw grantHasEnded();
    },
    async delete(key) {
      if (key === recordKey) await end();
      // An access token that its client revoked (RFC 7009): the object vouches for it no more.
      else if (key.startsWith(tokenPrefix)) rows.removeAccessTokens([key]);
      await kv.delete(key);
    },
  });
}

/** @returns undefined when there is no such grant, or no more. */
export async function readRecord(
  kv: KVNamespace,
  id: GrantId,
  rows: GrantRows,
): Promise<string | undefined> {
  const inKv = rows.tombstone === undefined ? await kv.get(grantKey(id)) : null;
  return inKv === null ? undefined : (rows.record ?? inKv);
}

/**
 * KV with a record of one's own for the grant, from which nothing is deleted.
 *
 * @param deleted is told when the record would have been.
 */
export function rehearsalKv(
  kv: KVNamespace,
  id: GrantId,
  record: string,
  deleted: () => void,
): KVNamespace {
  const recordKey = grantKey(id);
  return withInstead(kv, {
    get: async (key, ...options) =>
      key === recordKey ? JSON.parse(record) : Reflect.apply(kv.get, kv, [key, ...options]),
    list: async () => ({ keys: [], list_complete: true, cacheStatus: null }),
    // An assertion's id is noted, so that it counts once; what else the library would write is not its to write.
    put: async (key, value, options) => {
      if (isOfGrant(id, key)) throw new TypeError("A rehearsal writes nothing of the grant");
      await kv.put(key, value, options);
    },
    delete: async (key) => {
      if (key === recordKey) deleted();
    },
  });
}

/**
 * KV that shows nothing which was read longer ago than this, at least the 30 seconds that KV knows: by itself it
 * keeps a record for a minute wherever that was read, also one deleted elsewhere.
 */
export function recentKv(kv: KVNamespace, seconds: number): KVNamespace {
  return withInstead(kv, {
    // The library names the type of what it reads by an object of options.
    get: (key, options) =>
      Reflect.apply(kv.get, kv, [key, { ...optionsSchema.parse(options), cacheTtl: seconds }]),
  });
}

const optionsSchema = z.looseObject({ type: z.literal("json") });

function isOfGrant(id: GrantId, key: string): boolean {
  return key === grantKey(id) || key.startsWith(tokenKeyPrefix(id));
}

function withInstead(kv: KVNamespace, instead: Instead): KVNamespace {
  return new Proxy(kv, {
    get(target, property) {
      const member: unknown = Reflect.get(instead, property) ?? Reflect.get(target, property);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

function endsAtMs({ expirationTtl = 0 }: KVNamespacePutOptions = {}): number {
  return Date.now() + expirationTtl * 1_000;
}

function grantHasEnded(): OAuthError {
  return new OAuthError("invalid_grant", { description: "The grant has ended" });
}
