import * as z from "zod";

/**
 * Everything the operator decides, checked once. `env` is read here and nowhere else: the rest of
 * the code gets a `Config`, in which nothing is missing and nothing needs a second look.
 */
export type Config = {
  serverName: string;
  /** The public origin, when pinned; otherwise each request's own origin is used. */
  publicUrl: string | undefined;
  sessionSecret: string;
  identityProvider: OidcConfig | GitHubConfig;
  /** Verified e-mail addresses (lower case) and user ids of the people who see admin tools. */
  admins: ReadonlySet<string>;
  /** Web origins, besides our own, whose scripts may call the MCP endpoints. */
  allowedOrigins: ReadonlySet<string>;
  dynamicClientRegistration: boolean;
  clientIdMetadataDocuments: boolean;
  /** Whether a redirect URI may have an app's own scheme, such as `cursor:` (RFC 8252, section 7.1). */
  privateUseRedirectUris: boolean;
  accessTokenTtlSeconds: number;
  grantIdleTtlSeconds: number;
  sessionIdleTtlSeconds: number;
};

export type OidcConfig = {
  kind: "oidc";
  displayName: string;
  issuer: string;
  clientId: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  clientSecret: string | undefined;
  scopes: string;
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

/** Thrown by {@link parseConfig}. The message names every bad variable and what to do about each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Gatehouse is not configured correctly:\n${problems.map((problem) => `- ${problem}`).join("\n")}\n` +
        "Set variables in wrangler.jsonc or .dev.vars, and secrets with `npx wrangler secret put NAME`. " +
        "docs/configuration.md explains each.",
    );
    this.problems = problems;
  }
}

/** `http` is for a server on the developer's own machine only; everywhere else it would leak codes and tokens. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const secureUrl = z.url("must be a URL such as https://example.com").refine((value) => {
  if (!URL.canParse(value)) return true;
  const url = new URL(value);
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}, "must start with https:// (http:// is accepted only for localhost)");

const origin = secureUrl.refine(
  (value) => !URL.canParse(value) || new URL(value).origin === value,
  "must be an origin such as https://example.com: no path, no slash at the end, lower case",
);

const list = z
  .string()
  .default("")
  .transform((value) =>
    value
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );

const onOff = z.enum(["on", "off"], 'must be "on" or "off"').transform((value) => value === "on");

// Workers KV does not take a lifetime below a minute, and a year is longer than any of these should be.
const ttlSeconds = z.coerce
  .number("must be a number of seconds")
  .int("must be a whole number of seconds")
  .min(60, "must be at least 60 seconds")
  .max(366 * 86_400, "must be at most one year, in seconds");

const required = (what: string) => z.string(`is missing: ${what}`);

const common = z.object({
  SERVER_NAME: z.string().max(60, "must be at most 60 characters").default("Gatehouse"),
  PUBLIC_URL: origin.optional(),
  SESSION_SECRET: required(
    "a random string of at least 32 characters, for example from `openssl rand -base64 32`",
  ).min(32, "must be at least 32 characters, for example from `openssl rand -base64 32`"),
  ADMINS: list,
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  DYNAMIC_CLIENT_REGISTRATION: onOff.default(true),
  CLIENT_ID_METADATA_DOCUMENTS: onOff.default(true),
  PRIVATE_USE_REDIRECT_URIS: onOff.default(false),
  ACCESS_TOKEN_TTL_SECONDS: ttlSeconds.default(3_600),
  GRANT_IDLE_TTL_SECONDS: ttlSeconds.default(30 * 86_400),
  SESSION_IDLE_TTL_SECONDS: ttlSeconds.default(86_400),
  IDP: z.enum(["oidc", "github"], 'must be "oidc" or "github"').default("oidc"),
});

const oidc = z.object({
  OIDC_ISSUER: required("the issuer URL of your OpenID provider").pipe(secureUrl),
  OIDC_CLIENT_ID: required("the client id that your OpenID provider gave this server"),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_SCOPES: z
    .string()
    .refine((value) => value.split(" ").includes("openid"), 'must contain "openid"')
    .default("openid profile email"),
  OIDC_NAME: z.string().optional(),
});

const github = z.object({
  GITHUB_CLIENT_ID: required("the client id of your GitHub OAuth app"),
  GITHUB_CLIENT_SECRET: required("the client secret of your GitHub OAuth app"),
  GITHUB_URL: origin.default("https://github.com"),
  GITHUB_API_URL: secureUrl.default("https://api.github.com"),
});

/**
 * Turns the Worker's environment into a {@link Config}.
 *
 * @param env the bindings and variables; an empty string counts as not set, because wrangler.jsonc
 *   lists each variable, empty where the operator has nothing to say.
 * @throws ConfigError naming every missing or wrong variable at once.
 */
export function parseConfig(env: object): Config {
  const variables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = common.safeParse(variables);
  const problems = problemsOf(parsed);

  // An IDP that is itself wrong makes the provider's variables meaningless, so they are not judged.
  const idp = common.shape.IDP.safeParse(variables.IDP).data;
  const parsedOidc = idp === "oidc" ? oidc.safeParse(variables) : undefined;
  const parsedGitHub = idp === "github" ? github.safeParse(variables) : undefined;
  problems.push(...problemsOf(parsedOidc), ...problemsOf(parsedGitHub));

  const identityProvider = parsedOidc?.success
    ? oidcConfig(parsedOidc.data)
    : parsedGitHub?.success
      ? gitHubConfig(parsedGitHub.data)
      : undefined;
  if (!parsed.success || identityProvider === undefined || problems.length > 0) {
    throw new ConfigError(problems);
  }
  const values = parsed.data;
  return {
    serverName: values.SERVER_NAME,
    publicUrl: values.PUBLIC_URL,
    sessionSecret: values.SESSION_SECRET,
    identityProvider,
    admins: new Set(
      values.ADMINS.map((admin) => (admin.includes("@") ? admin.toLowerCase() : admin)),
    ),
    allowedOrigins: new Set(values.ALLOWED_ORIGINS),
    dynamicClientRegistration: values.DYNAMIC_CLIENT_REGISTRATION,
    clientIdMetadataDocuments: values.CLIENT_ID_METADATA_DOCUMENTS,
    privateUseRedirectUris: values.PRIVATE_USE_REDIRECT_URIS,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    grantIdleTtlSeconds: values.GRANT_IDLE_TTL_SECONDS,
    sessionIdleTtlSeconds: values.SESSION_IDLE_TTL_SECONDS,
  };
}

function problemsOf(result: z.ZodSafeParseResult<unknown> | undefined): string[] {
  return (result?.error?.issues ?? []).map((issue) => `${String(issue.path[0])} ${issue.message}`);
}

function oidcConfig(values: z.infer<typeof oidc>): OidcConfig {
  return {
    kind: "oidc",
    displayName: values.OIDC_NAME ?? new URL(values.OIDC_ISSUER).host,
    issuer: values.OIDC_ISSUER,
    clientId: values.OIDC_CLIENT_ID,
    clientSecret: values.OIDC_CLIENT_SECRET,
    scopes: values.OIDC_SCOPES,
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
