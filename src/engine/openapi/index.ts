import type { Api } from "../config";
import { DefinitionError } from "../lib/definition-error";
import type { Tool } from "../tools/define-tool";
import { defineToolset, type Toolset } from "../tools/define-toolset";
import { type Scope, withImplied } from "../tools/scopes";
import type { CompiledOpenApi } from "./compiled";
import { offeredTools } from "./offered-tools";
import { Operation } from "./operation";

export type OpenApiToolset<App> = Omit<Toolset<App>, "apis" | "scopes" | "tools"> & {
  /** The API that the document describes. Its base address takes the place of the document's servers. */
  readonly api: Api;
  /** What `npm run openapi` wrote. */
  readonly compiled: CompiledOpenApi;
  /** The APIs behind the names that the catalogue gives to other servers of the document. */
  readonly servers?: Readonly<Record<string, Api>>;
  /**
   * Before the names of the four tools of `offer: "search"`, such as `tickets_`: for a server that has two such
   * toolsets.
   */
  readonly prefix?: string;
  /** Written by hand, beside those of the document. */
  readonly tools?: readonly Tool<App>[];
};

/**
 * A toolset of the operations that people switched on in a catalogue: each is a tool like any other.
 *
 * @throws DefinitionError when an operation has a server that `servers` does not name, or the method TRACE; and where
 *   {@link defineToolset} does.
 *
 * @example
 * export const tickets = openApiToolset({ name: "tickets", api: ticketsApi, compiled });
 */
export function openApiToolset<App = unknown>({
  api,
  compiled,
  servers = {},
  tools = [],
  prefix,
  ...rest
}: OpenApiToolset<App>): Toolset<App> {
  const operations = compiled.operations.map((operation) => {
    const { name, server } = operation;
    const called = server === undefined ? api : serverOf(servers, server);
    if (called === undefined) {
      throw new DefinitionError(
        `Toolset "${rest.name}": the operation "${name}" is at the server "${server}", which "servers" does not name`,
      );
    }
    return new Operation(operation, called);
  });
  const all = [...offeredTools(operations, compiled, prefix), ...tools];
  const needing = [...(rest.resources ?? []), ...(rest.prompts ?? [])];
  const needed = [...all.flatMap(({ allScopes }) => allScopes), ...needing.flatMap(scopesOf)];
  return defineToolset<App>({
    ...rest,
    apis: [...new Set([api, ...operations.map((operation) => operation.api)])],
    scopes: usedOf(compiled.scopes, needed),
    tools: all,
  });
}

const scopesOf = ({ scopes }: { readonly scopes: readonly string[] }) => scopes;

/** Of the catalogue's scopes, those of what is on: nobody is asked to give what opens nothing. */
function usedOf(scopes: readonly Scope[], needed: readonly string[]): readonly Scope[] {
  const used = withImplied(needed, scopes);
  return scopes.filter(
    ({ name, implies = [] }) =>
      used.includes(name) || (implies.length > 0 && implies.every((scope) => used.includes(scope))),
  );
}

function serverOf(servers: Readonly<Record<string, Api>>, name: string): Api | undefined {
  return Object.hasOwn(servers, name) ? servers[name] : undefined;
}
