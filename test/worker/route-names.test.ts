import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { externalAuthority } from "../../src/engine/auth-modes/external";
import { ownAuthority } from "../../src/engine/auth-modes/provider";
import { protectedResources } from "../../src/engine/identity/protected-resources";
import { servicesOf } from "../../src/engine/services";
import { routeNameOf } from "../../src/engine/telemetry/route-name";
import { createWebsite } from "../../src/engine/website/app";
import { TEST_ORIGIN } from "./origin.ts";
import { configOf, server } from "./server.ts";

/** Every path that is served, with a made-up value for each of its parameters. */
function pathsWith(vars: Record<string, string>): string[] {
  const services = servicesOf(server, configOf({ ...env, ...vars }));
  const { authorization } = services.config;
  const resources = protectedResources(TEST_ORIGIN);
  const authority =
    authorization.mode === "provider"
      ? ownAuthority(authorization, services, TEST_ORIGIN, resources)
      : externalAuthority(authorization, services);
  const pages = createWebsite(services, TEST_ORIGIN, authority.login).routes;
  const paths = [...authority.routes.map(([path]) => path), ...pages.map(({ path }) => path)];
  return paths.filter((path) => path !== "/*").map((path) => path.replace(/:\w+/g, "some-id"));
}

const external = {
  ...{ AUTH_MODE: "introspection", AS_ISSUER: "https://as.example", AS_CLIENT_ID: "gatehouse" },
  AS_CLIENT_SECRET: "secret",
};

it.each([
  ["tokens are issued here", { OPERATOR_SECRET: "only-for-tests-and-long-enough-to-be-taken" }],
  ["tokens come from elsewhere", external],
])("every path has a name in the log where %s", (_where, vars) => {
  const paths = pathsWith(vars);
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) expect(routeNameOf(path), path).not.toBe("other");
});
