import type { SubjectName } from "../servers/subjects.ts";
import type { HttpClient } from "./http-client.ts";
import { expectText } from "./mcp-answers.ts";
import { McpClient } from "./mcp-client.ts";

/** What is measured, and how reports call it. */
export const operations = {
  "session-call": "tools/call in a session",
  "session-start": "new session",
  "session-list": "tools/list in a session",
  "stateless-call": "tools/call, stateless",
  "stateless-list": "tools/list, stateless",
  hello: "hello",
  object: "object round trip",
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

const sessions = (["gatehouse", "mcp-agent"] as const).flatMap((subject): Case[] => [
  { operation: "session-call", subject, connect: inSession((mcp, id) => mcp.callInSession(id)) },
  {
    operation: "session-start",
    subject,
    async connect(http, accessToken) {
      const mcp = new McpClient(http, accessToken);
      return async () => void (await mcp.openSession());
    },
  },
  { operation: "session-list", subject, connect: inSession((mcp, id) => mcp.listInSession(id)) },
]);

const stateless = (["gatehouse", "mcp-handler"] as const).flatMap((subject): Case[] => [
  { operation: "stateless-call", subject, connect: statelessly((mcp) => mcp.callStatelessly()) },
  { operation: "stateless-list", subject, connect: statelessly((mcp) => mcp.listStatelessly()) },
]);

const floors: readonly Case[] = [
  { operation: "hello", subject: "floors", connect: getting("/hello", "hello") },
  { operation: "object", subject: "floors", connect: getting("/object", "object") },
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
