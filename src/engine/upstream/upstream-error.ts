import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/** Why an API could not be called as the person. */
export type UpstreamFailure =
  /** The person has to allow something at the other side first. */
  | "consent_required"
  /** The API does not take the token, or not for this. */
  | "forbidden"
  | "not_found"
  /** The API finds the request wrong. */
  | "invalid_request"
  /** Down, slow, or asked too often: the same call may work later. */
  | "unavailable"
  /** Only the operator of this server can fix it. */
  | "misconfigured";

/**
 * An API, or the authorization server in front of it, did not do what was asked. The message is for
 * the model and the person: what is wrong and what to do. It becomes the tool's failure by itself.
 */
export class UpstreamError extends GatehouseError {
  override readonly name = "UpstreamError";
  override readonly code: `upstream_${UpstreamFailure}`;
  readonly failure: UpstreamFailure;

  constructor(failure: UpstreamFailure, message: string) {
    super(message);
    this.failure = failure;
    this.code = `upstream_${failure}` satisfies ErrorCode;
  }
}
