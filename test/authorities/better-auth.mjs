// Runs inside the temporary folder that better-auth was installed to (better-auth.ts): an application with
// better-auth as its OpenID provider, and a person. Prints its origin.

import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { toNodeHandler } from "better-auth/node";
import { jwt, oidcProvider } from "better-auth/plugins";

const { clientId, clientSecret, redirectUri, email } = JSON.parse(process.argv[2]);
const password = crypto.randomUUID();

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://localhost:${server.address().port}`;

const client = {
  ...{ clientId, clientSecret, name: "Gatehouse", type: "web", redirectUrls: [redirectUri] },
  ...{ skipConsent: true, disabled: false, metadata: null },
};
const auth = betterAuth({
  baseURL: origin,
  secret: crypto.randomUUID() + crypto.randomUUID(),
  telemetry: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [
    jwt(),
    oidcProvider({ loginPage: "/sign-in", useJWTPlugin: true, trustedClients: [client] }),
  ],
});
await auth.api.signUpEmail({ body: { email, password, name: "Alice Example" } });

const handle = toNodeHandler(auth);
server.on("request", async (request, response) => {
  const url = new URL(request.url, origin);
  if (url.pathname !== "/sign-in") return handle(request, response);
  // The person has typed in who they are.
  const signedIn = await auth.api.signInEmail({ body: { email, password }, asResponse: true });
  response
    .writeHead(302, {
      location: `/api/auth/oauth2/authorize${url.search}`,
      "set-cookie": signedIn.headers.getSetCookie(),
    })
    .end();
});
console.log(origin);
process.on("disconnect", () => process.exit(0));
