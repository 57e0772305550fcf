import { type Config, parseConfig } from "../../src/engine/configuration";
import { server } from "../fixture/server";

/** The definition of the server that the engine's tests run. */
export { server };

/** Its configuration with these variables and bindings. */
export const configOf = (env: object): Config => parseConfig(env, server);
