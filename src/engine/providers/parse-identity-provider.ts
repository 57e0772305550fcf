import * as z from "zod";
import type { Api } from "../config/define-api";
import { tokenUse } from "../config/token-use";
import { Problems, refusalsOf } from "../config/variables";
import type { ConfiguredProvider, IdentityProviderDefinition } from "./define-provider";

/**
 * Who signs people in: the provider that IDP names, configured by its own variables.
 *
 * @param definitions those that the server offers. The first is the one when IDP is not set.
 */
export function parseIdentityProvider(
  variables: Record<string, unknown>,
  definitions: readonly IdentityProviderDefinition[],
  { groups, apis }: { groups: ReadonlySet<string>; apis: readonly Api[] },
): ConfiguredProvider | Problems {
  const definition = definitionNamed(variables, definitions);
  if (definition instanceof Problems) return definition;
  if (groups.size > 0 && !definition.hasGroups) {
    const others = definitions
      .filter(({ hasGroups }) => hasGroups)
      .map(({ name }) => `IDP=${name}`);
    return new Problems(
      `ALLOWED_PEOPLE names a group, and only ${others.join(", ") || "another provider"} tells the groups of people`,
    );
  }
  const tokens = tokenUse(apis, variables, definition.name);
  return tokens instanceof Problems ? tokens : definition.configure(variables, { groups, tokens });
}

function definitionNamed(
  variables: Record<string, unknown>,
  definitions: readonly IdentityProviderDefinition[],
): IdentityProviderDefinition | Problems {
  if (definitions.length === 0) {
    return new Problems(
      "AUTH_MODE is provider, and src/server.ts lists no identityProviders: list one, or set AUTH_MODE",
    );
  }
  const names = definitions.map(({ name }) => `"${name}"`);
  const message = `must be ${[names.slice(0, -1).join(", "), names.at(-1)].filter((part) => part).join(" or ")}`;
  const schema = z.object({
    IDP: z
      .string()
      .default(definitions[0]?.name ?? "")
      .transform((idp) => definitions.find(({ name }) => name === idp))
      .refine((found) => found !== undefined, message),
  });
  const idp = schema.safeParse(variables);
  // An IDP that is itself wrong makes the provider's variables meaningless, so they are not judged.
  return idp.data?.IDP ?? refusalsOf(idp);
}
