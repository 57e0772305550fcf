import type { SubjectName } from "../servers/subjects.ts";
import type { HttpClient } from "./http-client.ts";
import { expectText } from "./mcp-answers.ts";
import { McpClient } from "./mcp-client.ts";

/** What is measured, and how reports call it. */
export const operations = {
  "session-call": "tools/call in a session",
  "session-start": "new session",
  "session-whole": "a client's session",
  "session-list": "tools/list in a session",
  "stateless-call": "tools/call, stateless",
  "stateless-list": "tools/list, stateless",
  hello: "hello",
  object: "object round trip",
  "new-object": "new object, one row",
  kv: "KV read",
  "token-check": "token check",
} as const;
export type OperationName = keyof typeof operations;

/** What one connection does again and again: done when the answer is there and is right. */
export type Step = () => Promise<void>;

/** One operation of one Worker. */
export type Case = {
  readonly operation: OperationName;
  readonly subject: SubjectName;
  /** Makes ready what a connection needs, such as an open session, which is not measured. */
  connect(http: HttpClient, accessToken: string): Promise<Step>;
};

const sessions: readonly Case[] = [
  ...of(["gatehouse", "mcp-agent"], {
    operation: "session-call",
    connect: inSession((mcp, id) => mcp.callInSession(id)),
  }),
  ...of(["gatehouse", "mcp-agent"], {
    operation: "session-start",
    async connect(http, accessToken) {
      const mcp = new McpClient(http, accessToken);
      return async () => void (await mcp.openSession());
    },
  }),
  ...of(["gatehouse", "mcp-agent"], {
    operation: "session-whole",
    async connect(http, accessToken) {
      const mcp = new McpClient(http, accessToken);
      return () => mcp.wholeSession();
    },
  }),
  ...of(["gatehouse", "mcp-agent"], {
    operation: "session-list",
    connect: inSession((mcp, id) => mcp.listInSession(id)),
  }),
];

const stateless: readonly Case[] = [
  ...of(["gatehouse", "mcp-handler"], {
    operation: "stateless-call",
    connect: statelessly((mcp) => mcp.callStatelessly()),
  }),
  ...of(["gatehouse", "mcp-handler"], {
    operation: "stateless-list",
    connect: statelessly((mcp) => mcp.listStatelessly()),
  }),
];

const floors: readonly Case[] = [
  { operation: "hello", subject: "floors", connect: getting("/hello", "hello") },
  { operation: "object", subject: "floors", connect: getting("/object", "object") },
  { operation: "new-object", subject: "floors", connect: getting("/new-object", "new object") },
  {
    operation: "kv",
    subject: "floors",
    async connect(http, accessToken) {
      expectText(await http.send({ method: "PUT", path: "/kv" }), "value");
      return getting("/kv", "value")(http, accessToken);
    },
  },
  {
    operation: "token-check",
    subject: "token-check",
    async connect(http, accessToken) {
      const headers = { authorization: `Bearer ${accessToken}` };
      return async () =>
        expectText(await http.send({ method: "POST", path: "/mcp", headers }), "checked");
    },
  },
];

/**
 * Every case, in the order of reports. Those of one operation are neighbours, so that they are measured
 * within seconds of each other.
 */
export const cases: readonly Case[] = Object.keys(operations).flatMap((name) =>
  [...sessions, ...stateless, ...floors].filter(({ operation }) => operation === name),
);

/** The same of several Workers. */
function of(names: readonly SubjectName[], each: Omit<Case, "subject">): Case[] {
  return names.map((subject) => ({ ...each, subject }));
}

function inSession(use: (mcp: McpClient, sessionId: string) => Promise<void>): Case["connect"] {
  return async (http, accessToken) => {
    const mcp = new McpClient(http, accessToken);
    const sessionId = await mcp.openSession();
    return () => use(mcp, sessionId);
  };
}

function statelessly(use: (mcp: McpClient) => Promise<void>): Case["connect"] {
  return async (http, accessToken) => {
    const mcp = new McpClient(http, accessToken);
    return () => use(mcp);
  };
}

function getting(path: string, expected: string): Case["connect"] {
  return async (http) => async () => expectText(await http.send({ method: "GET", path }), expected);
}
