import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import { type PersonId, people } from "../../dev/local-servers/people.ts";
import type { Grant } from "../../src/engine/grants/grant";
import { grantIdOf, grantKey, grantObject } from "../../src/engine/grants/grant-id";
import { userIdOf } from "../../src/engine/identity/user-id";
import { type Tokens, tokenRequest } from "./as-client.ts";

/** The object of the grant that tokens are of. */
export function grantOf({ refresh_token }: Pick<Tokens, "refresh_token">) {
  const id = grantIdOf(refresh_token);
  if (id === undefined) throw new TypeError("This is no token of ours");
  return grantObject(env, id);
}

/** Uses a refresh token as its client. */
export function refresh(
  { refresh_token, clientId }: { refresh_token: string; clientId: string },
  change: Record<string, string> = {},
): Promise<Response> {
  return tokenRequest({
    grant_type: "refresh_token",
    refresh_token,
    client_id: clientId,
    ...change,
  });
}

/** Replaces the object in the middle of whatever it does, as a deploy or a failure does. */
export async function restart(grant: ReturnType<typeof grantOf>): Promise<void> {
  await runInDurableObject(grant, (_object, state) => {
    state.abort("replaced");
  }).catch(() => undefined);
}

/** Everything that an object has stored, by key. */
export function rowsOf(grant: ReturnType<typeof grantOf>): Promise<ReadonlyMap<string, unknown>> {
  return runInDurableObject(grant, (_object, { storage }) => new Map(storage.kv.list()));
}

/** Puts something around each write of an object to KV, until it is replaced. */
export async function aroundWrites(
  grant: ReturnType<typeof grantOf>,
  around: (
    write: () => Promise<unknown>,
    inside: { object: Grant; state: DurableObjectState },
  ) => Promise<void>,
): Promise<void> {
  await runInDurableObject(grant, (object, state) => {
    const kv = new Proxy(env.OAUTH_KV, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property);
        if (typeof member !== "function") return member;
        if (property !== "put") return member.bind(target);
        return (...args: unknown[]) =>
          around(() => Reflect.apply(member, target, args), { object, state });
      },
    });
    Reflect.set(object, "env", { ...env, OAUTH_KV: kv });
  });
}

/** Makes a grant with this record, as workers-oauth-provider and the grant's object keep it. */
export async function putGrant(person: PersonId, grantId: string, record: object): Promise<void> {
  const { issuer } = inject("identityProvider");
  const subject = people.find(({ id }) => id === person)?.sub ?? "";
  const id = { userId: await userIdOf({ issuer, subject }), grantId };
  const defaults = { clientId: "someone", scope: ["op:add"], createdAt: 1_700_000_000 };
  const json = JSON.stringify({ ...defaults, ...record });
  await env.OAUTH_KV.put(grantKey(id), json);
  await runInDurableObject(grantObject(env, id), (_object, { storage }) => {
    storage.kv.put("record", json);
  });
}
