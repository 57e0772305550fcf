import type { Api } from "./config/define-api";
import type { Features } from "./features";
import type { Principal } from "./identity/principal";
import { DefinitionError } from "./lib/definition-error";
import type { Look } from "./look/look";
import type { IdentityProviderDefinition } from "./providers/define-provider";
import type { ResourceCollection } from "./tools/define-resource";
import type { Tool, ToolContext } from "./tools/define-tool";
import type { Toolset } from "./tools/define-toolset";

/**
 * A server: everything about it that is not the engine's.
 *
 * @typeParam App what its tools find in `ToolContext.app`. The engine calls them with the Worker's
 *   bindings, which `defineServer` passes through the definition's `context`.
 */
export type ServerDefinition<App = Env> = Features & {
  /** Its name for people and clients; the variable SERVER_NAME overrides it. */
  readonly name: string;
  /** What it is for, as a sentence for people: "Acme Tickets keeps track of what customers report." */
  readonly description?: string;
  /** Logo, colours, font and links of its pages; neutral by default. */
  readonly look?: Look;
  /** What it can do. A toolset that needs an API which is not configured is not offered. */
  readonly toolsets: readonly Toolset<App>[];
  /** Those that can sign people in, AUTH_MODE=provider: `IDP` names one, the first when it names none. */
  readonly identityProviders?: readonly IdentityProviderDefinition[];
  /** The APIs that its tools call as the person. */
  readonly apis?: readonly Api[];
};

/**
 * Makes what tools can reach of the Worker, for one call by one person: bindings (KV, R2, D1, AI, queues, other
 * Workers), secrets, your own clients.
 */
export type AppContext<App> = (env: Env, principal: Principal) => App;

/**
 * Defines a server: `src/index.ts` hands it to the engine.
 *
 * @param definition with `context`, when tools use the Worker's bindings or secrets. It is called once per
 *   call of a tool or read of a resource; what it throws fails that call alone.
 * @throws DefinitionError when a toolset needs an API that is not declared here, two APIs have one name, or a feature is missing
 *   that an API needs.
 *
 * @example
 * export const server = defineServer({
 *   name: "Acme Tickets",
 *   look: { logo: { light: "/acme.svg" }, colors: { light: { accent: "#7a1fa2" } } },
 *   toolsets: [tickets],
 *   identityProviders: [openIdConnect],
 *   apis: [ticketsApi],
 *   context: (env, { userId }) => ({ files: filesOf(env.FILES, userId) }),
 * });
 */
export function defineServer<App>(
  definition: ServerDefinition<App> & { readonly context: AppContext<App> },
): ServerDefinition;
export function defineServer(definition: ServerDefinition<unknown>): ServerDefinition;
export function defineServer({
  context = () => undefined,
  ...definition
}: ServerDefinition<unknown> & { readonly context?: AppContext<unknown> }): ServerDefinition {
  const { toolsets, apis = [], connectedServices } = definition;
  const names = apis.map(({ name }) => name);
  const problems = [
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `two APIs have the name "${name}"`),
    ...toolsets.flatMap(({ name, apis: needed = [] }) =>
      needed
        .filter((api) => !apis.includes(api))
        .map(
          (api) => `the toolset "${name}" needs the API "${api.name}", which "apis" does not list`,
        ),
    ),
    ...apis
      .filter(({ access }) => access.by === "connection" && connectedServices === undefined)
      .map(
        ({ name }) =>
          `people connect the API "${name}", which needs "connectedServices" here: import ` +
          '{ connectedServices } from "./engine/connected-services" (docs/connected-services.md)',
      ),
  ];
  if (problems.length > 0)
    throw new DefinitionError(`The server's definition: ${problems.join("; ")}`);
  return { ...definition, toolsets: toolsets.map((toolset) => withContext(toolset, context)) };
}

function withContext<App>(toolset: Toolset<App>, contextOf: AppContext<App>): Toolset<Env> {
  const ownContext = (context: ToolContext<Env>): ToolContext<App> => ({
    ...context,
    app: contextOf(context.app, context.principal),
  });
  const { resources = [], ...rest } = toolset;
  return {
    ...rest,
    tools: toolset.tools.map(
      (tool): Tool<Env> => ({
        ...tool,
        call: async (args, context) => tool.call(args, ownContext(context)),
      }),
    ),
    resources: resources.map(
      (collection): ResourceCollection<Env> => ({
        ...collection,
        list: async (page, context) => collection.list(page, ownContext(context)),
        read: async (id, context) => collection.read(id, ownContext(context)),
      }),
    ),
  };
}
