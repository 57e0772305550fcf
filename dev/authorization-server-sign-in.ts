/// <reference path="./oidc-provider.d.ts" />

import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Grant, Interaction, Provider } from "oidc-provider";
import { mcpScopes } from "./authorization-server-config.ts";
import { consentPage } from "./authorization-server-pages.ts";
import { errorPage, pageHeaders } from "./identity-provider-pages.ts";
import { type Person, people } from "./people.ts";

/** One page for both: choosing a person is signing in, and allowing what is ticked. */
export async function answerSignIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, html: string) => {
    response.writeHead(status, pageHeaders).end(html);
  };
  try {
    const { uid, params } = await provider.interactionDetails(request, response);
    const asked = (params.scope ?? "").split(" ").filter((scope) => mcpScopes.includes(scope));
    if (request.method !== "POST") {
      const client = await provider.Client.find(params.client_id);
      const clientName = client?.clientName ?? params.client_id;
      send(200, consentPage(`/interaction/${uid}`, clientName, asked));
      return;
    }
    const form = new URLSearchParams(await text(request));
    const person = people.find(({ id }) => id === form.get("person"));
    if (person === undefined) {
      const error_description = "The person chose to cancel.";
      const result = { error: "access_denied", error_description };
      return await provider.interactionFinished(request, response, result);
    }
    const grant = grantOf(provider, person, params, asked, form.getAll("scope"));
    await provider.interactionFinished(request, response, {
      login: { accountId: person.sub },
      consent: { grantId: await grant.save() },
    });
  } catch (error) {
    send(400, errorPage("invalid_request", error instanceof Error ? error.message : String(error)));
  }
}

/** What a person has decided: `ticked` of what was `asked` is allowed, and the rest is not. */
function grantOf(
  provider: Provider,
  person: Person,
  { client_id, resource = [] }: Interaction["params"],
  asked: readonly string[],
  ticked: readonly string[],
): Grant {
  const grant = new provider.Grant({ accountId: person.sub, clientId: client_id });
  grant.addOIDCScope("openid offline_access");
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
