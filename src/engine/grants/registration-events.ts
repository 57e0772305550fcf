import * as z from "zod";
import { auditFor } from "../audit/audit";
import { requestIdOf } from "../lib/request-id";

type Handler = (request: Request, env: Env, ctx: ExecutionContext) => Promise<Response>;

/** RFC 7591, sections 3.2.1 and 3.2.2. */
const answerSchema = z.object({
  client_id: z.string().optional(),
  error: z
    .string()
    .regex(/^[a-z_]{1,64}$/)
    .optional(),
});

/** Records which clients register here, and which may not. */
export function recordingRegistrations(register: Handler): Handler {
  return async (request, env, ctx) => {
    const response = await register(request, env, ctx);
    if (request.method !== "POST") return response;
    const { client_id, error } =
      answerSchema.safeParse(
        await response
          .clone()
          .json()
          .catch(() => undefined),
      ).data ?? {};
    const requestId = requestIdOf(request);
    const { record, recordRefusal } = auditFor(env);
    if (response.ok) {
      const ids = { ...(client_id !== undefined && { clientId: client_id }), requestId };
      record({ kind: "registration", outcome: "ok", ...ids });
    } else {
      const reason = { ...(error !== undefined && { error }), requestId };
      recordRefusal({ kind: "registration", outcome: "refused", ...reason });
    }
    return response;
  };
}
