import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { type BindingKind, bindingProblems } from "../../src/engine/config/index.ts";
import { readServerFacts, type ServerFacts } from "../definition/server-facts.ts";
import { newPrivateKeyPem } from "../local-servers/signing-keys.ts";
import { projectDir } from "../server/processes.ts";

type Secret = {
  name: string;
  isOptional: boolean;
  /** The minimum length in characters, if it is set. */
  minLength?: number;
};

export type DeployConfig = {
  /** The D1 database bound as DB: its name, and its id if wrangler.jsonc has one. */
  database: { name: string; id: string | undefined };
  /** The pinned public origin; empty when each request's own origin is used. */
  publicUrl: string;
  /** The Worker's secrets. An optional one may be left out. */
  secrets: readonly Secret[];
  /** One of these must be set, if there are any. */
  oneOf: readonly string[];
  /** Problems with the bindings and variables, each with what to do; empty when there are none. */
  problems: readonly string[];
};

/** A placeholder for a secret's value, which this machine need not know, while the rest is checked. */
const anySecret = "x".repeat(64);

/**
 * Reads the bindings and variables of wrangler.jsonc and checks them as the Worker itself will.
 *
 * @param environment one under "env" there; undefined is the top level.
 * @throws Error when wrangler.jsonc cannot be read.
 */
export async function readDeployConfig(
  environment: string | undefined,
  file = join(projectDir, "wrangler.jsonc"),
): Promise<DeployConfig> {
  const facts = await readServerFacts();
  const config = unstable_readConfig({
    config: file,
    ...(environment !== undefined && { env: environment }),
  });
  const { vars } = config;
  const bound = boundSchema.parse(config);
  const bindings = bindingsOf(bound);
  const isBound = (name: string, kind: BindingKind) => bindings.get(name) === kind;
  const oneOf = vars.AS_CLIENT_ID ? ["AS_CLIENT_SECRET", "AS_PRIVATE_KEY"] : [];
  const secrets = [
    { name: "SESSION_SECRET", isOptional: false },
    ...(isProviderMode(vars.AUTH_MODE) ? [...signInSecrets(facts, vars.IDP), operatorSecret] : []),
    ...oneOf.map((name) => ({ name, isOptional: true })),
    ...(facts.needsIdentityKey ? [{ name: "IDENTITY_KEY", isOptional: false }] : []),
    ...facts.apiSecrets({ ...Object.fromEntries(bindings), ...vars }).map(asked),
  ];
  const ofProvider = isProviderMode(vars.AUTH_MODE) ? facts.providerSecrets(vars.IDP) : [];
  const misplaced = [...new Set([...secrets, ...ofProvider].map(({ name }) => name))]
    .filter((name) => vars[name])
    .map((name) => `${name} is a secret: remove it from wrangler.jsonc; deploy asks for it`);
  const needed = secrets.filter(({ name }) => name !== "AS_PRIVATE_KEY");
  const stand = Object.fromEntries(
    needed.map(({ name }) => [name, name === "IDENTITY_KEY" ? newPrivateKeyPem() : anySecret]),
  );
  return {
    database: databaseOf(bound),
    publicUrl: String(vars.PUBLIC_URL ?? ""),
    secrets,
    oneOf,
    problems: [
      ...misplaced,
      ...bindingProblems(isBound),
      ...facts.configurationProblems(
        { ...Object.fromEntries(bindings), ...vars, ...stand },
        isBound,
      ),
    ],
  };
}

/** Without it nobody can end a person's grants from outside (`npm run revoke`). */
const operatorSecret: Secret = { name: "OPERATOR_SECRET", isOptional: true, minLength: 32 };

/** An unset AUTH_MODE is `provider`. */
function isProviderMode(mode: unknown): boolean {
  return mode === undefined || mode === "" || mode === "provider";
}

const bindingSchema = z.object({ binding: z.string() });
const namedSchema = z.object({ name: z.string() });

/** The bindings in wrangler's configuration. */
const boundSchema = z.object({
  name: z.string().optional(),
  kv_namespaces: z.array(bindingSchema),
  d1_databases: z.array(
    bindingSchema.extend({
      database_name: z.string().optional(),
      database_id: z.string().optional(),
    }),
  ),
  durable_objects: z.object({ bindings: z.array(namedSchema) }),
  services: z.array(bindingSchema).default([]),
  ratelimits: z.array(namedSchema).default([]),
  analytics_engine_datasets: z.array(bindingSchema).default([]),
});
type Bound = z.infer<typeof boundSchema>;

/** What is bound by which name; a kind that Gatehouse does not require is "other". */
function bindingsOf(config: Bound): ReadonlyMap<string, BindingKind | "other"> {
  const named = (entries: readonly { binding: string }[], kind: BindingKind | "other") =>
    entries.map(({ binding }) => [binding, kind] as const);
  return new Map<string, BindingKind | "other">([
    ...named(config.kv_namespaces, "KV namespace"),
    ...named(config.d1_databases, "D1 database"),
    ...config.durable_objects.bindings.map(({ name }) => [name, "Durable Object"] as const),
    ...named(config.services, "other"),
    ...config.ratelimits.map(({ name }) => [name, "other"] as const),
    ...named(config.analytics_engine_datasets, "other"),
  ]);
}

/** wrangler's name for a database that has none in the configuration. */
function databaseOf(config: Bound): DeployConfig["database"] {
  const bound = config.d1_databases.find(({ binding }) => binding === "DB");
  return { name: bound?.database_name ?? `${config.name ?? "worker"}-db`, id: bound?.database_id };
}

const asked = ({ name, ask }: { name: string; ask: string }): Secret => ({
  name,
  isOptional: ask === "may",
});

/** The secrets that deploy asks for, for the provider that IDP names. */
function signInSecrets({ providerSecrets }: ServerFacts, idp: unknown): Secret[] {
  return providerSecrets(idp)
    .filter(({ ask }) => ask !== "no")
    .map(asked);
}
