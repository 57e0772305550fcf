import type { ExchangeApi } from "../../../../dev/local-apis/local-api.ts";
import { startHelpDesk } from "./help-desk.ts";

/** A help desk on this machine, which publishes what it can do at /openapi.yaml. */
export const localApi: ExchangeApi = {
  by: "exchange",
  name: "the help desk",
  scopes: ["helpdesk:read", "helpdesk:write"],
  async start(options) {
    const { origin, stop } = await startHelpDesk(options);
    return {
      origin,
      vars: {
        HELPDESK_API_URL: `${origin}/v1`,
        HELPDESK_API_RESOURCE: origin,
        HELPDESK_API_NAME: "the help desk",
      },
      stop,
    };
  },
  examples: {
    about: "Tools made of an OpenAPI document, which call its API as the person",
    calls: [{ tool: "list_tickets", person: "alice" }],
  },
};
