import * as z from "zod";
import { origin, type Problems, refusalsOf, required, secureUrl } from "./variables.ts";

export type IdentityProviderConfig = OidcConfig | GitHubConfig | CloudflareConfig;

export type OidcConfig = {
  kind: "oidc";
  displayName: string;
  issuer: string;
  clientId: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  clientSecret: string | undefined;
  scopes: string;
  /** The claim that has the groups that a person is in. */
  groupsClaim: string;
};

export type GitHubConfig = {
  kind: "github";
  displayName: string;
  clientId: string;
  clientSecret: string;
  /** `https://github.com`, or the address of a GitHub Enterprise Server. */
  webUrl: string;
  apiUrl: string;
};

export type CloudflareConfig = {
  kind: "cloudflare";
  displayName: string;
  clientId: string;
  clientSecret: string;
  /** `https://dash.cloudflare.com`, or a stand-in's origin. */
  oauthUrl: string;
  /** The base of the API's addresses, without a slash at the end. */
  apiUrl: string;
};

const idpSchema = z
  .enum(["oidc", "github", "cloudflare"], 'must be "oidc", "github" or "cloudflare"')
  .default("oidc");

const oidc = z.object({
  OIDC_ISSUER: required("the issuer URL of your OpenID provider").pipe(secureUrl),
  OIDC_CLIENT_ID: required("the client id that your OpenID provider gave this server"),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPES: z
    .string()
    .refine((value) => value.split(" ").includes("openid"), 'must contain "openid"')
    .default("openid profile email"),
  OIDC_GROUPS_CLAIM: z.string().default("groups"),
  OIDC_NAME: z.string().optional(),
});

const github = z.object({
  GITHUB_CLIENT_ID: required("the client id of your GitHub OAuth app"),
  GITHUB_CLIENT_SECRET: required("the client secret of your GitHub OAuth app"),
  GITHUB_URL: origin.default("https://github.com"),
  GITHUB_API_URL: secureUrl.default("https://api.github.com"),
});

const cloudflare = z.object({
  CLOUDFLARE_CLIENT_ID: required("the client id of your Cloudflare OAuth client"),
  CLOUDFLARE_CLIENT_SECRET: required("the client secret of your Cloudflare OAuth client"),
  CLOUDFLARE_OAUTH_URL: origin.default("https://dash.cloudflare.com"),
  CLOUDFLARE_API_URL: secureUrl.default("https://api.cloudflare.com/client/v4"),
});

/** The names of the variables that are read here: `IDP`, and those that each provider brings. */
export const identityProviderVariables: readonly string[] = [
  "IDP",
  ...[oidc, github, cloudflare].flatMap(({ shape }) => Object.keys(shape)),
];

/** Who signs people in: what IDP names, configured by that provider's own variables. */
export function parseIdentityProvider(
  variables: Record<string, unknown>,
): IdentityProviderConfig | Problems {
  const idp = z.object({ IDP: idpSchema }).safeParse(variables);
  // An IDP that is itself wrong makes the provider's variables meaningless, so they are not judged.
  if (!idp.success) return refusalsOf(idp);
  switch (idp.data.IDP) {
    case "oidc": {
      const parsed = oidc.safeParse(variables);
      return parsed.success ? oidcConfig(parsed.data) : refusalsOf(parsed);
    }
    case "github": {
      const parsed = github.safeParse(variables);
      return parsed.success ? gitHubConfig(parsed.data) : refusalsOf(parsed);
    }
    case "cloudflare": {
      const parsed = cloudflare.safeParse(variables);
      return parsed.success ? cloudflareConfig(parsed.data) : refusalsOf(parsed);
    }
  }
}

function oidcConfig(values: z.infer<typeof oidc>): OidcConfig {
  return {
    kind: "oidc",
    displayName: values.OIDC_NAME ?? new URL(values.OIDC_ISSUER).host,
    issuer: values.OIDC_ISSUER,
    clientId: values.OIDC_CLIENT_ID,
    clientSecret: values.OIDC_CLIENT_SECRET,
    scopes: values.OIDC_SCOPES,
    groupsClaim: values.OIDC_GROUPS_CLAIM,
  };
}

function gitHubConfig(values: z.infer<typeof github>): GitHubConfig {
  return {
    kind: "github",
    displayName: "GitHub",
    clientId: values.GITHUB_CLIENT_ID,
    clientSecret: values.GITHUB_CLIENT_SECRET,
    webUrl: values.GITHUB_URL,
    apiUrl: values.GITHUB_API_URL,
  };
}

function cloudflareConfig(values: z.infer<typeof cloudflare>): CloudflareConfig {
  return {
    kind: "cloudflare",
    displayName: "Cloudflare",
    clientId: values.CLOUDFLARE_CLIENT_ID,
    clientSecret: values.CLOUDFLARE_CLIENT_SECRET,
    oauthUrl: values.CLOUDFLARE_OAUTH_URL,
    apiUrl: values.CLOUDFLARE_API_URL.replace(/\/+$/, ""),
  };
}
