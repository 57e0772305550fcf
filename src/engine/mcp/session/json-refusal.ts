import * as z from "zod";
import { jsonRpcError } from "../message";

const errorSchema = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

/**
 * A refusal by McpAgent, declared as JSON. McpAgent sends it as text, and clients read an error's body by its type
 * to decide what to do next. Any other answer comes back unchanged.
 */
export async function jsonRefusal(response: Response): Promise<Response> {
  if (response.ok || response.headers.get("content-type")?.startsWith("application/json")) {
    return response;
  }
  const text = await response.text();
  const { code, message } = errorIn(text) ?? { code: -32_000, message: text };
  return jsonRpcError(response.status, code, message);
}

function errorIn(text: string): { code: number; message: string } | undefined {
  try {
    return errorSchema.safeParse(JSON.parse(text)).data?.error;
  } catch {
    return undefined;
  }
}
