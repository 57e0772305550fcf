import type { PersonId } from "../local-servers/people.ts";

/**
 * What `npm start` runs beside the server for one of its toolsets, in place of the API that the deployed server
 * calls. A toolset has one when `src/tools/<name>/local-api/index.ts` exports it as `localApi`. It runs in Node.js.
 */
export type LocalApi = ExchangeApi | SignInApi | ConnectionApi;

/** An API that takes tokens of the local identity provider, or with `--mode` of the local authorization server. */
export type ExchangeApi = {
  readonly by: "exchange";
  /** What people call it, such as `the orders API`. */
  readonly name: string;
  /** What tokens for it may allow. */
  readonly scopes: readonly string[];
  /**
   * @param port 0 takes a free one.
   * @param issuerOf gives the authorization server's issuer, which starts after this.
   */
  start(options: { port: number; issuerOf: () => string }): Promise<RunningLocalApi>;
  readonly examples?: LocalApiExamples;
};

/** An identity provider with an API that tools call as the person who signed in: with `--idp <name>`. */
export type SignInApi = {
  readonly by: "sign-in";
  /** What people call it, such as `the stand-in for Cloudflare`. */
  readonly name: string;
  /** The value of IDP that it stands for. */
  readonly identityProvider: string;
  /**
   * @param port 0 takes a free one.
   * @param redirectUris where the server lets people come back to.
   * @param stateDir keeps secrets and people's consents across restarts.
   */
  start(options: {
    port: number;
    redirectUris: readonly string[];
    stateDir: string;
  }): Promise<RunningLocalApi>;
  readonly examples?: LocalApiExamples;
};

/** A service that people connect (docs/connected-services.md), where this server signs them in. */
export type ConnectionApi = {
  readonly by: "connection";
  /** What people call it, such as `the calendar`. */
  readonly name: string;
  /**
   * @param port 0 takes a free one.
   * @param origins at which the server is reached: people come back to `/connect/<api>/callback` there.
   * @param stateDir keeps what it issued across restarts.
   */
  start(options: {
    port: number;
    origins: readonly string[];
    stateDir: string;
  }): Promise<RunningLocalApi>;
  readonly examples?: LocalApiExamples;
};

export type RunningLocalApi = {
  /** Where it is, such as `http://127.0.0.1:8790`. */
  readonly origin: string;
  /** Variables of the Worker: where it is, and the Worker's credentials there. */
  readonly vars: Readonly<Record<string, string>>;
  /** Stops it and closes open connections. May be called again. */
  stop(): Promise<void>;
};

/** Calls that `npm start` shows how to try. */
export type LocalApiExamples = {
  /** What there is to see. */
  readonly about: string;
  readonly calls: readonly { readonly tool: string; readonly person: PersonId }[];
};
