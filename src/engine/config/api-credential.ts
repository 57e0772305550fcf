import * as z from "zod";
import { type ClientCredential, type PrivateJwk, privateKey } from "./client-credential.ts";
import type { Api, ApiAccess } from "./define-api.ts";
import {
  parseServiceConnection,
  type ServiceConnection,
  serviceVariables,
} from "./service-connection.ts";
import { Problems, refusalsOf, required, secureUrl } from "./variables.ts";

/** How a call of an API comes to its credential, with what the configuration has for it. */
export type ApiCredential =
  | Exclude<ApiAccess, { by: "connection" | "key" | "client-credentials" | "identity" }>
  | { readonly by: "connection"; readonly connection: ServiceConnection }
  | (Extract<ApiAccess, { by: "key" }> & { readonly key: string })
  | {
      readonly by: "client-credentials";
      /** The authorization server, found by its metadata (RFC 8414). */
      readonly issuer: string;
      readonly client: ClientCredential;
      /** What the names of its variables begin with, for the log. */
      readonly variables: string;
    }
  | { readonly by: "identity" };

/** A secret of an API, as far as `npm run deploy` asks for it. */
export type ApiSecret = { readonly name: string; readonly ask: "must" | "may" };

const keySchema = z.object({ KEY: required("the API's key, a secret") });

const clientSchema = z.object({
  TOKEN_ISSUER: required(
    "the issuer URL of the authorization server that gives tokens for this API",
  ).pipe(secureUrl),
  CLIENT_ID: required("the client id that the authorization server gave this server"),
  CLIENT_SECRET: z.string().optional(),
  CLIENT_AUTH: z
    .enum(
      ["client_secret_basic", "client_secret_post"],
      'must be "client_secret_basic" or "client_secret_post"',
    )
    .optional(),
  PRIVATE_KEY: privateKey.optional(),
});

/** What comes after the prefix in the names of the variables that an API's access needs. */
export function credentialVariables({ access }: Pick<Api, "access">): string[] {
  switch (access.by) {
    case "connection":
      return [...serviceVariables];
    case "key":
      return Object.keys(keySchema.shape);
    case "client-credentials":
      return Object.keys(clientSchema.shape);
    default:
      return [];
  }
}

/** The secrets among {@link credentialVariables}. A private key has several lines, and is put there by a command. */
export function apiSecrets({ access, variables }: Pick<Api, "access" | "variables">): ApiSecret[] {
  switch (access.by) {
    case "connection":
      return [{ name: `${variables}_CLIENT_SECRET`, ask: "may" }];
    case "key":
      return [{ name: `${variables}_KEY`, ask: "must" }];
    case "client-credentials":
      return [{ name: `${variables}_CLIENT_SECRET`, ask: "may" }];
    default:
      return [];
  }
}

/** @param values by the names without the API's prefix. */
export function parseApiCredential(
  { name, access, variables }: Pick<Api, "name" | "access" | "variables">,
  values: Record<string, unknown>,
): ApiCredential | Problems {
  const prefixed = (variable: string) => `${variables}_${variable}`;
  switch (access.by) {
    case "connection": {
      const connection = parseServiceConnection(name, access.service, values, prefixed);
      return connection instanceof Problems ? connection : { by: access.by, connection };
    }
    case "key": {
      const parsed = keySchema.safeParse(values);
      return parsed.success ? { ...access, key: parsed.data.KEY } : refusalsOf(parsed, prefixed);
    }
    case "client-credentials": {
      const parsed = clientSchema.safeParse(values);
      if (!parsed.success) return refusalsOf(parsed, prefixed);
      const { TOKEN_ISSUER: issuer, CLIENT_ID: clientId } = parsed.data;
      const {
        CLIENT_SECRET: clientSecret,
        PRIVATE_KEY: signingKey,
        CLIENT_AUTH: method,
      } = parsed.data;
      if (clientSecret !== undefined && signingKey === undefined)
        return {
          by: access.by,
          variables,
          issuer,
          client: { kind: "secret", clientId, clientSecret, method },
        };
      if (signingKey !== undefined && clientSecret === undefined) {
        const client = { kind: "key", clientId, signingKey, nextKey: undefined } as const;
        return { by: access.by, variables, issuer, client };
      }
      return new Problems(
        `${prefixed("CLIENT_SECRET")} or ${prefixed("PRIVATE_KEY")} must be set, and only one of them`,
      );
    }
    default:
      return access;
  }
}

/** The key that signs as this server at an API's authorization server: its public half is published. */
export function signingKeyOf(credential: ApiCredential): PrivateJwk | undefined {
  if (credential.by !== "client-credentials") return undefined;
  return credential.client.kind === "key" ? credential.client.signingKey : undefined;
}
