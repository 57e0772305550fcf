// oidc-provider has no types of its own. This declares the part that dev/ uses.
declare module "oidc-provider" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  export type Context = {
    oidc: {
      provider: Provider;
      client: { clientId: string };
      session: { accountId: string | undefined };
    };
    type: string;
    body: string;
    set(header: string, value: string): void;
  };

  export type Interaction = {
    uid: string;
    params: { client_id: string; redirect_uri: string };
  };

  export class Grant {
    constructor(of: { accountId: string; clientId: string });
    addOIDCScope(scope: string): void;
    save(): Promise<void>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly Grant: typeof Grant;
    callback(): RequestListener;
    on(event: "server_error", listener: (ctx: Context, error: Error) => void): this;
    /** @throws SessionNotFound when the browser has no such interaction, or it is over. */
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    /** Ends the interaction, and sends the browser on. */
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: { accountId: string } } | { error: string; error_description: string },
    ): Promise<void>;
  }
}
