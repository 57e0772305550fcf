/** Another Worker of the account, which says what it was asked: by fetch, and by RPC. */
export const ticketsWorker = {
  name: "tickets",
  modules: true,
  compatibilityDate: "2026-01-01",
  script: `
    import { WorkerEntrypoint } from "cloudflare:workers";
    export default {
      fetch: (request) =>
        Response.json({ url: request.url, authorization: request.headers.get("authorization") }),
    };
    export class Tickets extends WorkerEntrypoint {
      close(id, identity) {
        return { id, identity };
      }
    }
  `,
};
