import { describe, expect, it } from "vitest";
import { MCP, REDIRECT_URI, register, request } from "./as-client.ts";

/** Printed with a failure; set it to see the same requests again. */
const SEED = 20_261_127;
const REQUESTS = 250;

/** A generator of the SplitMix kind: small, and good enough to choose inputs. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}

const TEXTS = [
  "",
  "x",
  "a".repeat(600),
  "\u00e9".repeat(400),
  "\ud800",
  "\0",
  "a\r\nb: c",
  "a:b:c",
  "https://",
  "https://a.example",
  "https://[::1",
  "https://user:secret@a.example/x#y",
  "http://localhost:99999/x",
  "javascript:alert(1)",
  "cursor://x",
  "__proto__",
  "constructor",
  "../..",
  "%",
  "%00",
  "urn:ietf:params:oauth:grant-type:device_code",
  "<img src=x>",
  "client_credentials",
  "form_post",
  "plain",
] as const;

type Choose = ReturnType<typeof random>;
const oneOf = <Value>(choose: Choose, values: readonly Value[]): Value | undefined =>
  values[choose(values.length)];

function json(choose: Choose, depth = 0): unknown {
  switch (choose(depth > 2 ? 6 : 8)) {
    case 0:
      return null;
    case 1:
      return choose(2) === 0;
    case 2:
      return choose(1_000) - 500;
    case 6:
      return Array.from({ length: choose(4) }, () => json(choose, depth + 1));
    case 7:
      return { [oneOf(choose, TEXTS) ?? ""]: json(choose, depth + 1) };
    default:
      return oneOf(choose, TEXTS);
  }
}

async function expectNoFailure(what: string, response: Response): Promise<void> {
  await response.body?.cancel();
  expect(response.status, `seed ${SEED}: ${what}`).toBeLessThan(500);
}

describe("no request ends as an error of the server", () => {
  it("at /authorize, /callback and the other pages", async () => {
    const choose = random(SEED);
    const clientId = await register();
    const right = {
      response_type: "code",
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      resource: MCP,
      scope: "notes:read",
      state: "s",
    };
    const names = [...Object.keys(right), "response_mode", "prompt", "grant_type", "code", "error"];
    const paths = [
      "/authorize",
      "/authorize",
      "/authorize",
      "/callback",
      "/connections",
      "/",
      "/x",
    ];
    for (let count = 0; count < REQUESTS; count++) {
      const parameters = new URLSearchParams(right);
      for (let changes = choose(4); changes >= 0; changes--) {
        const name = oneOf(choose, names) ?? "";
        const value = oneOf(choose, TEXTS) ?? "";
        if (choose(3) === 0) parameters.append(name, value);
        else parameters.set(name, value);
      }
      const path = `${oneOf(choose, paths)}?${parameters}`;
      await expectNoFailure(path, await request(path));
    }
  });

  it("at POST /authorize", async () => {
    const choose = random(SEED + 1);
    for (let count = 0; count < REQUESTS; count++) {
      const body = new FormData();
      for (let fields = choose(5); fields > 0; fields--) {
        const name =
          oneOf(choose, ["handle", "decision", "scope", "asked", "person", "request", "x"]) ?? "";
        const value =
          oneOf(choose, [...TEXTS, "approve", "deny", "sign-in", "switch", "notes:read"]) ?? "";
        body.append(name, choose(8) === 0 ? new File([value], "f") : value);
      }
      const fields = [...body].map(([name, value]) => `${name}=${String(value)}`).join("&");
      await expectNoFailure(fields, await request("/authorize", { method: "POST", body }));
    }
  });

  it("at /oauth/register", async () => {
    const choose = random(SEED + 2);
    const members = [
      "redirect_uris",
      "client_name",
      "client_name#de",
      "grant_types",
      "response_types",
      "token_endpoint_auth_method",
      "token_endpoint_auth_methods_supported",
      "contacts",
      "client_uri",
      "jwks",
      "jwks_uri",
      "scope",
      "__proto__",
    ];
    for (let count = 0; count < REQUESTS; count++) {
      const metadata: Record<string, unknown> = { redirect_uris: [REDIRECT_URI] };
      for (let changes = choose(4); changes >= 0; changes--) {
        metadata[oneOf(choose, members) ?? ""] = json(choose);
      }
      const body = choose(10) === 0 ? String(oneOf(choose, TEXTS)) : JSON.stringify(metadata);
      const headers = { "content-type": choose(5) === 0 ? "text/plain" : "application/json" };
      await expectNoFailure(
        body,
        await request("/oauth/register", { method: "POST", headers, body }),
      );
    }
  });
});
