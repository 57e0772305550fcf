import { createServer } from "node:http";
import { bodyOf, listen } from "../loopback-server.ts";
import { CLIENT } from "./stand-in.ts";

/**
 * GitHub, as an OAuth app or as a GitHub App with expiring tokens meets it:
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps: errors come with status 200, scopes
 * separated by commas, tokens do not end. https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens:
 * tokens for eight hours, no scopes, refresh tokens that work once (`bad_refresh_token`). A request of the API without a
 * User-Agent gets 403 (https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api).
 */
export async function startGitHub(kind: "OAuth app" | "GitHub App") {
  const codes = new Map<string, string>();
  const tokens = new Map<string, readonly string[]>();
  const refreshTokens = new Set<string>();
  const calls: string[] = [];

  function issue(scope: string) {
    const token = `${kind === "OAuth app" ? "gho" : "ghu"}_${crypto.randomUUID()}`;
    const scopes = kind === "OAuth app" ? scope.split(" ").filter((one) => one !== "") : [];
    tokens.set(token, scopes);
    const common = { access_token: token, token_type: "bearer", scope: scopes.join(",") };
    if (kind === "OAuth app") return common;
    const refreshToken = `ghr_${crypto.randomUUID()}`;
    refreshTokens.add(refreshToken);
    return {
      ...common,
      expires_in: 28_800,
      refresh_token: refreshToken,
      refresh_token_expires_in: 15_811_200,
    };
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", running.origin);
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/login/oauth/authorize") {
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      const code = crypto.randomUUID();
      codes.set(code, url.searchParams.get("scope") ?? "");
      back.search = `${new URLSearchParams({ code, state: url.searchParams.get("state") ?? "" })}`;
      return response.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === "/login/oauth/access_token") {
      const form = new URLSearchParams(await bodyOf(request));
      if (form.get("client_secret") !== CLIENT.secret) {
        return json(200, { error: "incorrect_client_credentials" });
      }
      if (form.get("grant_type") === "refresh_token") {
        return refreshTokens.delete(form.get("refresh_token") ?? "")
          ? json(200, issue(""))
          : json(200, { error: "bad_refresh_token" });
      }
      const scope = codes.get(form.get("code") ?? "");
      return scope === undefined
        ? json(200, { error: "bad_verification_code" })
        : json(200, issue(scope));
    }
    if (request.headers["user-agent"] === undefined) return json(403, {});
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const scopes = tokens.get(token);
    if (scopes === undefined) return json(401, { message: "Bad credentials" });
    switch (url.pathname) {
      case "/api/user":
        return json(200, { id: 1, login: "alice", name: "Alice Example" });
      case "/api/user/emails":
        return json(200, [{ email: "alice@example.com", primary: true, verified: true }]);
      case "/api/me":
        calls.push(request.headers.authorization ?? "");
        return kind === "GitHub App" || scopes.includes("repo")
          ? json(200, { person: "alice" })
          : json(403, { message: "Resource not accessible" });
      default:
        return json(404, { message: "Not Found" });
    }
  });
  const running = await listen(server);
  return { ...running, calls };
}
