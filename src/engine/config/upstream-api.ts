import * as z from "zod";
import { type Problems, refusalsOf, scopeList, secureUrl } from "./variables.ts";

/** Your product's API, which tools call as the person. */
export type UpstreamApiConfig = {
  /** As people know it, for messages. */
  displayName: string;
  /** The base of its addresses, without a slash at the end. */
  url: string;
  /** What the authorization server knows it by, as a URL (RFC 8707). */
  resource: string | undefined;
  /** What it knows it by, as a name (RFC 8693, section 2.1); some servers take only this. */
  audience: string | undefined;
  /** What a token for it is asked to allow; nothing leaves it to the authorization server. */
  scopes: readonly string[];
};

const schema = z.object({
  UPSTREAM_API_URL: secureUrl,
  UPSTREAM_API_NAME: z.string().optional(),
  UPSTREAM_API_RESOURCE: z.url("must be a URL, as RFC 8707 asks").optional(),
  UPSTREAM_API_AUDIENCE: z.string().optional(),
  UPSTREAM_API_SCOPES: scopeList,
});

/** The names of the variables that are read here. */
export const upstreamApiVariables: readonly string[] = Object.keys(schema.shape);

/** @returns undefined when no API is configured. */
export function parseUpstreamApi(
  variables: Record<string, unknown>,
): UpstreamApiConfig | undefined | Problems {
  if (variables.UPSTREAM_API_URL === undefined) return undefined;
  const parsed = schema.safeParse(variables);
  if (!parsed.success) return refusalsOf(parsed);
  const { UPSTREAM_API_URL: url, UPSTREAM_API_AUDIENCE: audience } = parsed.data;
  return {
    displayName: parsed.data.UPSTREAM_API_NAME ?? new URL(url).host,
    url: url.replace(/\/+$/, ""),
    resource: parsed.data.UPSTREAM_API_RESOURCE ?? (audience === undefined ? url : undefined),
    audience,
    scopes: parsed.data.UPSTREAM_API_SCOPES,
  };
}
