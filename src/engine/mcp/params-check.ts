import * as z from "zod";

const listParams = z
  .looseObject({ cursor: z.string("must be a string").optional() }, "must be an object")
  .optional();
/** Lists that fit on one page, so that no cursor was ever issued for them. */
const wholeListParams = listParams.refine((params) => params?.cursor === undefined, {
  path: ["cursor"],
  message: "was not issued by this server: the list has one page",
});
const text = z.string("must be a string");

const methods: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  [
    "initialize",
    z.looseObject(
      {
        protocolVersion: text,
        capabilities: z.looseObject({}, "must be an object"),
        clientInfo: z.looseObject({ name: text, version: text }, "must be an object"),
      },
      "must be an object",
    ),
  ],
  ["tools/list", wholeListParams],
  ["resources/list", listParams],
  ["resources/templates/list", wholeListParams],
  ["prompts/list", wholeListParams],
  [
    "tools/call",
    z.looseObject(
      { name: text, arguments: z.record(z.string(), z.unknown(), "must be an object").optional() },
      "must be an object",
    ),
  ],
  ["resources/read", z.looseObject({ uri: text }, "must be an object")],
  [
    "prompts/get",
    z.looseObject(
      {
        name: text,
        arguments: z
          .record(z.string(), z.string("must be a string"), "must be an object")
          .optional(),
      },
      "must be an object",
    ),
  ],
]);

const requestSchema = z.object({ method: z.string(), params: z.unknown() });

/**
 * What is wrong with the params of a request, for the developer of the client. The SDKs answer such a
 * request with -32603 and a dump of their validator, as though the server had failed; JSON-RPC has -32602
 * for it (section 5.1).
 *
 * @returns undefined when nothing is wrong, and for methods that are not served here.
 */
export function wrongParams(message: unknown): string | undefined {
  const request = requestSchema.safeParse(message).data;
  const issue = request && methods.get(request.method)?.safeParse(request.params).error?.issues[0];
  return issue && `Invalid params: ${["params", ...issue.path].join(".")} ${issue.message}`;
}
