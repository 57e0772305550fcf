import type { Context } from "hono";
import { auditFor } from "../audit/audit";
import type { NewAuditEvent } from "../audit/audit-event";
import { requestIdOf } from "../lib/request-id";
import type { Catalogue } from "../tools/catalogue";
import type { SignInFailure } from "./sign-in-failure";

/** Records a person's decision or sign-in in the audit. */
export function record(c: Context<{ Bindings: Env }>, event: NewAuditEvent): void {
  auditFor(c.env).record({ requestId: requestIdOf(c.req.raw), ...event });
}

/** What the audit has of a failed sign-in. */
export function failedSignIn({ reason }: Pick<SignInFailure, "reason">) {
  return reason === "refused_by_provider" || reason === "another_person"
    ? ({ outcome: "refused", reason } as const)
    : ({ outcome: "failed", reason } as const);
}

/**
 * The scopes that a client asked for, as the consent page posts them back: the person's browser could say
 * something else, and nothing depends on it.
 */
export function scopesAskedIn(form: FormData, { allScopes }: Catalogue): string[] {
  const asked = String(form.get("asked") ?? "").split(" ");
  return allScopes.map(({ name }) => name).filter((name) => asked.includes(name));
}
