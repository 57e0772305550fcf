import { connectedServices } from "./engine/connected-services";
import { cloudflare } from "./engine/providers/cloudflare";
import { gitHub } from "./engine/providers/github";
import { openIdConnect } from "./engine/providers/openid-connect";
import { defineServer } from "./engine/server";
import { account } from "./tools/account";
import { admin } from "./tools/admin";
import { calculator } from "./tools/calculator";
import { calendar } from "./tools/calendar";
import { calendarApi } from "./tools/calendar/api";
import { helpdesk } from "./tools/helpdesk";
import { helpdeskApi } from "./tools/helpdesk/api";
import { observability } from "./tools/observability";
import { cloudflareApi } from "./tools/observability/api";
import { orders } from "./tools/orders";
import { ordersApi } from "./tools/orders/api";

/** What this server is: its name, what it can do, who signs people in, which APIs it calls. */
export const server = defineServer({
  name: "Gatehouse",
  description:
    "Gatehouse shows what an MCP server can do: it keeps your notes, places orders and counts.",
  look: {
    logo: { light: "/gatehouse-light.svg", dark: "/gatehouse-dark.svg" },
    icon: "/favicon.svg",
  },
  toolsets: [calculator, account, orders, helpdesk, calendar, observability, admin],
  identityProviders: [openIdConnect, gitHub, cloudflare],
  apis: [ordersApi, helpdeskApi, calendarApi, cloudflareApi],
  connectedServices,
});
