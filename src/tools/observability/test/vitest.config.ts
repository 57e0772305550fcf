import { defineConfig } from "vitest/config";
import { workerdProject } from "../../../../test/support/workerd-project.ts";

const folder = "src/tools/observability/test/worker";

/** The tests in worker/: the tools inside workerd, with someone who signs in at the stand-in for Cloudflare. */
export default defineConfig(
  workerdProject({
    name: "observability",
    include: `${folder}/**/*.test.ts`,
    main: `${folder}/index.ts`,
    servers: `${folder}/servers.setup.ts`,
    setupFiles: ["test/worker/logs.setup.ts"],
    vars(inject, own) {
      const cloudflare = own(inject("cloudflare"));
      return {
        IDP: "cloudflare",
        CLOUDFLARE_CLIENT_ID: cloudflare.clientId,
        CLOUDFLARE_CLIENT_SECRET: cloudflare.clientSecret,
        CLOUDFLARE_OAUTH_URL: cloudflare.origin,
        CLOUDFLARE_API_URL: cloudflare.apiUrl,
      };
    },
  }),
);
