import { type Config, parseConfig } from "../../src/engine/configuration";
import { server } from "../../src/server";

export { server };

/** The configuration of the server of src/ with these variables and bindings. */
export const configOf = (env: object): Config => parseConfig(env, server);
