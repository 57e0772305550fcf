import type * as z from "zod";
import type { TokenUse } from "../config/token-use";
import { type Problems, refusalsOf } from "../config/variables";
import type { IdentityProvider } from "./identity-provider";

/** A secret that the Worker takes for a provider. */
export type ProviderSecret = {
  readonly name: string;
  /** Whether `npm run deploy` asks for it: `must` insists, `may` takes nothing as well, `no` does not ask. */
  readonly ask: "must" | "may" | "no";
};

/** What the rest of the configuration decides for a provider. */
export type ProviderOptions = {
  /** The groups that ALLOWED_PEOPLE names. A provider that knows a person's groups reports those, no others. */
  readonly groups: ReadonlySet<string>;
  /**
   * What tools do with the tokens of a sign-in. Without it they do nothing with them: then the provider asks for
   * nothing but who the person is, and `identify` returns no `upstream`.
   */
  readonly tokens?: TokenUse | undefined;
};

/** A provider as the configuration names it. */
export type ConfiguredProvider = IdentityProvider & {
  /** The value of `IDP` that chooses it. */
  readonly name: string;
};

/** One kind of identity provider: everything that the server, deploy and the documents know of it. */
export type IdentityProviderDefinition = {
  readonly name: string;
  /** Its environment variables, secrets among them. */
  readonly variables: readonly string[];
  readonly secrets: readonly ProviderSecret[];
  /** Whether it says which groups people are in. */
  readonly hasGroups: boolean;
  /** @returns the provider, or what is wrong with its variables. Nothing is asked over the network. */
  configure(
    variables: Record<string, unknown>,
    options: ProviderOptions,
  ): ConfiguredProvider | Problems;
};

/**
 * Defines an identity provider, in one object and one file. A server offers those in its list
 * (`identityProviders`), and `IDP` names the one that signs people in.
 *
 * @param definition.variables a zod object schema of its environment variables. A message of it continues
 *   the variable's name ("must be a URL"), and must not quote the value, which may be a secret.
 * @param definition.create makes the provider of variables that the schema took. It asks nothing over the
 *   network: that is for the first sign-in.
 * @example
 * export const acme = defineIdentityProvider({
 *   name: "acme",
 *   variables: z.object({ ACME_CLIENT_ID: z.string(), ACME_CLIENT_SECRET: z.string() }),
 *   secrets: [{ name: "ACME_CLIENT_SECRET", ask: "must" }],
 *   create: (values) => acmeProvider(values.ACME_CLIENT_ID, values.ACME_CLIENT_SECRET),
 * });
 */
export function defineIdentityProvider<Schema extends z.ZodObject>(definition: {
  name: string;
  variables: Schema;
  secrets: readonly ProviderSecret[];
  hasGroups?: boolean;
  create(values: z.output<Schema>, options: ProviderOptions): IdentityProvider | Problems;
}): IdentityProviderDefinition {
  const { name, variables, secrets, hasGroups = false, create } = definition;
  return {
    name,
    variables: Object.keys(variables.shape),
    secrets,
    hasGroups,
    configure(values, options) {
      const parsed = variables.safeParse(values);
      if (!parsed.success) return refusalsOf(parsed);
      const created = create(parsed.data, options);
      return "list" in created ? created : { ...created, name };
    },
  };
}
