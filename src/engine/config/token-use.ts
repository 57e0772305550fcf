import type { Api } from "./define-api.ts";
import { scopesAsked, upstreamApiValues } from "./upstream-api.ts";
import { Problems } from "./variables.ts";

/** What tools do with the tokens that a sign-in brings, and what is asked for at the sign-in so that they can. */
export type TokenUse = {
  /** Whether the ID token is exchanged. */
  readonly keepsIdToken: boolean;
  /** Which API the access token is for, as a URL (RFC 8707). */
  readonly resource: string | undefined;
  /** The same as a name, for providers that take such (Auth0). */
  readonly audience: string | undefined;
  /** The scopes of the APIs, where the person has allowed the client these scopes here. */
  scopesFor(given: readonly string[]): string[];
};

/**
 * What the APIs of a definition want of a sign-in with this provider.
 *
 * @returns undefined where no API that is configured wants its tokens: then none is kept, and nothing is
 *   asked for. Problems when two of them need different tokens: a sign-in brings one, which is for one API.
 */
export function tokenUse(
  apis: readonly Api[],
  variables: Record<string, unknown>,
  identityProvider: string,
): TokenUse | undefined | Problems {
  const all = apis.flatMap((api) => {
    const values = upstreamApiValues(api, variables);
    return values === undefined ? [] : [{ ...api, values }];
  });
  const bySignIn = all.filter(
    ({ access }) => access.by === "sign-in" && access.identityProvider === identityProvider,
  );
  const exchanged = all.flatMap(({ access }) => (access.by === "exchange" ? [access] : []));
  if (bySignIn.length === 0 && exchanged.length === 0) return undefined;
  const [first, ...others] = bySignIn;
  const other = others.find(
    ({ values }) =>
      values.RESOURCE !== first?.values.RESOURCE || values.AUDIENCE !== first?.values.AUDIENCE,
  );
  if (first !== undefined && other !== undefined) {
    return new Problems(
      `${first.variables}_URL and ${other.variables}_URL need different tokens of one sign-in: call one of ` +
        'them by "exchange", or give both the same _RESOURCE and _AUDIENCE',
    );
  }
  return {
    keepsIdToken: exchanged.some(({ subject }) => subject === "id-token"),
    resource: first?.values.RESOURCE,
    audience: first?.values.AUDIENCE,
    scopesFor: (given) =>
      bySignIn.flatMap(({ values, scopes: scopesOf }) =>
        scopesAsked({ scopes: values.SCOPES, ...(scopesOf && { scopesOf }) }, given),
      ),
  };
}
