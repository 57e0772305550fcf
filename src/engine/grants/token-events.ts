import * as z from "zod";
import { auditFor } from "../audit/audit";
import type { EventOf } from "../audit/audit-event";
import { requestIdOf } from "../lib/request-id";
import { type GrantId, grantIdOf } from "./grant-id";

/** A grant, and the client that it belongs to. */
export type NamedGrant = GrantId & { readonly clientId: string };

/** RFC 6749, section 5.1. */
const issuedSchema = z.object({
  access_token: z.string(),
  scope: z.string().default(""),
  resource: z.string().optional(),
});

/** RFC 6749, section 5.2, and what extensions of it define. */
const errorSchema = z.object({ error: z.string().regex(/^[a-z_]{1,64}$/) });

/**
 * Records what the token endpoint answered. A revocation (RFC 7009) that ends a grant is recorded where that
 * ends (grant.ts). Refusals that are alike are counted, and have ids only where the request named a grant that
 * there is: anybody can make requests, and write into them what they like.
 *
 * @param grantType as the request says it.
 * @param named the grant and client that the request named, where there are such.
 * @param answer `body` is its text.
 */
export function recordTokenAnswer(
  env: Env,
  request: Request,
  grantType: string,
  named: NamedGrant | undefined,
  { status, body }: { status: number; body: string },
): void {
  const requestId = requestIdOf(request);
  if (status >= 400) {
    auditFor(env).recordRefusal({
      kind: "token_refused",
      grantType: grantTypeNames.get(grantType) ?? "other",
      error: errorSchema.safeParse(jsonOf(body)).data?.error ?? "unknown",
      ...named,
      requestId,
    });
    return;
  }
  const issued = issuedSchema.safeParse(jsonOf(body)).data;
  if (issued === undefined) return;
  auditFor(env).record({
    kind: grantType === "refresh_token" ? "token_refreshed" : "token_issued",
    scopes: issued.scope.split(" ").filter((scope) => scope !== ""),
    ...(issued.resource !== undefined && { resource: issued.resource }),
    ...named,
    requestId,
    ...grantIdOf(issued.access_token),
  });
}

const grantTypeNames: ReadonlyMap<string, EventOf<"token_refused">["grantType"]> = new Map([
  ["authorization_code", "authorization_code"],
  ["refresh_token", "refresh_token"],
  ["", "revocation"],
]);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A revocation's answer is empty.
    return undefined;
  }
}
