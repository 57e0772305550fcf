import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { bodyOf, listen } from "./loopback-server.ts";

/**
 * An OpenID provider that answers at once and keeps to the protocol but for one fault.
 *
 * @returns its origin, and how to stop it.
 */
export async function startUnrulyProvider(): Promise<{ origin: string; stop(): Promise<void> }> {
  const honest = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const forger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const server = createServer((request, response) => {
    void answer(request, response, `http://${request.headers.host}`, honest, forger.privateKey);
  });
  return listen(server);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  honest: { publicKey: KeyObject; privateKey: KeyObject },
  forger: KeyObject,
): Promise<void> {
  const url = new URL(request.url ?? "/", origin);
  const [, fault = "none", ...rest] = url.pathname.split("/");
  const issuer = `${origin}/${fault}`;
  const json = (body: unknown, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const html = () => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>");

  switch (rest.join("/")) {
    case ".well-known/openid-configuration":
      if (fault === "discovery-500") return void json({}, 500);
      if (fault === "discovery-html") return void html();
      return void json({
        issuer: fault === "discovery-other-issuer" ? "https://other.example" : issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
      });
    case "authorize": {
      const callback = new URL(url.searchParams.get("redirect_uri") ?? "");
      callback.searchParams.set("state", url.searchParams.get("state") ?? "");
      if (fault === "refuses") callback.searchParams.set("error", "access_denied");
      else callback.searchParams.set("code", url.searchParams.get("nonce") ?? "");
      return void response.writeHead(302, { location: callback.href }).end();
    }
    case "jwks": {
      const key = {
        ...honest.publicKey.export({ format: "jwk" }),
        kid: "1",
        alg: "RS256",
        use: "sig",
      };
      return void json({ keys: [key] });
    }
    case "token": {
      if (fault === "token-500") return void json({}, 500);
      if (fault === "token-html") return void html();
      const form = new URLSearchParams(await bodyOf(request));
      const nowSeconds = Math.floor(Date.now() / 1_000);
      const claims = {
        iss: fault === "other-issuer" ? "https://other.example" : issuer,
        sub: "unruly-1",
        aud: fault === "other-audience" ? "somebody-else" : "gatehouse",
        nonce: fault === "other-nonce" ? "another" : form.get("code"),
        iat: nowSeconds - 600,
        exp: fault === "expired" ? nowSeconds - 300 : nowSeconds + 300,
        name: "Una Ruly",
        email: "una@example.com",
      };
      const key = fault === "forged-signature" ? forger : honest.privateKey;
      const idToken = fault === "unsigned" ? unsignedJwt(claims) : signedJwt(claims, key);
      return void json({
        access_token: "upstream-access-token",
        token_type: "Bearer",
        ...(fault !== "no-id-token" && { id_token: idToken }),
      });
    }
    default:
      json({}, 404);
  }
}

function signedJwt(claims: object, key: KeyObject): string {
  const input = `${segment({ alg: "RS256", kid: "1" })}.${segment(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

function unsignedJwt(claims: object): string {
  return `${segment({ alg: "none" })}.${segment(claims)}.`;
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
