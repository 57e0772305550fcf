import { DefinitionError } from "../lib/definition-error.ts";
import type { Service } from "./define-service.ts";

/**
 * A token that is exchanged for one of the API: with AUTH_MODE=provider the one of the person's sign-in, at
 * the identity provider; else the caller's, at the authorization server that issued it.
 */
export type ExchangeAccess = {
  readonly by: "exchange";
  /** `token-exchange` is RFC 8693, the default; `on-behalf-of` is Microsoft Entra's, of RFC 7523. */
  readonly grant?: "token-exchange" | "on-behalf-of";
  /** Which token of the sign-in is given for it: the access token unless told. */
  readonly subject?: "access-token" | "id-token";
};

/**
 * How a call of an API comes to a token of the person.
 *
 * - `exchange`: see {@link ExchangeAccess}.
 * - `sign-in`: the token that the person's sign-in brought. The API takes tokens of that identity provider, and
 *   is there only where the provider signs people in (IDP).
 * - `connection`: a token of another service, which each person connects (docs/connected-services.md).
 * - `key`: a key of the company, the secret `<variables>_KEY`; it says nothing of the person.
 * - `client-credentials`: a token of this server itself (RFC 6749, section 4.4); it says nothing of the person.
 * - `identity`: a JWT that this server signs, as the bearer token: who the person is, through which client, with
 *   which scopes. For an API of your own that reads `/.well-known/jwks.json`.
 */
export type ApiAccess =
  | ExchangeAccess
  | { readonly by: "sign-in"; readonly identityProvider: string }
  | { readonly by: "connection"; readonly service: Service }
  | { readonly by: "key"; readonly in: KeyPlace }
  | { readonly by: "client-credentials" }
  | { readonly by: "identity" };

/** Where an API looks for its key: a header (after a word such as `Bearer`), a parameter, or Basic. */
export type KeyPlace =
  | { readonly header: string; readonly scheme?: string }
  | { readonly query: string }
  /** The key is the password; some APIs want it as the user, with an empty password. */
  | { readonly basic: { readonly user: string } | "key-as-user" };

/** An API that tools call as the person: `context.api(tickets)`. */
export type Api = {
  /** Names it in errors of the configuration and in logs. */
  readonly name: string;
  /** As people know it. Without one, `<variables>_NAME` or the host of its address. */
  readonly displayName?: string;
  /** What its variables begin with: `TICKETS_API` reads TICKETS_API_URL, TICKETS_API_NAME, and so on. */
  readonly variables: string;
  /** Its base address where `<variables>_URL` is not set. Without one, the API is not there then. */
  readonly defaultUrl?: string;
  readonly access: ApiAccess;
  /**
   * The header in which every request says who the person is, beside a key or a token that does not: the JWT of
   * `access: { by: "identity" }`.
   */
  readonly identityHeader?: string;
  /** The service binding of another Worker that is the API: it is asked in place of the network. */
  readonly binding?: string;
  /**
   * Which scopes over there belong to which scope of this server: `{ "tickets:write": ["tickets.write"] }`.
   * They are asked for only where the person allows the scope here. What is always needed stands in
   * `<variables>_SCOPES`.
   */
  readonly scopes?: Readonly<Record<string, readonly string[]>>;
};

/**
 * Declares an API. List it in the server's definition, name it in the toolsets that call it (`apis`), and
 * call it in a tool by `context.api(tickets)`.
 *
 * @throws DefinitionError when `variables` could not begin the name of a variable, a header has no valid name, or the name
 *   of an API that people connect could not stand in an address.
 *
 * @example
 * export const tickets = defineApi({
 *   name: "tickets",
 *   variables: "TICKETS_API",
 *   access: { by: "exchange" },
 * });
 *
 * @example
 * export const billing = defineApi({
 *   name: "billing",
 *   variables: "BILLING",
 *   access: { by: "key", in: { header: "x-api-key" } },
 *   identityHeader: "x-acting-for",
 * });
 */
export function defineApi(api: Api): Api {
  if (!/^[A-Z][A-Z0-9_]*[A-Z0-9]$/.test(api.variables)) {
    throw new DefinitionError(
      `The API "${api.name}" says that its variables begin with "${api.variables}": use capital ` +
        'letters, digits and "_", as in TICKETS_API',
    );
  }
  const headers = [
    api.identityHeader,
    api.access.by === "key" && "header" in api.access.in ? api.access.in.header : undefined,
  ];
  for (const header of headers) {
    if (header !== undefined && !HEADER_NAME.test(header))
      throw new DefinitionError(
        `The API "${api.name}" names a header "${header}", which HTTP cannot carry`,
      );
  }
  if (api.access.by === "connection" && !/^[a-z][a-z0-9-]{0,39}$/.test(api.name)) {
    throw new DefinitionError(
      `The API "${api.name}" is connected at an address with its name: use at most 40 small letters, ` +
        'digits and "-"',
    );
  }
  return api;
}

/** RFC 9110, section 5.1: a token. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
