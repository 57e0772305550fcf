import type { ServiceConnection } from "../config";
import { failureFacts } from "../providers/provider-failure";

/** Logs that a service did not do what was asked, with what an operator can act on. */
export function logServiceFailure({ api }: ServiceConnection, error: unknown): void {
  console.error({ event: "service_failed", api, ...failureFacts(error) });
}
