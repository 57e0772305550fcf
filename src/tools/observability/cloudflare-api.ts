import * as z from "zod";
import type { ApiClient } from "../../engine/upstream/api-client";
import type { ApiRequest } from "../../engine/upstream/api-request";
import { problemText } from "../../engine/upstream/problem-text";
import { UpstreamError } from "../../engine/upstream/upstream-error";

/** What every answer of the API is wrapped in. */
const refusedSchema = z.object({
  success: z.literal(false),
  errors: z.unknown().optional(),
});

const pageInfoSchema = z.object({ total_count: z.number().optional() }).optional().catch(undefined);

/**
 * Sends a request to Cloudflare's API and takes its `result` out of the envelope.
 *
 * @param result as lenient as possible: unknown values and fields must not make the answer unreadable.
 * @throws UpstreamError
 */
export async function callCloudflare<Result>(
  api: ApiClient,
  { result, ...request }: ApiRequest & { readonly result: z.ZodType<Result> },
): Promise<{ result: Result; totalCount: number | undefined }> {
  const done = z.object({ result, result_info: pageInfoSchema });
  const answer = await api.request({ ...request, answer: z.union([refusedSchema, done]) });
  if ("success" in answer) {
    const said = problemText(JSON.stringify({ errors: answer.errors }));
    throw new UpstreamError(
      "invalid_request",
      `Cloudflare rejected the request${said === undefined ? "." : `. It says: ${said}.`}`,
    );
  }
  return { result: answer.result, totalCount: answer.result_info?.total_count };
}
