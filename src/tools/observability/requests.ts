import type { Account } from "./account";

/** Cloudflare's names of the permissions, for the message when one is missing. */
export const TELEMETRY_PERMISSION = "workers_observability:read";
export const WORKERS_PERMISSION = "workers:read";

/** A request that queries an account's logs. It only reads, although it is a POST. */
export function telemetryRequest(
  account: Account,
  endpoint: "query" | "keys" | "values",
  body: object,
) {
  return {
    method: "POST",
    path: ["accounts", account.id, "workers", "observability", "telemetry", endpoint],
    body,
    isRead: true,
    permission: TELEMETRY_PERMISSION,
  } as const;
}

/** A request that reads something of an account's Workers. @param path below `workers`. */
export function workersRequest(account: Account, ...path: string[]) {
  return {
    path: ["accounts", account.id, "workers", ...path],
    permission: WORKERS_PERMISSION,
  };
}

/** The annotations of every tool here that only reads. */
export const READ_ONLY = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
} as const;
