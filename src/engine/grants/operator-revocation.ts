import type { OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import * as z from "zod";
import { readBytes } from "../lib/read-bytes";
import { sameSecret } from "../lib/same-secret";
import { erasePerson } from "../storage/d1";
import { grantObject } from "./grant-id";
import { localRevocations } from "./local-revocations";
import { GRANT_ID, USER_ID } from "./provider/records";

/** Where the operator ends grants: those of a person, or one of them; or erases the person. */
export const OPERATOR_REVOCATION = "/operator/revoke";

const MAX_BODY_BYTES = 4 * 1_024;

const requestSchema = z
  .object({
    userId: z.string().regex(USER_ID, "must be a user id: 32 of A-Z, a-z, 0-9, - and _"),
    grantId: z
      .string()
      .regex(GRANT_ID, "must be a grant id: 16 of A-Z, a-z, 0-9, - and _")
      .optional(),
    /** Also deletes what is kept for the person, once all their grants have ended. */
    erase: z.boolean().default(false),
  })
  .refine(({ grantId, erase }) => !(erase && grantId !== undefined), {
    error: "erase is about a person, not about one grant",
  });

/**
 * Ends grants on the operator's word, for whom `npm run revoke` asks: POST with OPERATOR_SECRET as a bearer
 * token and `{ userId, grantId?, erase? }`. It answers with the ids of the grants that have ended, and how many
 * records were erased.
 *
 * Without a `grantId` it ends every grant of the person that KV lists, which may miss one that is less than a
 * minute old.
 *
 * @param secret undefined when there is none: then nobody is an operator.
 */
export function operatorRevocation(
  secret: string | undefined,
  helpers: (env: Env) => OAuthHelpers,
  issuer: string,
): (request: Request, env: Env) => Promise<Response> {
  return async (request, env) => {
    if (secret === undefined) return refusal(404, "not_found", "OPERATOR_SECRET is not set");
    if (request.method !== "POST") return refusal(405, "method_not_allowed", "Only POST", "POST");
    const [, presented] = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (presented === undefined || !(await sameSecret(presented, secret))) {
      console.warn({ event: "operator_refused" });
      return refusal(401, "invalid_token", "This is not the value of OPERATOR_SECRET");
    }
    const parsed = requestSchema.safeParse(await jsonOf(request));
    if (!parsed.success) return refusal(400, "invalid_request", z.prettifyError(parsed.error));
    const { userId, grantId, erase } = parsed.data;
    const grantIds = grantId === undefined ? await grantsOf(helpers(env), userId) : [grantId];
    const results = await Promise.allSettled(
      grantIds.map((id) => grantObject(env, { userId, grantId: id }).end(issuer, "operator")),
    );
    const ended = grantIds.filter((_id, index) => results[index]?.status === "fulfilled");
    for (const id of ended) localRevocations.add({ grantId: id });
    const failed = grantIds.filter((id) => !ended.includes(id));
    console.warn({ event: "grants_ended_by_operator", userId, ended, failed });
    // Not before: a client with a live grant would keep writing.
    const mayErase = erase && failed.length === 0;
    const erased = mayErase ? await erasePerson(env.DB, userId) : undefined;
    if (erased !== undefined) console.warn({ event: "person_erased", userId, records: erased });
    return Response.json(
      { ended, failed, ...(erased !== undefined && { erased }) },
      { status: failed.length === 0 ? 200 : 503, headers: { "cache-control": "no-store" } },
    );
  };
}

async function grantsOf(helpers: OAuthHelpers, userId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await helpers.listUserGrants(userId, { ...(cursor !== undefined && { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}

async function jsonOf(request: Request): Promise<unknown> {
  const bytes = await readBytes(request.body, MAX_BODY_BYTES);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What is no JSON is refused like anything else that does not fit.
    return undefined;
  }
}

function refusal(status: number, error: string, description: string, allow?: string): Response {
  const headers = new Headers({ "cache-control": "no-store" });
  if (allow !== undefined) headers.set("allow", allow);
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return Response.json({ error, error_description: description }, { status, headers });
}
