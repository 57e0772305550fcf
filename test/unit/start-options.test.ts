import { describe, expect, it } from "vitest";
import { parseStartOptions } from "../../dev/commands/start-options";
import { throughTunnel } from "../../dev/workers/tunnel-address";

describe("the command line of npm start", () => {
  it("has a default for everything", () => {
    expect(parseStartOptions([], undefined, [])).toMatchObject({
      mode: "provider",
      idp: "oidc",
      port: 8788,
      fresh: false,
      tunnel: undefined,
    });
  });

  it.each(["https://x.example", "https://x.example/"])("takes the tunnel %s", (tunnel) => {
    expect(parseStartOptions(["--tunnel", tunnel], "9000", [])).toMatchObject({
      tunnel: "https://x.example",
      port: 9000,
    });
  });

  it.each([
    [["--tunnel", "http://x.example"], /--tunnel is/],
    [["--tunnel", "https://x.example/mcp"], /--tunnel is/],
    [["--tunnel", "x.example"], /--tunnel is/],
    [["--tunnel", "https://me@x.example"], /--tunnel is/],
    [["--tunnel", "https://x.example", "--mode", "jwt"], /Leave one out/],
    [["--mode", "jwt", "--idp", "cloudflare"], /leave one out/],
    [["--mode", "saml"], /--mode is/],
    [["--idp", "auth0"], /--idp is/],
    [["--frsh"], /frsh/],
  ])("refuses %s", (args, why) => {
    expect(() => parseStartOptions(args, undefined, ["cloudflare"])).toThrow(why);
  });

  it("takes the identity providers that toolsets bring, and no others", () => {
    const args = ["--idp", "cloudflare"];
    expect(parseStartOptions(args, undefined, ["cloudflare"])).toMatchObject({
      mode: "provider",
      idp: "cloudflare",
    });
    expect(() => parseStartOptions(args, undefined, [])).toThrow(
      '--idp is "cloudflare", and should be oidc.',
    );
  });

  it.each(["0", "x", "70000", "65535"])("refuses PORT=%s", (port) => {
    expect(() => parseStartOptions([], port, [])).toThrow("PORT is");
  });
});

describe("what comes through a tunnel", () => {
  const tunnel = "https://x.example";
  const addressOf = (url: string, headers: Record<string, string> = {}) =>
    throughTunnel(new Request(url, { headers }), tunnel).url;

  it("has the tunnel's address, whether the tunnel passes its host on or not", () => {
    const there = "https://x.example/mcp?a=1";
    expect(addressOf("http://x.example/mcp?a=1")).toBe(there);
    expect(addressOf("http://localhost:8788/mcp?a=1", { "x-forwarded-host": "x.example" })).toBe(
      there,
    );
    expect(addressOf("http://127.0.0.1:8788/mcp?a=1", { "x-forwarded-proto": "https" })).toBe(
      there,
    );
  });

  it("keeps method, headers and body", async () => {
    const sent = new Request("http://x.example/mcp", {
      method: "POST",
      headers: { authorization: "Bearer token" },
      body: "body",
    });
    const request = throughTunnel(sent, tunnel);
    expect(request.method).toBe("POST");
    expect(request.headers.get("authorization")).toBe("Bearer token");
    expect(await request.text()).toBe("body");
  });

  it("is no other host, whatever its headers say", () => {
    const forged = { "x-forwarded-host": "x.example", "x-forwarded-proto": "https" };
    for (const url of [
      "http://evil.example/mcp",
      "http://x.example:8788/mcp",
      "http://192.168.1.2/",
    ]) {
      expect(addressOf(url, forged)).toBe(url);
    }
    const local = "http://localhost:8788/mcp";
    expect(addressOf(local)).toBe(local);
    expect(addressOf(local, { "x-forwarded-host": "evil.example" })).toBe(local);
  });

  it("cannot get another address by its path", () => {
    expect(addressOf("http://x.example//evil.example/mcp")).toBe(
      "https://x.example//evil.example/mcp",
    );
  });
});
