import type { UpstreamApi } from "../config";
import { challengeFacts } from "./challenge-facts";
import { UpstreamError } from "./upstream-error";

/**
 * An API answered 401 to what this server itself proves itself by: a key, its own token, its own signature. No
 * person can do anything about that, and nothing of theirs ends.
 *
 * @param challenge the API's header WWW-Authenticate.
 */
export function refusedCredential(
  { name, displayName, credential }: UpstreamApi,
  challenge: string | null,
): UpstreamError {
  const facts = challengeFacts(challenge);
  console.error({
    ...{ event: "upstream_credential_refused", api: name, access: credential.by },
    ...facts,
  });
  return new UpstreamError(
    "misconfigured",
    `${displayName} does not accept this server's own credentials. The operator of this server needs to fix that.`,
  );
}
