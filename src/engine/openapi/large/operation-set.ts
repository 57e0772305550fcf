import { nearest } from "../../lib/nearest";
import { missingScopes, type Scope } from "../../tools/scopes";
import type { Operation } from "../operation";
import { indexOperations, type SearchIndex, searchOperations } from "../search/search";

/** Whether an operation only reads or changes something: people say so in the catalogue. */
export type Kind = "read" | "write";

export const kindOf = ({ compiled }: Operation): Kind =>
  compiled.annotations.readOnlyHint ? "read" : "write";

/** The operations that the four tools stand for. */
export class OperationSet {
  readonly all: readonly Operation[];
  readonly #byName: ReadonlyMap<string, Operation>;
  readonly #scopes: readonly Scope[];
  #index: SearchIndex | undefined;

  /** @param scopes that the toolset declares: no others can be asked for. */
  constructor(operations: readonly Operation[], scopes: readonly Scope[]) {
    const declared = scopes.map(({ name }) => name);
    this.all = operations.filter(
      ({ compiled }) => missingScopes(declared, compiled.scopes).length === 0,
    );
    this.#byName = new Map(this.all.map((operation) => [operation.compiled.name, operation]));
    this.#scopes = scopes;
  }

  has(kind: Kind): boolean {
    return this.all.some((operation) => kindOf(operation) === kind);
  }

  /** Every scope that an operation of a kind, or of both, may need. */
  scopesOf(kind?: Kind): string[] {
    const operations = this.all.filter(
      (operation) => kind === undefined || kindOf(operation) === kind,
    );
    return [...new Set(operations.flatMap(({ compiled }) => compiled.scopes))];
  }

  /** Whether whoever holds these scopes has to do with any of the operations. */
  concerns(held: readonly string[]): boolean {
    return this.all.some(
      ({ compiled: { scopes } }) =>
        scopes.length === 0 || scopes.some((scope) => held.includes(scope)),
    );
  }

  find(name: string): Operation | undefined {
    return this.#byName.get(name);
  }

  /** The best first. The index is made with the first search, once per isolate. */
  search(query: string, limit: number): Operation[] {
    this.#index ??= indexOperations(this.all.map(({ compiled }) => compiled));
    return searchOperations(this.#index, query, limit).flatMap((at) => this.all[at] ?? []);
  }

  /** What is said of a name that no operation has: the name that was probably meant, and others that are like it. */
  unknown(name: string): string {
    const names = [...this.#byName.keys()];
    const meant = nearest(name, names);
    const found = this.search(name, 3).map(({ compiled }) => compiled.name);
    const near = [...new Set([...(meant === undefined ? [] : [meant]), ...found])];
    const hint = near.length === 0 ? "search for it first" : `did you mean ${near.join(", ")}?`;
    return `There is no such operation: ${hint}`;
  }

  /** What of an operation's scopes the person has not given, with their words for it; undefined for none. */
  missing({ compiled }: Operation, held: readonly string[]): string | undefined {
    const missing = missingScopes(held, compiled.scopes);
    if (missing.length === 0) return undefined;
    const described = missing.map((name) => {
      const description = this.#scopes.find((scope) => scope.name === name)?.description;
      return description === undefined ? name : `${name} (${description})`;
    });
    return `needs ${described.join(" and ")}, which you have not given: calling it asks for that`;
  }
}
