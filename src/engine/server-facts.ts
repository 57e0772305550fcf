import { ConfigError } from "./config";
import { type ApiSecret, apiSecrets } from "./config/api-credential";
import { type BindingKind, connectionBindingProblems } from "./config/bindings";
import { variablesIn } from "./config/variables";
import { hasConnections, knownVariables, parseConfig, signInVariables } from "./configuration";
import { lookFiles } from "./look/look";
import { lookProblems } from "./look/look-problems";
import type { ServerDefinition } from "./server";
import { createCatalogue } from "./tools/catalogue";
import { definitionProblems } from "./tools/definition-problems";

/**
 * What commands on the developer's machine know of a server without running it (dev/definition/): deploy, check,
 * start and the tests derive it from the definition, so that a provider or an API is declared once.
 */
export function serverFacts(definition: ServerDefinition) {
  const { toolsets, identityProviders = [], apis = [], connectedServices, look = {} } = definition;
  const { allScopes } = createCatalogue(toolsets, {
    has: ({ access }) => access.by !== "sign-in" && access.by !== "connection",
  });
  return {
    /** What is wrong with the tools and the look, one line each. */
    definitionProblems: [...definitionProblems(toolsets), ...lookProblems(look)],
    /** The paths of files that have to be in public/. */
    lookFiles: lookFiles(look),
    /** The scopes of the tools that people of an external authorization server can have. */
    scopes: allScopes.map(({ name }) => name),
    /** The name of every variable that the server has. */
    knownVariables: knownVariables(definition),
    /** Those of them that belong to one deployment: who signs in, and which APIs tools call. */
    signInVariables: signInVariables(definition),
    /** @param idp the value of `IDP`; the first provider by default. */
    providerSecrets(idp: unknown) {
      const [first] = identityProviders;
      return (idp ? identityProviders.find(({ name }) => name === idp) : first)?.secrets ?? [];
    },
    /** Whether an API gets statements of who people are, signed with IDENTITY_KEY. */
    needsIdentityKey: apis.some(
      ({ access, identityHeader }) => access.by === "identity" || identityHeader !== undefined,
    ),
    /** The secrets of those APIs that these variables and bindings configure. */
    apiSecrets(env: object): readonly ApiSecret[] {
      const values = variablesIn(env);
      return apis
        .filter(
          ({ variables, defaultUrl, binding }) =>
            (values[`${variables}_URL`] ?? defaultUrl ?? (binding && values[binding])) !==
            undefined,
        )
        .flatMap(apiSecrets);
    },
    /** The classes that the Worker's entry exports for the definition's features. */
    featureClasses: connectedServices === undefined ? [] : ["ServiceLink", "ServiceRenewer"],
    /**
     * What is wrong with the variables, and with the bindings of what they configure, one line each.
     *
     * @param isBound whether something of this kind is bound by this name.
     */
    configurationProblems(
      env: object,
      isBound: (name: string, kind: BindingKind) => boolean,
    ): readonly string[] {
      try {
        const config = parseConfig(env, definition);
        return hasConnections(config) ? connectionBindingProblems(isBound) : [];
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
      }
    },
  };
}
