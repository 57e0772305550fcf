// No imports: dev/ runs this in Node.js as it is, and the stubs are built with it.

/** Every code that the engine gives an error or a tool's failure. docs/errors.md explains each. */
export const errorCodes = [
  // The server's definition and configuration.
  "config_invalid",
  "definition_invalid",
  "left_out",
  // A tool's failure.
  "arguments_invalid",
  "scopes_missing",
  "tool_error",
  "tool_failed",
  "tool_output_invalid",
  "question_pending",
  // An API called as the person.
  "connection_required",
  "upstream_consent_required",
  "upstream_forbidden",
  "upstream_not_found",
  "upstream_invalid_request",
  "upstream_unavailable",
  "upstream_misconfigured",
  // Signing in.
  "identity_provider_failed",
  "identity_provider_misconfigured",
  "sign_in_refused",
  "upstream_grant_ended",
  // A request, and what it needs of other servers.
  "message_invalid",
  "message_too_large",
  "cursor_invalid",
  "not_found",
  "published_json_refused",
  "remote_value_unavailable",
  "stored_row_unknown",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The base class of every error of the engine. Branch on `code`, which is stable; the message is for people
 * and may change.
 *
 * @example
 * if (error instanceof GatehouseError && error.code === "upstream_unavailable") return later();
 */
export abstract class GatehouseError extends Error {
  /** One of {@link errorCodes}, or of a {@link ToolError} the tool's own. */
  abstract readonly code: string;
}
