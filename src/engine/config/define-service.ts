import { DefinitionError } from "../lib/definition-error.ts";

/** One thing that a connection may allow. */
export type ServiceScope = {
  /** As the service knows it (RFC 6749, section 3.3). */
  readonly name: string;
  /** What it allows, for the person who decides. */
  readonly description: string;
};

/** Where the authorization server of a service is. */
type Endpoints =
  | {
      /** It is read there what the endpoints are (RFC 8414; OpenID Connect Discovery). */
      readonly issuer: string;
    }
  | {
      readonly authorizationEndpoint: string;
      readonly tokenEndpoint: string;
      /** RFC 7009. Without one, ending a connection here leaves its tokens valid over there. */
      readonly revocationEndpoint?: string;
    };

/** A service that a person connects with an account of their own there. */
export type Service = Endpoints & {
  /** As people know it, such as "GitHub". */
  readonly displayName: string;
  /** What is asked for, all of it. */
  readonly scopes: readonly ServiceScope[];
  /** How the client secret is sent; without it, as the service announces, and takes. */
  readonly clientAuthentication?: "client_secret_basic" | "client_secret_post";
  /** More parameters of the authorization request, such as Google's `access_type`. */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
};

/** Set by the flow itself. */
const RESERVED = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "code_challenge",
  "code_challenge_method",
];

/**
 * Declares a service, for the APIs of it that people connect (`access: { by: "connection", service }`).
 *
 * @throws DefinitionError when an endpoint is not https, or a parameter is one that the flow sets itself.
 *
 * @example
 * export const gitHubService = defineService({
 *   displayName: "GitHub",
 *   authorizationEndpoint: "https://github.com/login/oauth/authorize",
 *   tokenEndpoint: "https://github.com/login/oauth/access_token",
 *   scopes: [{ name: "repo", description: "Read and change your repositories" }],
 * });
 */
export function defineService(service: Service): Service {
  const addresses =
    "issuer" in service
      ? [service.issuer]
      : [service.authorizationEndpoint, service.tokenEndpoint, service.revocationEndpoint];
  const insecure = addresses.filter(
    (address) => address !== undefined && !URL.parse(address)?.protocol.startsWith("https:"),
  );
  const reserved = Object.keys(service.authorizationParameters ?? {}).filter((name) =>
    RESERVED.includes(name),
  );
  if (insecure.length > 0 || reserved.length > 0) {
    throw new DefinitionError(
      `The service "${service.displayName}": ${[
        ...insecure.map((address) => `"${address}" is no https address`),
        ...reserved.map((name) => `"${name}" cannot be set by "authorizationParameters"`),
      ].join("; ")}`,
    );
  }
  return service;
}
