/**
 * How a call of an API comes to a token of the person.
 *
 * - `exchange`: the caller's token is exchanged for one of the API (RFC 8693).
 * - `sign-in`: the token that the person's sign-in brought. The API belongs to that identity provider, and
 *   is there only where the provider signs people in (IDP).
 */
export type ApiAccess =
  | { readonly by: "exchange" }
  | { readonly by: "sign-in"; readonly identityProvider: string };

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
};

/**
 * Declares an API. List it in the server's definition, name it in the toolsets that call it (`apis`), and
 * call it in a tool by `context.api(tickets)`.
 *
 * @throws TypeError when `variables` could not begin the name of a variable.
 *
 * @example
 * export const tickets = defineApi({
 *   name: "tickets",
 *   variables: "TICKETS_API",
 *   access: { by: "exchange" },
 * });
 */
export function defineApi(api: Api): Api {
  if (!/^[A-Z][A-Z0-9_]*[A-Z0-9]$/.test(api.variables)) {
    throw new TypeError(
      `The API "${api.name}" says that its variables begin with "${api.variables}": use capital ` +
        'letters, digits and "_", as in TICKETS_API',
    );
  }
  return api;
}
