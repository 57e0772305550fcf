import { account } from "./account";
import { admin } from "./admin";
import { calculator } from "./calculator";
import type { Prompt } from "./define-prompt";
import type { ResourceCollection } from "./define-resource";
import type { Caller, Tool } from "./define-tool";
import type { Toolset } from "./define-toolset";
import { missingScopes, type Scope } from "./scopes";

/** What this server offers. Add your toolset here. */
const toolsets: readonly Toolset[] = [calculator, account, admin];

const tools: ReadonlyMap<string, Tool> = indexByName(toolsets.flatMap((toolset) => toolset.tools));
const scopes: ReadonlyMap<string, Scope> = indexByName(
  toolsets.flatMap((toolset) => toolset.scopes),
);

/** Every scope that can be granted: the authorization server's `scopes_supported` (RFC 8414). */
export const allScopes: readonly Scope[] = [...scopes.values()];

/** The scopes that clients ask for first: the resource's `scopes_supported` (RFC 9728). */
export const baselineScopes: readonly Scope[] = allScopes.filter((scope) => scope.baseline);

const allResources = toolsets.flatMap((toolset) => toolset.resources ?? []);
const allPrompts = [...indexByName(toolsets.flatMap((toolset) => toolset.prompts ?? [])).values()];

/** Every tool, whoever may see it. */
export const allTools: readonly Tool[] = [...tools.values()];

/** The tools that the caller may use, in a stable order, so that clients can cache the list. */
export function toolsFor(caller: Caller): Tool[] {
  return allTools.filter(
    (tool) => tool.visibleTo(caller) && tool.usableWith(caller.principal.scopes),
  );
}

/** The tool of that name, unless the caller may not know of it. It may still be beyond their scopes. */
export function findTool(name: string, caller: Caller): Tool | undefined {
  const tool = tools.get(name);
  return tool?.visibleTo(caller) ? tool : undefined;
}

/** The collections of resources that the caller may read, in a stable order. */
export function resourcesFor({ principal }: Caller): ResourceCollection[] {
  return allResources.filter(({ scopes }) => missingScopes(principal.scopes, scopes).length === 0);
}

/** The collection that an address belongs to, whether or not the caller may read it. */
export function findResource(uri: string): ResourceCollection | undefined {
  return allResources.find(({ uriPrefix }) => uri.startsWith(uriPrefix));
}

/** The prompts whose scopes the caller has, in a stable order. */
export function promptsFor({ principal }: Caller): Prompt[] {
  return allPrompts.filter(({ scopes }) => missingScopes(principal.scopes, scopes).length === 0);
}

/** The prompt of that name, whether or not the caller has its scopes. */
export function findPrompt(name: string): Prompt | undefined {
  return allPrompts.find((prompt) => prompt.name === name);
}

function indexByName<Named extends { readonly name: string }>(
  items: readonly Named[],
): Map<string, Named> {
  const index = new Map<string, Named>();
  for (const item of items) {
    if (index.has(item.name)) throw new TypeError(`Two toolsets declare "${item.name}"`);
    index.set(item.name, item);
  }
  return index;
}
