import * as z from "zod";
import { defineTool } from "../../engine/tools/define-tool";

export const whoami = defineTool({
  name: "whoami",
  title: "Who am I",
  description:
    "Shows who is signed in, through which client, with which scopes, and when the access token ends.",
  scopes: ["account:read"],
  input: z.object({}),
  output: z.object({
    userId: z.string().describe("The person's id on this server"),
    name: z.string().optional(),
    email: z.string().optional().describe("Verified by the identity provider"),
    identityProvider: z.string(),
    client: z.object({ id: z.string(), name: z.string() }),
    scopes: z.array(z.string()),
    tokenExpiresAt: z.iso.datetime(),
  }),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  run(_args, { principal }) {
    return {
      userId: principal.userId,
      name: principal.identity.name,
      email: principal.identity.email,
      identityProvider: principal.identity.issuer,
      client: { id: principal.clientId, name: principal.clientName },
      scopes: principal.scopes,
      tokenExpiresAt: new Date(principal.expiresAtSeconds * 1_000).toISOString(),
    };
  },
});
