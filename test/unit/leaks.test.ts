import { expect, it } from "vitest";
import { leaksIn } from "../support/leaks.ts";

const requestId = "0d9f6a5e-6d1c-4c07-9a3f-0f3d6a1b2c3d";
const userId = "zLMz1Vh2DdzVo3ofqnnRjY08C7aN8mgF";
const clean = `{
  event: 'request',
  requestId: '${requestId}',
  route: '/.well-known/oauth-authorization-server',
  userId: '${userId}'
}
[wrangler:info] GET /.well-known/oauth-protected-resource/mcp 200 OK (3ms)`;

it("finds nothing where nothing is", () => {
  expect(leaksIn(JSON.stringify({ userId, clientId: userId }), [])).toEqual([]);
  expect(leaksIn(clean, ["secret-1"])).toEqual([]);
});

it.each([
  ["a word", "code: pear", ["pear"], ["pear"]],
  ["what is encoded", "?name=Alice%20Example", ["Alice Example"], ["Alice Example"]],
  [
    "the begin of a token",
    "Bearer abcdefghijkl…",
    ["abcdefghijklmnopqrstuvwxyz"],
    ["abcdefghijklmnopqrstuvwxyz"],
  ],
  ["a token that nobody named", `token=${"aB3-_".repeat(6)}`, [], [`token=${"aB3-_".repeat(6)}`]],
  ["an e-mail address", "of carol@example.com.", [], ["carol@example.com"]],
])("finds %s", (_what, text, secrets, found) => {
  expect(leaksIn(`${clean}\n${text}`, secrets)).toEqual(found);
});

it("takes the address of an endpoint for what it is, but none with a query", () => {
  const endpoint = "https://idp.example/realms/ACME-1234567/token";
  expect(leaksIn(JSON.stringify({ endpoint }), [])).toEqual([]);
  expect(leaksIn(JSON.stringify({ endpoint: `${endpoint}?code=abc` }), [])).not.toEqual([]);
  expect(leaksIn(JSON.stringify({ note: endpoint }), [])).not.toEqual([]);
});
