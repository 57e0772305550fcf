import type { Config } from "./config";
import { type Catalogue, createCatalogue, toolsets } from "./tools/catalogue";
import { createUpstreams, type Upstreams } from "./upstream/upstreams";

/** What a server of one configuration offers, made once an isolate: for the Worker and its sessions. */
export type Offering = {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly upstreams: Upstreams;
};

export function offeringOf(config: Config): Offering {
  const upstreams = createUpstreams(config);
  return { config, catalogue: createCatalogue(toolsets, upstreams.apis), upstreams };
}
