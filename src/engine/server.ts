import type { Api } from "./config/define-api";
import type { IdentityProviderDefinition } from "./providers/define-provider";
import type { Toolset } from "./tools/define-toolset";
import { DefinitionError } from "./tools/definition-error";

/** What a server is: everything of it that is not the engine's. */
export type ServerDefinition = {
  /** What people and clients read as its name; the variable SERVER_NAME stands above it. */
  readonly name: string;
  /** What it can do. A toolset that needs an API which is not configured is not offered. */
  readonly toolsets: readonly Toolset[];
  /** Those that can sign people in, AUTH_MODE=provider: `IDP` names one, the first when it names none. */
  readonly identityProviders?: readonly IdentityProviderDefinition[];
  /** The APIs that its tools call as the person. */
  readonly apis?: readonly Api[];
};

/**
 * Defines a server: `src/index.ts` hands it to the engine.
 *
 * @throws DefinitionError when a toolset needs an API that is not declared here, or two APIs have one name.
 *
 * @example
 * export const server = defineServer({
 *   name: "Acme Tickets",
 *   toolsets: [tickets],
 *   identityProviders: [openIdConnect],
 *   apis: [ticketsApi],
 * });
 */
export function defineServer(definition: ServerDefinition): ServerDefinition {
  const { toolsets, apis = [] } = definition;
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
  ];
  if (problems.length > 0)
    throw new DefinitionError(`The server's definition: ${problems.join("; ")}`);
  return definition;
}
