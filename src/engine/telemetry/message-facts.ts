import * as z from "zod";

const METHODS = [
  "initialize",
  "ping",
  "server/discover",
  "tools/list",
  "tools/call",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "logging/setLevel",
  "subscriptions/listen",
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
  "notifications/roots/list_changed",
] as const;

/** What a POST carries, from a fixed set: MCP's methods, an answer of the client, or several messages. */
export type RpcMethod = (typeof METHODS)[number] | "response" | "batch" | "other";

const named: ReadonlyMap<string, RpcMethod> = new Map(METHODS.map((method) => [method, method]));

const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const clientInfoSchema = z.object({ name: z.string() }).optional().catch(undefined);
const messageSchema = z.object({
  method: z.string().optional(),
  params: z
    .object({
      name: z.string().optional().catch(undefined),
      clientInfo: clientInfoSchema,
      _meta: z
        .object({ [CLIENT_INFO]: clientInfoSchema })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** What telemetry needs of one message. */
export type MessageFacts = {
  readonly rpcMethod: RpcMethod;
  /** Of a call: the tool's name, or `unknown` if the caller has no tool of that name. */
  readonly tool?: string;
  /** The client's own text, never to be logged itself (client-family.ts). */
  readonly clientName?: string | undefined;
};

/**
 * @param message any JSON that a client has sent.
 * @param isTool whether the caller has a tool of that name: any other text of the client is not a name.
 */
export function messageFacts(message: unknown, isTool: (name: string) => boolean): MessageFacts {
  if (Array.isArray(message)) return { rpcMethod: "batch" };
  const parsed = messageSchema.safeParse(message);
  if (!parsed.success) return { rpcMethod: "other" };
  const { method, params } = parsed.data;
  if (method === undefined) return { rpcMethod: "response" };
  const rpcMethod = named.get(method) ?? "other";
  const clientName = params?.clientInfo?.name ?? params?._meta?.[CLIENT_INFO]?.name;
  if (rpcMethod !== "tools/call") return { rpcMethod, clientName };
  const { name = "" } = params ?? {};
  return { rpcMethod, clientName, tool: isTool(name) ? name : "unknown" };
}
