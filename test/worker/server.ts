import { type Config, parseConfig } from "../../src/engine/config";
import { server } from "../../src/server";

/** The definition of the server under test. */
export { server };

/** Its configuration with these variables and bindings. */
export const configOf = (env: object): Config => parseConfig(env, server);
