import * as z from "zod";
import { auditFor } from "../audit/audit";
import type { EventOf } from "../audit/audit-event";
import { requestIdOf } from "../lib/request-id";
import { grantIdOf } from "./grant-id";
import { presentedIn } from "./token-request";

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
 * ends (grant.ts).
 *
 * @param form the request's, proven only by a good answer.
 * @param body of the answer.
 */
export function recordTokenAnswer(
  env: Env,
  request: Request,
  form: URLSearchParams,
  { status, body }: { status: number; body: string },
): void {
  const grantType = form.get("grant_type") ?? "";
  const clientId = clientIdIn(request, form);
  const ids = { ...(clientId !== undefined && { clientId }), requestId: requestIdOf(request) };
  if (status >= 400) {
    const presented = presentedIn(form);
    auditFor(env).record({
      kind: "token_refused",
      grantType: grantTypeNames.get(grantType) ?? "other",
      error: errorSchema.safeParse(jsonOf(body)).data?.error ?? "unknown",
      ...ids,
      ...(presented !== undefined && grantIdOf(presented)),
    });
    return;
  }
  const issued = issuedSchema.safeParse(jsonOf(body)).data;
  if (issued === undefined) return;
  auditFor(env).record({
    kind: grantType === "refresh_token" ? "token_refreshed" : "token_issued",
    scopes: issued.scope.split(" ").filter((scope) => scope !== ""),
    ...(issued.resource !== undefined && { resource: issued.resource }),
    ...ids,
    ...grantIdOf(issued.access_token),
  });
}

const grantTypeNames: ReadonlyMap<string, EventOf<"token_refused">["grantType"]> = new Map([
  ["authorization_code", "authorization_code"],
  ["refresh_token", "refresh_token"],
  ["", "revocation"],
]);

/** RFC 6749, section 2.3.1: in the body, or as the user of HTTP Basic, form-encoded. */
function clientIdIn(request: Request, form: URLSearchParams): string | undefined {
  const [, basic] = /^basic +([\w+/=-]+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (basic === undefined) return form.get("client_id") ?? undefined;
  try {
    const [user = ""] = new TextDecoder().decode(Uint8Array.fromBase64(basic)).split(":");
    return new URLSearchParams(`id=${user}`).get("id") ?? undefined;
  } catch {
    // It is no base64, so it was refused as well.
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A revocation's answer is empty.
    return undefined;
  }
}
