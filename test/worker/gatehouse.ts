import { createGatehouse } from "../../src/engine/app/gatehouse";
import type { Config } from "../../src/engine/configuration";
import type { StatelessLane } from "../../src/engine/mcp/stateless/handler";
import type { ServerDefinition } from "../../src/engine/server";
import { servicesOf } from "../../src/engine/services";
import { TEST_ORIGIN } from "./origin.ts";
import { server } from "./server.ts";

/** The server under test, at the test's origin unless told, under this configuration. */
export const gatehouseOf = (
  config: Config,
  { definition = server, origin = TEST_ORIGIN, stateless }: GatehouseOptions = {},
) => createGatehouse(servicesOf(definition, config), origin, stateless);

type GatehouseOptions = {
  /** The server under test, unless told. */
  definition?: ServerDefinition;
  origin?: string;
  stateless?: StatelessLane;
};
