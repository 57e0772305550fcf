import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import type { PersonId } from "../../dev/local-servers/people.ts";
import { browse, MCP } from "../worker/as-client.ts";
import { post } from "../worker/mcp-client.ts";
import { clientOf, connected, SCOPE, seenAt, startAfresh } from "./service.ts";

/** Tools of a compiled document in front of a real service, called as people who connected it. */

beforeEach(startAfresh);

const ALL = `${SCOPE} issues:read issues:write`;

/** A client of a person, who has connected the service, with these scopes. */
async function tokenOf(person: PersonId, scope = ALL): Promise<string> {
  const { access_token } = await connected(person, person, "tracker_me", scope);
  return access_token;
}

const answerSchema = z.object({
  status: z.number(),
  data: z.object({
    person: z.string(),
    received: z.object({
      method: z.string(),
      url: z.string(),
      body: z.string(),
      type: z.string().optional(),
      cookie: z.string().optional(),
    }),
  }),
});

type Mode = "legacy" | { pin: string };

async function open(mode: Mode, token: string, answer?: (message: string) => object) {
  const capabilities = answer === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client(
    { name: "openapi-test", version: "1" },
    { versionNegotiation: { mode }, capabilities },
  );
  if (answer !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) =>
      z
        .object({
          action: z.enum(["accept", "decline"]),
          content: z.record(z.string(), z.boolean()),
        })
        .parse(answer(params.message)),
    );
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(MCP), {
      fetch: browse,
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  onTestFinished(() => client.close());
  return {
    list: async () => (await client.listTools()).tools,
    call: (name: string, args: Record<string, unknown>) =>
      client.callTool({ name, arguments: args }),
    async use(name: string, args: Record<string, unknown>) {
      const { structuredContent } = await client.callTool({ name, arguments: args });
      return answerSchema.parse(structuredContent);
    },
  };
}

const agree = { action: "accept", content: { confirm: true } };

describe.each([
  ["2025-11-25", "legacy" as const],
  ["2026-07-28", { pin: "2026-07-28" }],
])("MCP %s", (_version, mode) => {
  it("lists operations by scope, with the schema that was compiled", async () => {
    const [reader, writer] = await Promise.all(
      [`${SCOPE} issues:read`, ALL].map((scope) => clientOf("alice", undefined, scope)),
    );
    const read = await (await open(mode, reader?.access_token ?? "")).list();
    expect(read.map(({ name }) => name)).toEqual(["tracker_me", "calendar_me", "list_issues"]);
    const tools = await (await open(mode, writer?.access_token ?? "")).list();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["list_issues", "update_issue", "delete_issue"]),
    );
    expect(tools.find(({ name }) => name === "delete_issue")).toMatchObject({
      annotations: { destructiveHint: true },
      inputSchema: { type: "object", required: ["id"], additionalProperties: false },
      outputSchema: { type: "object", required: [] },
    });
  });

  it("sends what the document asks for, as the person, with their own token", async () => {
    const token = await tokenOf("alice");
    const client = await open(mode, token);
    const args = { labels: '["a,b","c&d"]', filter: { state: "open" }, session: "x; y=z" };
    const { data } = await client.use("list_issues", args);
    expect(data).toMatchObject({
      person: "alice",
      received: {
        method: "GET",
        url: "/api/issues?labels=a%2Cb,c%26d&filter%5Bstate%5D=open&version=2",
        cookie: "session=x%3B%20y%3Dz",
      },
    });
    const patched = await client.use("update_issue", { id: "7", body: { note: null } });
    expect(patched.data.received).toMatchObject({
      ...{ method: "PATCH", url: "/api/issues/7", body: '{"note":null}' },
      type: "application/merge-patch+json",
    });
    const { tokens } = await seenAt("tracker");
    expect(tokens.length).toBeGreaterThan(1);
    // The caller's own token reaches no API (MCP authorization, "Access Token Privilege Restriction").
    expect(tokens).not.toContain(token);
  });

  it("calls as each of two people", async () => {
    const clients = await Promise.all(
      (["alice", "bob"] as const).map(async (person) => open(mode, await tokenOf(person))),
    );
    const answers = await Promise.all(clients.map((client) => client.use("list_issues", {})));
    expect(answers.map(({ data }) => data.person)).toEqual(["alice", "bob"]);
    expect(new Set((await seenAt("tracker")).tokens).size).toBe(2);
  });

  it("asks before it deletes, and deletes nothing unless the person agrees", async () => {
    const asked: string[] = [];
    const token = await tokenOf("alice");
    const agreeing = await open(mode, token, (message) => {
      asked.push(message);
      return agree;
    });
    const { data } = await agreeing.use("delete_issue", { id: 7 });
    expect(data.received).toMatchObject({ method: "DELETE", url: "/api/issues/7" });
    expect(asked).toEqual(["Delete the issue?\nDelete an issue\nid: 7"]);
    const before = (await seenAt("tracker")).tokens.length;
    const declining = await open(mode, token, () => ({ action: "decline", content: {} }));
    const clientsThatDoNot = [declining, await open(mode, token)];
    for (const client of clientsThatDoNot) {
      // In 2026-07-28, a client that cannot ask gets an error of the protocol.
      const failed = client.call("delete_issue", { id: 7 }).catch(() => ({ isError: true }));
      expect(await failed).toMatchObject({ isError: true });
    }
    expect((await seenAt("tracker")).tokens).toHaveLength(before);
  });

  it("finds, describes and calls one of many, and asks before it deletes", async () => {
    const asked: string[] = [];
    const token = await tokenOf("alice", `${SCOPE} large:read large:write`);
    const client = await open(mode, token, (message) => {
      asked.push(message);
      return agree;
    });
    const names = (await client.list()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["search_operations", "call_write_operation"]));
    const found = await client.call("search_operations", { query: "remove an issue" });
    expect(found.structuredContent).toMatchObject({
      operations: expect.arrayContaining([
        expect.objectContaining({ operation: "delete_issue", call_with: "call_write_operation" }),
      ]),
    });
    const described = await client.call("describe_operation", { operation: "delete_issue" });
    expect(described.structuredContent).toMatchObject({ arguments: { required: ["id"] } });
    const read = await client.use("call_read_operation", { operation: "list_issues" });
    expect(read.data).toMatchObject({ person: "alice", received: { method: "GET" } });
    const deleting = { operation: "delete_issue", arguments: { id: 7 } };
    expect(await client.call("call_read_operation", deleting)).toMatchObject({ isError: true });
    const deleted = await client.use("call_write_operation", deleting);
    expect(deleted.data.received).toMatchObject({ method: "DELETE", url: "/api/issues/7" });
    expect(asked).toEqual(["Delete the issue?\nDelete an issue\nid: 7"]);
  });

  it("says what is wrong with an argument, and reaches nothing", async () => {
    const client = await open(mode, await tokenOf("alice"));
    const before = (await seenAt("tracker")).tokens.length;
    const wrong = await client.call("update_issue", { id: 0, body: {}, lables: 1 });
    expect(wrong).toMatchObject({
      isError: true,
      content: [
        {
          text: 'Wrong arguments: at id: 0 is less than 1.\nunknown argument "lables": there are "id", "body"',
        },
      ],
    });
    expect((await seenAt("tracker")).tokens).toHaveLength(before);
  });
});

const call = { name: "delete_issue", arguments: { id: 7 } };
const stateless = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};

it.each([
  ["2025-11-25", {}, {}],
  [
    "2026-07-28",
    stateless,
    {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "delete_issue",
    },
  ],
])(
  "MCP %s: a call beyond the token's scopes is 403 with the scopes that it needs",
  async (version, more, headers) => {
    const token = await tokenOf("alice", `${SCOPE} issues:read`);
    const session: Record<string, string> = {};
    if (version === "2025-11-25") {
      const initialize = {
        ...{ protocolVersion: version, capabilities: {}, clientInfo: { name: "t", version: "1" } },
      };
      const { response } = await post(token, {
        ...{ jsonrpc: "2.0", id: 0, method: "initialize", params: initialize },
      });
      session["mcp-session-id"] = response.headers.get("mcp-session-id") ?? "";
    }
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...call, ...more } };
    const { response } = await post(token, message, { ...headers, ...session });
    expect(response.status).toBe(403);
    const challenge = response.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('error="insufficient_scope"');
    expect(/scope="([^"]*)"/.exec(challenge)?.[1]?.split(" ")).toContain("issues:write");
  },
);
