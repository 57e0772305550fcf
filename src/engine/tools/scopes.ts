/** A permission that a person can give to a client. */
export type Scope = {
  /** The scope-token of RFC 6749, section 3.3, as tokens have it. */
  readonly name: string;
  /** Shown under "What it may do" on the consent page, such as "Read your notes". */
  readonly description: string;
  /**
   * What it is about, where a toolset has so many scopes that people need more than one heading: "Pull requests".
   * Without one, it stands under the toolset's name.
   */
  readonly group?: string;
  /**
   * Whether clients should ask for it at their first sign-in (RFC 9728 `scopes_supported`).
   * Leave out rare and dangerous ones: clients ask for those when a call needs them.
   */
  readonly baseline: boolean;
  /** The scopes that this one includes (MCP authorization, scope hierarchies). */
  readonly implies?: readonly string[];
};

/** Which of the `needed` scopes are not among the `held` ones. */
export function missingScopes(held: readonly string[], needed: readonly string[]): string[] {
  return needed.filter((scope) => !held.includes(scope));
}

/** The scopes of a token, and everything that they imply, however many steps away. */
export function withImplied(held: readonly string[], scopes: readonly Scope[]): string[] {
  const covered = new Set(held);
  // A Set is iterated in insertion order, including what is added meanwhile.
  for (const name of covered) {
    for (const implied of scopes.find((scope) => scope.name === name)?.implies ?? []) {
      covered.add(implied);
    }
  }
  return [...covered];
}
