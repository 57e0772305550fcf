import type { Api } from "../config";
import type { Prompt } from "./define-prompt";
import type { ResourceCollection } from "./define-resource";
import type { Tool } from "./define-tool";
import { DefinitionError } from "./definition-error";
import type { Scope } from "./scopes";

/**
 * A group of tools that belong together, what goes with them, and the scopes they are guarded by.
 *
 * @typeParam App what of the server's own its tools need (`ToolContext.app`).
 */
export type Toolset<App = unknown> = {
  readonly name: string;
  /** The APIs that its tools call. Where the configuration lacks one, nobody sees the toolset. */
  readonly apis?: readonly Api[];
  /** What clients tell their model about these tools as a whole (MCP, `instructions`). */
  readonly instructions?: string;
  readonly scopes: readonly Scope[];
  readonly tools: readonly Tool<App>[];
  readonly resources?: readonly ResourceCollection<App>[];
  readonly prompts?: readonly Prompt[];
};

/** A toolset whatever its tools need: to be read, not called. */
export type AnyToolset = Toolset<never>;

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Declares a toolset. Its folder holds one file a tool and an `index.ts` that calls this.
 *
 * @throws DefinitionError when a tool needs a scope that the toolset does not declare (nobody could ever
 *   grant it), when a declared scope is no RFC 6749 scope-token, or when nothing uses it.
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
    // What implies others is a short way to name them, and need not be asked for by itself.
    ...toolset.scopes.filter((scope) => scope.implies !== undefined).map((scope) => scope.name),
  ];
  const problems = [
    ...declared
      .filter((scope) => !SCOPE_TOKEN.test(scope))
      .map((scope) => `"${scope}" is no scope-token`),
    ...[...needing, ...implying].flatMap(({ by, scopes }) =>
      scopes
        .filter((scope) => !declared.includes(scope))
        .map((scope) => `the scope "${scope}" is used, not declared (by ${by})`),
    ),
    ...declared
      .filter((scope) => !used.includes(scope))
      .map((scope) => `the scope "${scope}" is declared, not used`),
  ];
  if (problems.length > 0)
    throw new DefinitionError(`Toolset "${toolset.name}": ${problems.join("; ")}`);
  return toolset;
}
