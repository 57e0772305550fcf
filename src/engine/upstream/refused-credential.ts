import type { UpstreamApi } from "../config";
import { UpstreamError } from "./upstream-error";

/**
 * An API answered 401 to what this server itself proves itself by: a key, its own token, its own signature. No
 * person can do anything about that, and nothing of theirs ends.
 */
export function refusedCredential({ name, displayName, credential }: UpstreamApi): UpstreamError {
  console.error({ event: "upstream_credential_refused", api: name, access: credential.by });
  return new UpstreamError(
    "misconfigured",
    `${displayName} does not accept this server's own credentials. The operator of this server needs to fix that.`,
  );
}
