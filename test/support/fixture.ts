/** The server of the engine's own tests, from the project's folder: its definition, and its Worker. */
export const fixtureServer = "./test/fixture/server";
export const fixtureMain = "test/fixture/index.ts";
export const fixtureWorker = { config: "wrangler.jsonc", main: fixtureMain };
