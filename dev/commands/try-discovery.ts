import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import * as oauth from "oauth4webapi";
import { isLoopback } from "../../src/engine/config/index.ts";
import type { Report } from "./try-report.ts";

/** How the OAuth requests are sent. */
export type Http = { [oauth.allowInsecureRequests]: boolean; signal: () => AbortSignal };

/** What a client learns about an MCP endpoint before it has a token. */
export interface Discovery {
  metadata: oauth.ResourceServer;
  server: oauth.AuthorizationServer;
  /** The scopes to ask for first, as the server says. */
  suggestedScope: string | undefined;
}

const ANSWER_WITHIN_MS = 30_000;

/** Plain http would show tokens to everyone on the way, except on this machine, where there is none. */
export function httpFor(resource: URL): Http {
  return {
    [oauth.allowInsecureRequests]: isLoopback(resource.hostname),
    signal: () => AbortSignal.timeout(ANSWER_WITHIN_MS),
  };
}

/**
 * Finds an MCP endpoint's authorization server: from the 401 challenge to the resource's metadata
 * (RFC 9728) to the server's (RFC 8414).
 */
export async function discover(resource: URL, http: Http, report: Report): Promise<Discovery> {
  const challenge = await challengeOf(resource, http, report);
  const metadata = await resourceMetadata(resource, challenge.resourceMetadataUrl, http, report);
  const server = await authorizationServer(metadata, http, report);
  const suggestedScope = challenge.scope ?? metadata.scopes_supported?.join(" ");
  return { metadata, server, suggestedScope };
}

/** A metadata field that must be there. */
export function known(value: string | undefined, field: string): string {
  if (value === undefined)
    throw new Error(`The server's metadata lacks ${field}: it must name it.`);
  return value;
}

async function challengeOf(resource: URL, http: Http, report: Report) {
  const response = await fetch(resource, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    redirect: "manual",
    signal: http.signal(),
  });
  await response.body?.cancel();
  if (response.status !== 401) {
    throw new Error(
      `${resource.href} answered ${response.status} to a request without a token, instead of 401: ` +
        "check that --url is the address of an MCP endpoint.",
    );
  }
  const challenge = extractWWWAuthenticateParams(response);
  const address = challenge.resourceMetadataUrl?.href ?? "(not said: the well-known address)";
  report("A request without a token", "401", `resource metadata: ${address}`);
  return challenge;
}

async function resourceMetadata(resource: URL, at: URL | undefined, http: Http, report: Report) {
  const response = await (at === undefined
    ? oauth.resourceDiscoveryRequest(resource, http)
    : fetch(at, { redirect: "manual", signal: http.signal() }));
  const metadata = await oauth.processResourceDiscoveryResponse(resource, response);
  report(
    "Protected resource metadata",
    `resource: ${metadata.resource}`,
    `authorization servers: ${metadata.authorization_servers?.join(", ") ?? "(none)"}`,
    `scopes to start with: ${metadata.scopes_supported?.join(" ") ?? "(not said)"}`,
  );
  return metadata;
}

async function authorizationServer(metadata: oauth.ResourceServer, http: Http, report: Report) {
  const issuer = new URL(known(metadata.authorization_servers?.[0], "authorization_servers"));
  const response = await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" });
  const server = await oauth.processDiscoveryResponse(issuer, response);
  const registration = [
    ...(server.registration_endpoint === undefined ? [] : ["dynamic registration"]),
    ...(server.client_id_metadata_document_supported === true ? ["metadata documents"] : []),
  ];
  report(
    "Authorization server metadata",
    `issuer: ${server.issuer}`,
    `PKCE: ${server.code_challenge_methods_supported?.join(", ") ?? "(not said)"}`,
    `new clients: ${registration.join(", ") || "(none are accepted)"}`,
  );
  return server;
}
