/** What a binding gives the Worker. */
export type BindingKind = "KV namespace" | "D1 database" | "Durable Object";

/** The bindings that Gatehouse cannot work without, and where wrangler.jsonc has each. */
const required: Readonly<Record<string, { kind: BindingKind; section: string }>> = {
  OAUTH_KV: { kind: "KV namespace", section: "kv_namespaces" },
  DB: { kind: "D1 database", section: "d1_databases" },
  MCP_SESSION: { kind: "Durable Object", section: "durable_objects" },
  GRANT: { kind: "Durable Object", section: "durable_objects" },
  AUDIT_OUTBOX: { kind: "Durable Object", section: "durable_objects" },
};

/** Needed only where people connect other services (docs/connected-services.md). */
const CONNECTIONS = "SERVICE_LINK";

/** Those that may be missing: without a limit's there is no limit, without METRICS no data points are written. */
const optional = [
  CONNECTIONS,
  "METRICS",
  "TOOL_CALLS_PER_PERSON",
  "REQUESTS_PER_PERSON",
  "SESSIONS_PER_PERSON",
  "TOOL_CALLS_PER_CLIENT",
  "REGISTRATIONS_PER_ADDRESS",
  "SIGN_INS_PER_ADDRESS",
  "TOKEN_REQUESTS_PER_ADDRESS",
];

export const bindingNames: readonly string[] = [...Object.keys(required), ...optional];

/**
 * Finds what of the required bindings is missing, or is something else.
 *
 * @param isBound whether something of this kind is bound by this name.
 * @returns a line for each, with what to do.
 */
export function bindingProblems(isBound: (name: string, kind: BindingKind) => boolean): string[] {
  return Object.entries(required)
    .filter(([name, { kind }]) => !isBound(name, kind))
    .map(
      ([name, { kind, section }]) =>
        `${name} is missing: bind a ${kind} by this name under "${section}" in wrangler.jsonc ` +
        '(an environment under "env" inherits no bindings)',
    );
}

/** The method by which a running Worker knows each kind. */
const methods: Readonly<Record<BindingKind, string>> = {
  "KV namespace": "getWithMetadata",
  "D1 database": "prepare",
  "Durable Object": "idFromName",
};

/** {@link bindingProblems} of a Worker's environment. */
export function bindingProblemsOf(env: object): string[] {
  return bindingProblems((name, kind) => isBoundIn(env, name, kind));
}

/**
 * What is wrong with the binding that holds what people connected.
 *
 * @param isBound see {@link bindingProblems}.
 */
export function connectionBindingProblems(
  isBound: (name: string, kind: BindingKind) => boolean,
): string[] {
  if (isBound(CONNECTIONS, "Durable Object")) return [];
  return [
    `${CONNECTIONS} is missing: an API that people connect keeps their tokens there; bind the Durable Object ` +
      'ServiceLink by this name under "durable_objects" in wrangler.jsonc, with the migration gatehouse-v4',
  ];
}

/** Whether a running Worker has something of this kind by this name. */
export function isBoundIn(env: object, name: string, kind: BindingKind): boolean {
  const binding: unknown = Reflect.get(env, name);
  return (
    typeof binding === "object" &&
    binding !== null &&
    typeof Reflect.get(binding, methods[kind]) === "function"
  );
}
