import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import * as z from "zod";
import { defineApi } from "../../src/engine/config";
import { openIdConnect } from "../../src/engine/providers/openid-connect";
import { defineServer } from "../../src/engine/server";
import { largeApiToolset, largeApiWith } from "../fixture/large-api.ts";
import { connect, MCP, type Tokens } from "./as-client.ts";
import { theStored } from "./audited.ts";
import { gatehouseWith } from "./gatehouse-with.ts";
import { Session, statelessCall } from "./mcp-client.ts";
import { requestsTo, script } from "./scripted.ts";

const api = defineApi({
  ...{ name: "tickets", variables: "TICKETS" },
  access: { by: "key", in: { header: "x-api-key" } },
});
// Scopes that the server has where these people sign in.
const compiled = largeApiWith({
  read: "notes:read",
  write: "notes:write",
  invoices: "account:read",
});
const reach = gatehouseWith(
  { TICKETS_URL: `${inject("scriptedOrigin")}/large`, TICKETS_KEY: "key" },
  defineServer({
    name: "Large",
    toolsets: [largeApiToolset(api, { compiled })],
    identityProviders: [openIdConnect],
    apis: [api],
  }),
);

type Person = Tokens & { clientId: string };
/** Who reads, and who also writes. */
let alice: Person;
let bob: Person;
beforeAll(async () => {
  [alice, bob] = await Promise.all([
    connect({ change: { scope: "notes:read" } }),
    connect({ person: "bob", change: { scope: "notes:read notes:write" } }),
  ]);
  const items = Array.from({ length: 2_000 }, (_, id) => ({ id: `t${id}`, title: `Ticket ${id}` }));
  const json = (body: unknown) => ({
    status: 200,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  await script("/large/tickets", json({ items }));
  await script("/large/tickets/t1", json({ id: "t1", title: "One" }));
});

/** A client of MCP 2026-07-28 whose person answers questions so. */
async function open({ access_token }: Person, confirm = true) {
  const client = new Client(
    { name: "large-api-test", version: "1" },
    {
      versionNegotiation: { mode: { pin: "2026-07-28" } },
      capabilities: { elicitation: { form: {} } },
    },
  );
  const questions: unknown[] = [];
  client.setRequestHandler("elicitation/create", ({ params }) => {
    questions.push(params.message);
    return { action: "accept", content: { confirm } };
  });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: reach,
      requestInit: { headers: { authorization: `Bearer ${access_token}` } },
    }),
  );
  onTestFinished(() => client.close());
  const call = (name: string, args: Record<string, unknown>) =>
    client.callTool({ name, arguments: args });
  return { client, call, questions };
}

const outputSchema = z.looseObject({
  operations: z.array(z.looseObject({ operation: z.string() })).optional(),
  data: z.looseObject({ items: z.array(z.unknown()).optional() }).optional(),
  continue_from: z.string().optional(),
});

const deleting = { operation: "delete_ticket", arguments: { id: "t1" } };

describe("a large API", () => {
  it("is found, described and read, page after page", async () => {
    const { client, call } = await open(alice);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
      "search_operations",
      "describe_operation",
      "call_read_operation",
      "call_write_operation",
      "list_tickets",
    ]);
    const found = outputSchema.parse(
      (await call("search_operations", { query: "show all tickets" })).structuredContent,
    );
    expect(found.operations?.[0]).toMatchObject({
      operation: "list_tickets",
      call_with: "call_read_operation",
    });
    const described = await call("describe_operation", { operation: "list_tickets" });
    expect(described.structuredContent).toMatchObject({
      arguments: { properties: { status: { type: "string" } } },
    });
    const seen: unknown[] = [];
    let continue_from: string | undefined;
    do {
      const { structuredContent, isError } = await call("call_read_operation", {
        operation: "list_tickets",
        ...(continue_from !== undefined && { continue_from }),
      });
      expect(isError).toBeFalsy();
      const page = outputSchema.parse(structuredContent);
      seen.push(...(page.data?.items ?? []));
      continue_from = page.continue_from;
    } while (continue_from !== undefined);
    expect(seen).toHaveLength(2_000);
  });

  it("says to each person what they have not given", async () => {
    const missing = async (person: Person) => {
      const { call } = await open(person);
      const { structuredContent } = await call("search_operations", { query: "ticket invoice" });
      return outputSchema
        .parse(structuredContent)
        .operations?.filter(({ access }) => access !== undefined)
        .map(({ operation }) => operation)
        .toSorted();
    };
    expect(await missing(alice)).toEqual(["close_ticket", "delete_ticket", "list_invoices"]);
    expect(await missing(bob)).toEqual(["list_invoices"]);
  });

  it("asks before it deletes, and does it once the person agrees", async () => {
    const before = await requestsTo("/large/tickets/t1");
    const refusing = await open(bob, false);
    expect(await refusing.call("call_write_operation", deleting)).toMatchObject({ isError: true });
    expect(await requestsTo("/large/tickets/t1")).toHaveLength(before.length);
    const agreeing = await open(bob);
    const { isError } = await agreeing.call("call_write_operation", deleting);
    expect(isError).toBeFalsy();
    expect(agreeing.questions).toEqual([expect.stringContaining("Delete the ticket?")]);
    const methods = (await requestsTo("/large/tickets/t1")).map(({ method }) => method);
    expect(methods.slice(before.length)).toEqual(["DELETE"]);
  });

  it("has the operation's name in the audit, and nothing else of its arguments", async () => {
    const carol = await connect({ change: { scope: "notes:read" } });
    const { call } = await open(carol);
    await call("call_read_operation", { operation: "get_ticket", arguments: { id: "t1" } });
    expect(
      await theStored("tool_call", ({ clientId }) => clientId === carol.clientId),
    ).toMatchObject({
      tool: "call_read_operation",
      readOnly: true,
      outcome: "ok",
      safeArguments: { operation: "get_ticket" },
    });
  });
});

describe("a call beyond the token's scopes", () => {
  const legacyCall = async ({ access_token }: Person, args: object) => {
    const { id } = await Session.open(access_token);
    return reach(MCP, {
      method: "POST",
      headers: {
        authorization: `Bearer ${access_token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": "2025-11-25",
        "mcp-session-id": id,
      },
      body: JSON.stringify({
        ...{ jsonrpc: "2.0", id: 9, method: "tools/call" },
        params: { name: "call_write_operation", arguments: args },
      }),
    });
  };

  it.each([
    ["2025-11-25", legacyCall],
    [
      "2026-07-28",
      ({ access_token }: Person, args: Record<string, unknown>) =>
        reach(MCP, statelessCall(access_token, { name: "call_write_operation", arguments: args })),
    ],
  ])("is answered with the scopes of its operation, in MCP %s", async (_version, send) => {
    const response = await send(alice, deleting);
    expect(response.status).toBe(403);
    const challenge = response.headers.get("www-authenticate");
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="notes:read notes:write"');
    expect(challenge).not.toContain("account:read");
  });

  it("is none where it could not be carried out anyway", async () => {
    const wrong = { operation: "delete_ticket", arguments: {} };
    const response = await reach(
      MCP,
      statelessCall(alice.access_token, { name: "call_write_operation", arguments: wrong }),
    );
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Wrong arguments");
  });
});
