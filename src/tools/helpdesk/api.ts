import { defineApi } from "../../engine/config/define-api";

/** The help desk (HELPDESK_API_URL), called with a token of the person, which allows what they allowed here. */
export const helpdeskApi = defineApi({
  name: "helpdesk",
  variables: "HELPDESK_API",
  access: { by: "exchange" },
  scopes: { "helpdesk:read": ["helpdesk:read"], "helpdesk:write": ["helpdesk:write"] },
});
