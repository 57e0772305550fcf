import { createGatehouse } from "../../src/engine/app/gatehouse";
import type { Config } from "../../src/engine/configuration";
import type { StatelessLane } from "../../src/engine/mcp/stateless/handler";
import { servicesOf } from "../../src/engine/services";
import { TEST_ORIGIN } from "./origin.ts";
import { server } from "./server.ts";

/** The server under test, at the test's origin unless told, under this configuration. */
export const gatehouseOf = (
  config: Config,
  { stateless, origin = TEST_ORIGIN }: { stateless?: StatelessLane; origin?: string } = {},
) => createGatehouse(servicesOf(server, config), origin, stateless);
