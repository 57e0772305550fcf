import type { ServiceConnection } from "../config";
import { errorText } from "../lib/error-text";
import { IdentityProviderError } from "../providers/identity-provider";

/** Logs that a service did not do what was asked, with what an operator can act on. */
export function logServiceFailure({ api }: ServiceConnection, error: unknown): void {
  const facts = error instanceof IdentityProviderError ? error.facts : {};
  const cause =
    error instanceof Error && error.cause !== undefined ? errorText(error.cause) : undefined;
  console.error({
    event: "service_failed",
    api,
    error: errorText(error),
    ...facts,
    ...(cause !== undefined && { cause }),
  });
}
