/// <reference path="../oidc-provider.d.ts" />

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Context, Interaction, InteractionResult, Provider } from "oidc-provider";
import { errorPage, pageHeaders } from "./local-pages.ts";
import { type Person, people } from "./people.ts";

/** What a person is asked while oidc-provider waits (its "interaction"). */
export type Question = {
  /** The server that the page names: see `page` in local-pages.ts. */
  readonly whose: string;
  /** The page. It posts `person` (an id), with what else was decided, or `cancel`, to `action`. */
  show(params: Interaction["params"], action: string): string | Promise<string>;
  /** The result that oidc-provider gets when a person was chosen. */
  decide(
    person: Person,
    params: Interaction["params"],
    form: URLSearchParams,
  ): InteractionResult | Promise<InteractionResult>;
};

const PATH = "/interaction/";

/** Whether a request is for {@link answerInteraction}. */
export const isInteraction = (pathname: string) => pathname.startsWith(PATH);

/** oidc-provider's configuration of how people are asked, and that it does not remember them. */
export function interactionConfiguration(whose: string) {
  return {
    interactions: { url: (_ctx: Context, { uid }: { uid: string }) => PATH + uid },
    renderError(ctx: Context, out: { error: string; error_description?: string }) {
      ctx.type = "html";
      for (const [name, value] of Object.entries(pageHeaders)) ctx.set(name, value);
      ctx.body = errorPage(whose, out.error, out.error_description ?? "");
    },
    cookies: {
      keys: [randomBytes(32).toString("base64url")],
      // A path that nobody visits, so no browser sends this cookie back: each sign-in asks again who it
      // is, and bob can follow alice in the same browser.
      long: { path: "/no-earlier-session", httpOnly: true, sameSite: "lax" },
    },
  };
}

/** Asks a person, and passes their answer to oidc-provider. */
export async function answerInteraction(
  provider: Provider,
  { whose, show, decide }: Question,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, html: string) => {
    response.writeHead(status, pageHeaders).end(html);
  };
  try {
    const { uid, params } = await provider.interactionDetails(request, response);
    if (request.method !== "POST") {
      send(200, await show(params, PATH + uid));
      return;
    }
    const form = new URLSearchParams(await text(request));
    const person = people.find(({ id }) => id === form.get("person"));
    const result =
      person === undefined
        ? { error: "access_denied", error_description: "The person chose to cancel." }
        : await decide(person, params, form);
    await provider.interactionFinished(request, response, result);
  } catch (error) {
    const description = error instanceof Error ? error.message : String(error);
    send(400, errorPage(whose, "invalid_request", description));
  }
}
