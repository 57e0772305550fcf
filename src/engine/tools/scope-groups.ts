import type { AnyTool } from "./define-tool";
import type { AnyToolset } from "./define-toolset";
import { type Scope, withImplied } from "./scopes";

/** What a scope lets a client do to the person's things, at the most. */
export type Effect = "reads" | "changes" | "deletes";

export type DescribedScope = Scope & { readonly effect: Effect };

/** The scopes and tools that are about one thing: those of a toolset, or of one `group` of its scopes. */
export type Group = {
  readonly title: string;
  readonly scopes: readonly DescribedScope[];
  readonly tools: readonly AnyTool[];
};

/** @returns the toolsets as people are shown them, in their order. */
export function groupsOf(toolsets: readonly AnyToolset[]): Group[] {
  const allScopes = toolsets.flatMap(({ scopes }) => scopes);
  const allTools = toolsets.flatMap(({ tools }) => tools);
  const described = (scope: Scope): DescribedScope => ({
    ...scope,
    effect: effectOf(withImplied([scope.name], allScopes), allTools),
  });
  return toolsets.flatMap(({ name, displayName = inWords(name), scopes, tools }) => {
    const headingOf = (scope: Scope | undefined) => scope?.group ?? displayName;
    // A tool stands where the first scope does that opens it.
    const headingOfTool = ({ allScopes: opening }: AnyTool) =>
      headingOf(scopes.find((scope) => opening.includes(scope.name)));
    const titles = new Set([...scopes.map(headingOf), ...tools.map(headingOfTool)]);
    return [...titles].map((title) => ({
      title,
      scopes: scopes.filter((scope) => headingOf(scope) === title).map(described),
      tools: tools.filter((tool) => headingOfTool(tool) === title),
    }));
  });
}

/**
 * From the annotations of the tools that need any of the scopes. A tool that several of its scopes open is taken at
 * its worst for each of them.
 */
function effectOf(scopes: readonly string[], tools: readonly AnyTool[]): Effect {
  const changing = tools.filter(
    ({ allScopes, annotations }) =>
      !annotations.readOnlyHint && allScopes.some((scope) => scopes.includes(scope)),
  );
  if (changing.length === 0) return "reads";
  return changing.some(({ annotations }) => annotations.destructiveHint) ? "deletes" : "changes";
}

/** `my-orders` as "My orders". */
function inWords(name: string): string {
  const words = name.replace(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
