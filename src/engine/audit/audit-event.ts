// Imports here end in .ts, because dev/ runs this file in Node.js as it is.
import * as z from "zod";

/** Fields of every event, where they apply. All ids are opaque: none is a name. */
const about = {
  /** The person (identity/user-id.ts). */
  userId: z.string().optional(),
  clientId: z.string().optional(),
  grantId: z.string().optional(),
  sessionId: z.string().optional(),
  /** The HTTP request, which the log has too (lib/request-id.ts). */
  requestId: z.string().optional(),
};

const scopes = z.array(z.string());

/** How many refusals the event stands for, if more than one (audit/refusal-counts.ts). */
const counted = { count: z.int().optional() };

/**
 * A kind of event. Every field is from a fixed set, an id, a scope, a number or a hash: no name, no e-mail
 * address, no token, nothing that was said in a call.
 */
function kind<const Kind extends string, Fields extends z.ZodRawShape>(name: Kind, fields: Fields) {
  return z.object({ kind: z.literal(name), ...about, ...fields });
}

/** Who called what: a tool call of one client, in either era of MCP. */
const toolCall = kind("tool_call", {
  tool: z.string(),
  readOnly: z.boolean(),
  outcome: z.enum(["ok", "error", "failed", "cancelled", "asked"]),
  /** Why it failed: a code of docs/errors.md, or the tool's own. */
  code: z.string().optional(),
  milliseconds: z.number(),
  argumentsHash: z.string(),
  safeArguments: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** What the token allowed. */
  scopes,
});

/** Without `id` and `atMs`, which `record` adds. */
export const newAuditEventSchema = z.discriminatedUnion("kind", [
  /** A person came back from the identity provider. `reason` says why they were refused. */
  kind("sign_in", {
    outcome: z.enum(["ok", "refused", "failed"]),
    reason: z
      .enum([
        "person_not_allowed",
        "refused_by_provider",
        /** Than the one who consented. */
        "another_person",
        "provider_unavailable",
        "provider_misconfigured",
      ])
      .optional(),
    /** The identity provider, if the person is known. */
    issuer: z.string().optional(),
  }),
  /** A person answered the consent page. Who they are is known only after the sign-in that follows. */
  kind("consent", {
    outcome: z.enum(["given", "denied"]),
    scopesAsked: scopes,
    scopesGiven: scopes,
  }),
  /** A client registered itself (RFC 7591). `error` is the refusal's code. */
  kind("registration", {
    outcome: z.enum(["ok", "refused"]),
    error: z.string().optional(),
    ...counted,
  }),
  /** A client got the first tokens of a grant, for its code. */
  kind("token_issued", { scopes, resource: z.string().optional() }),
  kind("token_refreshed", { scopes, resource: z.string().optional() }),
  /**
   * The token endpoint refused, with `error` of RFC 6749, section 5.2. Nothing is proven then: it has ids only
   * if the request named an existing grant and its client.
   */
  kind("token_refused", {
    grantType: z.enum(["authorization_code", "refresh_token", "revocation", "other"]),
    error: z.string(),
    ...counted,
  }),
  /** A refresh token was reused after its successor was used: two parties have it (RFC 9700, section 4.14.2). */
  kind("token_replayed", {}),
  /**
   * A person's token was exchanged for one of an API (RFC 8693). The chain of identities: the person
   * (`userId`, whom `issuer` knows), the client that acts for them (`clientId`), and the application that
   * exchanged (`application`, the client id of this server at the issuer).
   */
  kind("credentials_issued", {
    outcome: z.enum(["ok", "failed"]),
    issuer: z.string(),
    application: z.string(),
    api: z.string(),
    scopes,
  }),
  toolCall,
  /** A call was answered with 403 `insufficient_scope`, so that the client asks for more. */
  kind("step_up", { missingScopes: scopes, scopes }),
  kind("session_started", { transport: z.enum(["streamable_http", "sse"]) }),
  kind("session_ended", { by: z.enum(["client", "idle", "revocation"]) }),
  kind("grant_revoked", {
    /**
     * `client`: by RFC 7009. `upstream`: the identity provider's API refused the person's token. `replay`: see
     * `token_replayed`. `server`: the token endpoint refused to continue it, because the person is no longer
     * allowed, their consent at the identity provider has ended, or the code came twice.
     */
    by: z.enum(["person", "client", "operator", "upstream", "replay", "server"]),
  }),
  /** A person narrowed what a client may do. */
  kind("grant_narrowed", { scopes }),
  /** A person connected another service (docs/connected-services.md) for a client, or let one more client use it. */
  kind("service_connected", { api: z.string(), scopes, isNew: z.boolean() }),
  /** A service did not renew its tokens: its access has ended, or it may work later. */
  kind("service_renewal_failed", { api: z.string(), outcome: z.enum(["ended", "unavailable"]) }),
  /** It ended here. `api`: the API refused its tokens; `service`: its authorization server did, or they ran out. */
  kind("service_disconnected", {
    api: z.string(),
    by: z.enum(["person", "api", "service"]),
    scopes,
  }),
  /** Recorded once per minute for each limit and caller that it counts; an address is not recorded. */
  kind("limit_hit", { limit: z.string() }),
]);
export type NewAuditEvent = Readonly<z.infer<typeof newAuditEventSchema>>;
export type AuditKind = NewAuditEvent["kind"];
export type EventOf<Kind extends AuditKind> = Extract<NewAuditEvent, { kind: Kind }>;

export const auditKinds: readonly AuditKind[] = newAuditEventSchema.options.map(
  ({ shape }) => shape.kind.value,
);

/** What is stored of an event. */
export const auditEventSchema = newAuditEventSchema.and(
  z.object({
    /** Unique. Later events have later ids (audit/event-id.ts). */
    id: z.string(),
    /** Milliseconds since 1970. */
    atMs: z.number(),
  }),
);
export type AuditEvent = z.infer<typeof auditEventSchema>;
