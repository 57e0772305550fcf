import { type ArgumentsHash, argumentsHash } from "./audit/arguments-hash";
import { type Config, parseEnvironment } from "./configuration";
import type { Features } from "./features";
import type { Look } from "./look/look";
import type { ServerDefinition } from "./server";
import { type Catalogue, createCatalogue } from "./tools/catalogue";
import { createUpstreams, type Upstreams } from "./upstream/upstreams";

/** What one server offers under one configuration, made once per isolate: for the Worker and its sessions. */
export type Services = {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly upstreams: Upstreams;
  /** How its pages look. */
  readonly look: Look;
  /** What it is for, in a sentence for people. */
  readonly description?: string | undefined;
  readonly features: Features;
  /** What the audit keeps of a call's arguments. */
  readonly argumentsHash: ArgumentsHash;
};

/**
 * The services of an environment. All sessions of an isolate share what is made from them, above all the
 * exchanged tokens.
 *
 * @throws ConfigError for a wrong or missing variable.
 */
export type ServicesFor = (env: Env) => Services;

export function servicesOf(definition: ServerDefinition, config: Config): Services {
  const { toolsets, connectedServices, look = {}, description } = definition;
  const upstreams = createUpstreams(config);
  return {
    config,
    catalogue: createCatalogue(toolsets, upstreams.apis),
    upstreams,
    look,
    description,
    features: { ...(connectedServices !== undefined && { connectedServices }) },
    argumentsHash: argumentsHash(config.sessionSecret),
  };
}

/** Makes the services of an environment when it is first seen. An isolate has one, in practice. */
export function servicesForEach(definition: ServerDefinition): ServicesFor {
  const known = new WeakMap<Env, Services>();
  return (env) => {
    const services = known.get(env) ?? servicesOf(definition, parseEnvironment(env, definition));
    known.set(env, services);
    return services;
  };
}
