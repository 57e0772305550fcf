import { type ArgumentsHash, argumentsHash } from "../audit/arguments-hash";
import { type Config, parseConfig } from "../config";
import { type Catalogue, createCatalogue, toolsets } from "../tools/catalogue";
import { createUpstreams, type Upstreams } from "../upstream/upstreams";

/** What a server of one configuration offers, made once an isolate: for the Worker and its sessions. */
export type Services = {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly upstreams: Upstreams;
  /** What the audit has of a call's arguments. */
  readonly argumentsHash: ArgumentsHash;
};

export function servicesOf(config: Config): Services {
  const upstreams = createUpstreams(config);
  return {
    config,
    catalogue: createCatalogue(toolsets, upstreams.apis),
    upstreams,
    argumentsHash: argumentsHash(config.sessionSecret),
  };
}

const servicesByEnv = new WeakMap<Env, Services>();

/**
 * The services of an environment. An isolate has one, in practice, and all sessions in it share what
 * is made from it: above all the tokens that were exchanged.
 *
 * @throws ConfigError for a wrong or missing variable.
 */
export function servicesFor(env: Env): Services {
  const services = servicesByEnv.get(env) ?? servicesOf(parseConfig(env));
  servicesByEnv.set(env, services);
  return services;
}
