import { remoteValue } from "../../../src/engine/lib/remote-value";
import { ExchangedTokens } from "../../../src/engine/upstream/exchanged-tokens";

/** Only the test of lost requests serves this: what isolates share, and requests that end too early. */
const tokens = new ExchangedTokens();
let slowAddress = "";
const keys = remoteValue({
  load: async () => (await fetch(`${slowAddress}/keys`)).text(),
  freshMs: 60_000,
  staleMs: 0,
});

const shared: Record<string, () => Promise<string>> = {
  keys: keys.get,
  token: () =>
    tokens.get("one person", async () => ({
      accessToken: await (await fetch(`${slowAddress}/token`)).text(),
      expiresInSeconds: 300,
    })),
};

export default {
  async fetch(request: Request, env: { SLOW_ADDRESS: string }): Promise<Response> {
    slowAddress = env.SLOW_ADDRESS;
    const [, name = "", ends] = new URL(request.url).pathname.split("/");
    const work = shared[name];
    if (work === undefined) return new Response("Ready");
    const done = work();
    // Its request ends before its work is done, as one does whose client has gone.
    if (ends === "begin") return new Response("Begun");
    return new Response(await done);
  },
};
