import { countingEnv } from "./bindings";
import { count, counted, forgetCounts } from "./counter";
import { COUNTS_PATH } from "./counts";

type Worker = { fetch: ExportedHandlerFetchHandler<Env> };

/**
 * A Worker that counts what it does. GET of {@link COUNTS_PATH} answers with the counts, DELETE
 * forgets them.
 */
export function countingWorker(worker: Worker): Worker {
  return {
    fetch(request, env, ctx) {
      if (new URL(request.url).pathname === COUNTS_PATH) {
        if (request.method === "DELETE") forgetCounts();
        return Response.json(counted());
      }
      count("workerRequests");
      return worker.fetch(request, countingEnv(env), ctx);
    },
  };
}
