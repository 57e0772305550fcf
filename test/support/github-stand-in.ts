import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { bodyOf, listen } from "./loopback-server.ts";

/**
 * The part of GitHub that sign-in uses, in its documented wire format: the OAuth web flow with
 * PKCE, GET /user and GET /user/emails. The person is always the same and approves at once, unless
 * the client id is `refused`.
 */
export async function startGitHubStandIn(): Promise<{ origin: string; stop(): Promise<void> }> {
  const challenges = new Map<string, string>();
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const json = (body: unknown, status = 200) =>
        response
          .writeHead(status, { "content-type": "application/json; charset=utf-8" })
          .end(JSON.stringify(body));
      const authorized =
        request.headers.authorization === "Bearer gho_stand_in" &&
        request.headers["user-agent"] !== undefined;

      switch (url.pathname) {
        case "/login/oauth/authorize": {
          const callback = new URL(url.searchParams.get("redirect_uri") ?? "");
          callback.searchParams.set("state", url.searchParams.get("state") ?? "");
          if (url.searchParams.get("client_id") === "refused") {
            callback.searchParams.set("error", "access_denied");
            callback.searchParams.set(
              "error_description",
              "The user has denied your application access.",
            );
          } else {
            const code = `code-${challenges.size}`;
            challenges.set(code, url.searchParams.get("code_challenge") ?? "");
            callback.searchParams.set("code", code);
          }
          return void response.writeHead(302, { location: callback.href }).end();
        }
        case "/login/oauth/access_token": {
          const form = new URLSearchParams(await bodyOf(request));
          const verifier = createHash("sha256").update(form.get("code_verifier") ?? "");
          const known = challenges.get(form.get("code") ?? "") === verifier.digest("base64url");
          // GitHub answers errors with 200.
          if (!known || form.get("client_secret") !== "github-secret") {
            return void json({
              error: "bad_verification_code",
              error_description: "The code is incorrect.",
            });
          }
          return void json({
            access_token: "gho_stand_in",
            scope: "read:user,user:email",
            token_type: "bearer",
          });
        }
        case "/user":
          if (!authorized) return void json({ message: "Requires authentication" }, 401);
          return void json({
            login: "octo-renamed",
            id: 583231,
            type: "User",
            name: null,
            email: null,
          });
        case "/user/emails":
          if (!authorized) return void json({ message: "Requires authentication" }, 401);
          return void json([
            { email: "old@example.com", verified: true, primary: false, visibility: null },
            { email: "octo@example.com", verified: true, primary: true, visibility: "private" },
          ]);
        default:
          json({ message: "Not Found" }, 404);
      }
    })();
  });
  return listen(server);
}
