import server from "../../test/fixture/index";
import { rateLimiter } from "./rate-limiter";

export {
  AuditOutbox,
  Grant,
  McpSession,
  ServiceLink,
  ServiceRenewer,
  UpstreamRenewer,
} from "../../test/fixture/index";

// The engine with the tools of its tests, and with the rate limiters that Cloudflare would have given it.

let limited: Env | undefined;

export default {
  ...server,
  fetch(request, env, ctx) {
    limited ??= {
      ...env,
      TOOL_CALLS_PER_PERSON: rateLimiter(),
      TOOL_CALLS_PER_CLIENT: rateLimiter(),
      REQUESTS_PER_PERSON: rateLimiter(),
      SESSIONS_PER_PERSON: rateLimiter(),
      REGISTRATIONS_PER_ADDRESS: rateLimiter(),
      SIGN_INS_PER_ADDRESS: rateLimiter(),
      TOKEN_REQUESTS_PER_ADDRESS: rateLimiter(),
    };
    return server.fetch(request, limited, ctx);
  },
} satisfies ExportedHandler<Env>;
