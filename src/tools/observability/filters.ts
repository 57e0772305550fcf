import * as z from "zod";

/** Fields that nearly every event has; others depend on what a Worker logs. */
export const KEY_HINT =
  "such as $metadata.service (the Worker's name), $metadata.level, $metadata.error, $metadata.message, " +
  "$metadata.trigger (like GET /path), $metadata.requestId, $workers.outcome, " +
  "$workers.event.response.status, $workers.wallTimeMs, or a field that the Worker logs. " +
  "observability_keys lists the existing ones: do not guess";

export const keySchema = z.string().min(1).max(300);
export const valueType = z.enum(["string", "number", "boolean"]);

const scalar = z.union([z.string().max(2_000), z.number(), z.boolean()]);

const OPERATIONS = [
  ...["eq", "neq", "gt", "gte", "lt", "lte"],
  ...["includes", "not_includes", "starts_with", "regex"],
  ...["exists", "is_null", "in", "not_in"],
] as const;
const WITHOUT_VALUE = ["exists", "is_null"];
const WITH_LIST = ["in", "not_in"];

const filterSchema = z
  .object({
    key: keySchema.describe(`A field, ${KEY_HINT}`),
    operation: z
      .enum(OPERATIONS)
      .describe("regex takes RE2 without lookarounds; in and not_in take a list"),
    value: z
      .union([scalar, z.array(scalar).min(1).max(100)])
      .optional()
      .describe(
        "What to compare with, exactly as it is in the logs (observability_values lists values); none with exists and is_null",
      ),
    type: valueType.optional().describe("The field's type; by default the type of the value"),
  })
  .refine(({ operation, value }) => (value === undefined) === WITHOUT_VALUE.includes(operation), {
    error: "every operation needs a value, except exists and is_null, which take none",
    path: ["value"],
  })
  .refine(({ operation, value }) => !Array.isArray(value) || WITH_LIST.includes(operation), {
    error: "only in and not_in take a list",
    path: ["value"],
  });

export const filtersSchema = z
  .array(filterSchema)
  .max(50)
  .default([])
  .describe(
    'Conditions, such as [{"key": "$metadata.service", "operation": "eq", "value": "my-worker"}, {"key": "$metadata.error", "operation": "exists"}]',
  );

/** A filter as the API expects it: always with a type, and lists as text. */
export function filterOnWire({ key, operation, value, type }: z.infer<typeof filterSchema>) {
  const [first] = [value].flat();
  const wireType = type ?? valueType.catch("string").parse(typeof first);
  return {
    key,
    operation,
    type: wireType,
    ...(value !== undefined && { value: Array.isArray(value) ? value.join(",") : value }),
  };
}

export const needleSchema = z
  .union([
    z.string().min(1).max(500),
    z.object({
      value: scalar,
      isRegex: z.boolean().optional(),
      matchCase: z.boolean().optional(),
    }),
  ])
  .optional();

export function needleOnWire(needle: z.infer<typeof needleSchema>) {
  return typeof needle === "string" ? { value: needle, isRegex: false, matchCase: false } : needle;
}

export const datasetsSchema = z
  .array(z.string().max(100))
  .max(20)
  .default([])
  .describe("Leave it empty for all");
