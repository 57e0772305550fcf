import type { Api } from "../config";
import { DefinitionError } from "../lib/definition-error";
import type { Prompt } from "./define-prompt";
import type { ResourceCollection } from "./define-resource";
import type { Tool } from "./define-tool";
import type { Scope } from "./scopes";

/**
 * A group of tools that belong together, with their resources and prompts, and the scopes that guard them.
 *
 * @typeParam App what its tools need in `ToolContext.app`.
 */
export type Toolset<App = unknown> = {
  readonly name: string;
  /** What its tools are about, for people: "Orders". By default the name, in words. */
  readonly displayName?: string;
  /** The APIs that its tools call. If one is not configured, nobody sees the toolset. */
  readonly apis?: readonly Api[];
  /** Instructions that clients give their model about these tools as a whole (MCP, `instructions`). */
  readonly instructions?: string;
  readonly scopes: readonly Scope[];
  readonly tools: readonly Tool<App>[];
  readonly resources?: readonly ResourceCollection<App>[];
  readonly prompts?: readonly Prompt[];
};

/** Any toolset, whatever its tools need: to be read, not called. */
export type AnyToolset = Toolset<never>;

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Declares a toolset. Its folder has one file per tool and an `index.ts` that calls this.
 *
 * @example
 * export const notes = defineToolset({
 *   name: "notes",
 *   scopes: [{ name: "notes:read", description: "Read your notes", baseline: true }],
 *   tools: [listNotes],
 * });
 *
 * @throws DefinitionError when a tool needs a scope that the toolset does not declare (nobody could ever
 *   grant it), when a declared scope is not an RFC 6749 scope-token, or when nothing uses it.
 */
export function defineToolset<App = unknown>(toolset: Toolset<App>): Toolset<App> {
  const declared = toolset.scopes.map((scope) => scope.name);
  const needing = [
    ...toolset.tools.map(({ name, allScopes }) => ({
      by: `the tool "${name}"`,
      scopes: allScopes,
    })),
    ...(toolset.resources ?? []).map(({ name, scopes }) => ({
      by: `the resources "${name}"`,
      scopes,
    })),
    ...(toolset.prompts ?? []).map(({ name, scopes }) => ({ by: `the prompt "${name}"`, scopes })),
  ];
  const implying = toolset.scopes.map(({ name, implies = [] }) => ({
    by: `the scope "${name}"`,
    scopes: implies,
  }));
  const used = [
    ...needing.flatMap(({ scopes }) => scopes),
    // A scope that implies others is a shorthand for them, and no tool need ask for it.
    ...toolset.scopes.filter((scope) => scope.implies !== undefined).map((scope) => scope.name),
  ];
  const problems = [
    ...declared
      .filter((scope) => !SCOPE_TOKEN.test(scope))
      .map((scope) => `"${scope}" is not a scope-token`),
    ...[...needing, ...implying].flatMap(({ by, scopes }) =>
      scopes
        .filter((scope) => !declared.includes(scope))
        .map((scope) => `the scope "${scope}" is used but not declared (by ${by})`),
    ),
    ...declared
      .filter((scope) => !used.includes(scope))
      .map((scope) => `the scope "${scope}" is declared but not used`),
  ];
  if (problems.length > 0)
    throw new DefinitionError(`Toolset "${toolset.name}": ${problems.join("; ")}`);
  return toolset;
}
