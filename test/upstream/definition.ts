import * as z from "zod";
import { type Api, type ApiAccess, defineApi } from "../../src/engine/config/define-api";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";
import { defineTool } from "../../src/engine/tools/define-tool";
import { defineToolset } from "../../src/engine/tools/define-toolset";
import { reads, writes } from "../fixture/annotations";

const callerSchema = z.object({ subject: z.string(), scopes: z.array(z.string()) });

export const tickets = defineApi({
  name: "tickets",
  displayName: "Tickets",
  variables: "TICKETS_API",
  access: { by: "sign-in", identityProvider: "oidc" },
  scopes: { "tickets:write": ["tickets.write"] },
});

const whoAmI = (api: Api) =>
  defineTool({
    name: `${api.name}_me`,
    title: "Who am I there",
    description: "Says whom the API takes the caller for.",
    scopes: [`${api.name}:read`],
    input: z.object({}),
    output: callerSchema,
    annotations: { ...reads, openWorldHint: true },
    run: (_args, context) => context.api(api).request({ path: ["me"], answer: callerSchema }),
  });

/** Shows the claims that OIDC_CLAIMS names. */
const claims = defineTool({
  name: "tickets_claims",
  title: "What is said of me",
  description: "Says what the identity provider says of the person.",
  scopes: ["tickets:read"],
  input: z.object({}),
  output: z.object({ claims: z.record(z.string(), z.unknown()).optional() }),
  annotations: reads,
  run: (_args, { principal }) => ({ claims: principal.identity.claims }),
});

const openTicket = defineTool({
  name: "tickets_open",
  title: "Open a ticket",
  description: "Opens a ticket.",
  scopes: ["tickets:write"],
  input: z.object({}),
  output: callerSchema,
  annotations: { ...writes, openWorldHint: true },
  run: (_args, { api }) =>
    api(tickets).request({ method: "POST", path: ["tickets"], answer: callerSchema }),
});

const readScope = (name: string) =>
  ({ name: `${name}:read`, description: `Read ${name}`, baseline: true }) as const;

/** The second API, by each way to exchange a token for one of it. */
function exchanged(name: string, access: ApiAccess) {
  const variables = `${name.toUpperCase()}_API`;
  const api = defineApi({ name, displayName: name, variables, access });
  const scopes = [readScope(name)];
  return { api, toolset: defineToolset({ name, apis: [api], scopes, tools: [whoAmI(api)] }) };
}

const exchanges = [
  exchanged("projects", { by: "exchange" }),
  exchanged("reports", { by: "exchange", subject: "id-token" }),
  exchanged("delegated", { by: "exchange", grant: "on-behalf-of" }),
];

/** A server whose tools call APIs with what the sign-in brought. */
export const server = defineServer({
  name: "Gatehouse",
  identityProviders: [openIdConnect],
  apis: [tickets, ...exchanges.map(({ api }) => api)],
  toolsets: [
    defineToolset({
      name: "tickets",
      apis: [tickets],
      scopes: [
        readScope("tickets"),
        { name: "tickets:write", description: "Open tickets", baseline: false },
      ],
      tools: [whoAmI(tickets), openTicket, claims],
    }),
    ...exchanges.map(({ toolset }) => toolset),
  ],
});
