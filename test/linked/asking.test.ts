import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { request } from "../worker/as-client.ts";
import { signedIn } from "../worker/as-person.ts";
import { statelessCall } from "../worker/mcp-client.ts";
import { clientOf, failureOf, follow, linkIn, sessionOf, startAfresh } from "./service.ts";

beforeEach(startAfresh);

const elicitationSchema = z.object({ mode: z.literal("url"), message: z.string(), url: z.url() });

describe("a client of 2025-11-25 that opens addresses", () => {
  const errorSchema = z.object({
    error: z.object({
      code: z.literal(-32_042),
      message: z.string(),
      data: z.object({
        elicitations: z.tuple([elicitationSchema.extend({ elicitationId: z.string() })]),
      }),
    }),
  });

  async function askedWith(
    elicitation: object,
    call: object = { method: "tools/call", params: { name: "tracker_me", arguments: {} } },
  ) {
    const { access_token } = await clientOf("alice");
    const { id } = await sessionOf(access_token, elicitation);
    const response = await request("/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${access_token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-session-id": id,
      },
      body: JSON.stringify({
        ...{ jsonrpc: "2.0", id: 7 },
        ...call,
      }),
    });
    const text = await response.text();
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
  }

  it("gets URLElicitationRequired with the address", async () => {
    const { error } = errorSchema.parse(await askedWith({ url: {} }));
    const [{ url, message, elicitationId }] = error.data.elicitations;
    expect(message).toContain("your account at Tracker");
    expect(message).not.toContain("http");
    expect(elicitationId).not.toBe("");
    const shown = await follow(await signedIn("alice"), linkIn(url), "alice");
    expect(shown.page.heading).toBe("Tracker is connected");
  });

  const read = { method: "resources/read", params: { uri: "tracker:///me" } };

  it("gets the same where a resource needs it, and a sentence where it shows forms only", async () => {
    const { error } = errorSchema.parse(await askedWith({ url: {} }, read));
    expect(error.data.elicitations[0].message).toContain("your account at Tracker");
    const answer = await askedWith({ form: {} }, read);
    expect(answer.error).toMatchObject({
      code: -32_603,
      message: expect.stringMatching(/your account at Tracker.* https?:\/\/.*\/connect\/tracker/),
    });
  });

  it("gets a failure of the tool when it shows forms only", async () => {
    const answer = await askedWith({ form: {} });
    expect(answer.error).toBeUndefined();
    expect(answer.result.isError).toBe(true);
  });
});

describe("a client of 2026-07-28", () => {
  const askedSchema = z.object({
    result: z.object({
      resultType: z.literal("input_required"),
      inputRequests: z.object({
        "connect-tracker": z.object({
          method: z.literal("elicitation/create"),
          params: elicitationSchema.strict(),
        }),
      }),
      requestState: z.string(),
    }),
  });

  async function call(token: string, elicitation: object, more: object = {}, uri?: string) {
    const init = statelessCall(token, { name: "tracker_me", arguments: {} });
    const message = JSON.parse(String(init.body));
    if (uri !== undefined) {
      const { _meta } = message.params;
      Object.assign(message, { method: "resources/read", params: { uri, _meta } });
      const headers = new Headers(init.headers);
      headers.set("mcp-method", "resources/read");
      headers.set("mcp-name", uri);
      init.headers = headers;
    }
    message.params._meta["io.modelcontextprotocol/clientCapabilities"] = { elicitation };
    Object.assign(message.params, more);
    const response = await request("/mcp", { ...init, body: JSON.stringify(message) });
    const text = await response.text();
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
  }
  const answered = (requestState: string, action: string) => ({
    requestState,
    inputResponses: { "connect-tracker": { action } },
  });

  it("gets input_required with the address, and its call goes on by itself when the person is back", async () => {
    const { access_token } = await clientOf("bob");
    const { result } = askedSchema.parse(await call(access_token, { url: {} }));
    const { url } = result.inputRequests["connect-tracker"].params;
    const browser = await signedIn("bob");
    // The client answers once the address is open, before the person has done anything there.
    const goesOn = call(access_token, { url: {} }, answered(result.requestState, "accept"));
    const shown = await follow(browser, linkIn(url), "bob");
    expect(shown.page.heading).toBe("Tracker is connected");
    expect(await goesOn).toMatchObject({ result: { structuredContent: { person: "bob" } } });
  });

  it("gets the same where a resource needs it", async () => {
    const uri = "tracker:///me";
    const { access_token } = await clientOf("bob");
    const { result } = askedSchema.parse(await call(access_token, { url: {} }, {}, uri));
    const { url } = result.inputRequests["connect-tracker"].params;
    await follow(await signedIn("bob"), linkIn(url), "bob");
    const answer = answered(result.requestState, "accept");
    expect(await call(access_token, { url: {} }, answer, uri)).toMatchObject({
      result: { contents: [{ uri, text: "bob" }] },
    });
    const other = await clientOf("alice");
    const { error } = await call(other.access_token, { form: {} }, {}, uri);
    expect(error.message).toMatch(/https?:\/\/.*\/connect\/tracker/);
  });

  it("is told that nothing is connected when the person declines", async () => {
    const { access_token } = await clientOf("alice");
    const { result } = askedSchema.parse(await call(access_token, { url: {} }));
    const answer = await call(access_token, { url: {} }, answered(result.requestState, "decline"));
    expect(answer.result).toMatchObject({
      isError: true,
      _meta: { "gatehouse/error-code": "connection_required" },
    });
  });

  it("gets a failure of the tool when it opens no addresses", async () => {
    const { access_token } = await clientOf("alice");
    const answer = await call(access_token, { form: {} });
    expect(failureOf(answer).code).toBe("connection_required");
  });
});
