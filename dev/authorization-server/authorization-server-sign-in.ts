/// <reference path="../oidc-provider.d.ts" />

import type { Grant, Interaction, Provider } from "oidc-provider";
import type { Question } from "../local-servers/interactions.ts";
import type { Person } from "../local-servers/people.ts";
import { identityScopes } from "./authorization-server-config.ts";
import { consentPage, WHOSE } from "./authorization-server-pages.ts";

/**
 * One page for both: choosing a person is signing in, and allowing what is ticked.
 *
 * @param mcpScopes what tokens for Gatehouse may allow; nothing else is asked.
 */
export function signInQuestion(provider: Provider, mcpScopes: readonly string[]): Question {
  return {
    whose: WHOSE,
    async show(params, action) {
      const client = await provider.Client.find(params.client_id);
      return consentPage(
        action,
        client?.clientName ?? params.client_id,
        scopesAsked(params, mcpScopes),
      );
    },
    async decide(person, params, form) {
      const grant = grantOf(
        provider,
        person,
        params,
        scopesAsked(params, mcpScopes),
        form.getAll("scope"),
      );
      return { login: { accountId: person.sub }, consent: { grantId: await grant.save() } };
    },
  };
}

function scopesAsked(
  { scope = "" }: Interaction["params"],
  mcpScopes: readonly string[],
): string[] {
  return scope.split(" ").filter((asked) => mcpScopes.includes(asked));
}

/** What a person has decided: `ticked` of what was `asked` is allowed, and the rest is not. */
function grantOf(
  provider: Provider,
  person: Person,
  params: Interaction["params"],
  asked: readonly string[],
  ticked: readonly string[],
): Grant {
  const { client_id, resource = [] } = params;
  const grant = new provider.Grant({ accountId: person.sub, clientId: client_id });
  // Everything in the metadata that needs no decision: a scope that a client asks for and is neither granted nor
  // refused would be asked about again, without end.
  grant.addOIDCScope(identityScopes.join(" "));
  for (const scope of asked) {
    // oidc-provider keeps what it lists as its own scopes apart from what a resource defines.
    if (ticked.includes(scope)) grant.addOIDCScope(scope);
    else grant.rejectOIDCScope(scope);
    for (const one of [resource].flat()) {
      if (ticked.includes(scope)) grant.addResourceScope(one, scope);
      else grant.rejectResourceScope(one, scope);
    }
  }
  return grant;
}
