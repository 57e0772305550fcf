import type { Api } from "../config";
import { DefinitionError } from "../lib/definition-error";
import type { Prompt } from "./define-prompt";
import type { ResourceCollection } from "./define-resource";
import type { Caller, Tool } from "./define-tool";
import type { Toolset } from "./define-toolset";
import { type Group, groupsOf } from "./scope-groups";
import { missingScopes, type Scope } from "./scopes";

/**
 * What is offered under one configuration, by name and by caller.
 *
 * @typeParam App what its tools are called with: the Worker's bindings, which `defineServer` turns into what
 *   the tools themselves see.
 */
export type Catalogue<App = Env> = {
  /** Every scope that can be granted: the authorization server's `scopes_supported` (RFC 8414). */
  readonly allScopes: readonly Scope[];
  /** The same scopes, and the tools, by what they are about: as people are shown them. */
  readonly groups: readonly Group[];
  /** The scopes that clients ask for first: the resource's `scopes_supported` (RFC 9728). */
  readonly baselineScopes: readonly Scope[];
  /** Instructions that clients give their model about this server; undefined when no toolset has any. */
  readonly instructions: string | undefined;
  /** Every tool, whoever may see it. */
  readonly allTools: readonly Tool<App>[];
  /** The tools that the caller may use, in a stable order, so that clients can cache the list. */
  toolsFor(caller: Caller): Tool<App>[];
  /** The tool of that name, unless the caller may not know of it. It may still need more scopes than they have. */
  findTool(name: string, caller: Caller): Tool<App> | undefined;
  /** The collections of resources that the caller may read, in a stable order. */
  resourcesFor(caller: Caller): ResourceCollection<App>[];
  /** The collection that an address belongs to, whether or not the caller may read it. */
  findResource(uri: string): ResourceCollection<App> | undefined;
  /** The prompts that the caller has the scopes for, in a stable order. */
  promptsFor(caller: Caller): Prompt[];
  /** The prompt of that name, whether or not the caller has its scopes. */
  findPrompt(name: string): Prompt | undefined;
};

/**
 * @param reachable the APIs that are configured: toolsets that need another one are left out, with their
 *   scopes.
 * @throws DefinitionError when two toolsets declare the same name.
 */
export function createCatalogue<App>(
  all: readonly Toolset<App>[],
  reachable: { has(api: Api): boolean },
): Catalogue<App> {
  const offered = all.filter(({ apis = [] }) => apis.every((api) => reachable.has(api)));
  const tools = indexByName(offered.flatMap((toolset) => toolset.tools));
  const prompts = indexByName(offered.flatMap((toolset) => toolset.prompts ?? []));
  const resources = offered.flatMap((toolset) => toolset.resources ?? []);
  const allScopes = [...indexByName(offered.flatMap((toolset) => toolset.scopes)).values()];
  const allTools = [...tools.values()];
  const instructions = offered.flatMap((toolset) => toolset.instructions ?? []).join("\n\n");

  return {
    allScopes,
    groups: groupsOf(offered),
    baselineScopes: allScopes.filter((scope) => scope.baseline),
    instructions: instructions || undefined,
    allTools,
    toolsFor: (caller) =>
      allTools.filter((tool) => tool.visibleTo(caller) && tool.usableWith(caller.principal.scopes)),
    findTool(name, caller) {
      const tool = tools.get(name);
      return tool?.visibleTo(caller) ? tool : undefined;
    },
    resourcesFor: ({ principal }) =>
      resources.filter(({ scopes }) => missingScopes(principal.scopes, scopes).length === 0),
    findResource: (uri) => resources.find(({ uriPrefix }) => uri.startsWith(uriPrefix)),
    promptsFor: ({ principal }) =>
      [...prompts.values()].filter(
        ({ scopes }) => missingScopes(principal.scopes, scopes).length === 0,
      ),
    findPrompt: (name) => prompts.get(name),
  };
}

function indexByName<Named extends { readonly name: string }>(
  items: readonly Named[],
): Map<string, Named> {
  const index = new Map<string, Named>();
  for (const item of items) {
    if (index.has(item.name)) throw new DefinitionError(`Two toolsets declare "${item.name}"`);
    index.set(item.name, item);
  }
  return index;
}
