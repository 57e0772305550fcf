// oidc-provider has no types of its own. This declares the part that dev/ uses.
declare module "oidc-provider" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  export type Client = {
    clientId: string;
    clientName?: string;
    grantTypeAllowed(grantType: string): boolean;
  };

  export type Context = {
    oidc: {
      provider: Provider;
      client: Client;
      session: { accountId: string | undefined };
      params: Record<string, unknown>;
    };
    readonly path: string;
    status: number;
    type: string;
    body: string | Record<string, unknown>;
    set(header: string, value: string): void;
  };

  export type Interaction = {
    uid: string;
    params: {
      client_id: string;
      redirect_uri: string;
      scope?: string;
      resource?: string | string[];
    };
  };

  export type InteractionResult =
    | { login: { accountId: string }; consent?: { grantId: string } }
    | { error: string; error_description: string };

  export class Grant {
    constructor(of: { accountId: string; clientId: string });
    /** Those that are over are not found. */
    static find(id: string): Promise<Grant | undefined>;
    readonly accountId: string;
    readonly clientId: string;
    addOIDCScope(scope: string): void;
    rejectOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
    destroy(): Promise<void>;
  }

  export class AccessToken {
    constructor(of: {
      client: Client;
      accountId: string;
      scope: string;
      gty: string;
      expiresIn: number;
    });
    static find(token: string): Promise<AccessToken | undefined>;
    readonly accountId: string | undefined;
    readonly clientId: string;
    readonly grantId: string | undefined;
    readonly isValid: boolean;
    readonly aud: string | string[] | undefined;
    readonly scopes: ReadonlySet<string>;
    readonly gty: string | undefined;
    resourceServer: ResourceServer;
    save(): Promise<string>;
  }

  export class ResourceServer {
    constructor(
      identifier: string,
      data: {
        scope: string;
        audience: string;
        accessTokenFormat: "jwt";
        accessTokenTTL: number;
        jwt: { sign: { alg: string } };
      },
    );
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly issuer: string;
    readonly Grant: typeof Grant;
    readonly AccessToken: typeof AccessToken;
    readonly ResourceServer: typeof ResourceServer;
    readonly Client: { find(clientId: string): Promise<Client | undefined> };
    callback(): RequestListener;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): void;
    on(event: "server_error", listener: (ctx: Context, error: Error) => void): this;
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
    ): void;
    /** @throws SessionNotFound when the browser has no such interaction, or it is over. */
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    /** Ends the interaction, and sends the browser on. */
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: InteractionResult,
    ): Promise<void>;
  }

  export const errors: {
    InvalidTarget: new () => Error;
    InvalidClientAuth: new (detail: string) => Error;
    CustomOIDCProviderError: new (error: string, description: string) => Error;
  };
}
