import * as z from "zod";
import { effects } from "./effects.ts";

/** What people may say of a parameter, or of a property of the body. */
const valueSchema = z
  .strictObject({
    fixed: z.json().optional(),
    "leave-out": z.boolean().optional(),
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, "use 1 to 64 of A-Z, a-z, 0-9, _, . and -")
      .optional(),
    description: z.string().min(1).optional(),
  })
  .refine(
    (value) => !("fixed" in value && value["leave-out"] === true),
    "either `fixed` or `leave-out`",
  );

export type ValueSettings = z.output<typeof valueSchema>;

const answerSchema = z.strictObject({
  fields: z.array(z.string().min(1)).min(1).optional(),
  "leave-out": z.array(z.enum(["nulls", "links"])).optional(),
});

/** RFC 6749, section 3.3: a scope-token. */
const scopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, "a scope is one word without quotation marks");

const operationSchema = z.strictObject({
  on: z.boolean(),
  name: z.string().regex(/^[a-z0-9_]{1,48}$/, "use 1 to 48 of a-z, 0-9 and _"),
  title: z.string().min(1),
  description: z.string().min(1).optional(),
  scope: z.union([scopeName, z.array(scopeName)]),
  effect: z.enum(effects),
  repeatable: z.boolean().optional(),
  confirm: z.union([z.boolean(), z.string().min(1)]).optional(),
  favourite: z.boolean().optional(),
  parameters: z.record(z.string(), valueSchema).optional(),
  body: z.record(z.string(), valueSchema).optional(),
  answer: answerSchema.optional(),
  deprecated: z.literal(true).optional(),
  gone: z.literal(true).optional(),
});

export type OperationSettings = z.output<typeof operationSchema>;

export const catalogueSchema = z.strictObject({
  document: z.strictObject({
    source: z.string().min(1),
    title: z.string(),
    version: z.string(),
  }),
  offer: z.enum(["tools", "search"]),
  scopes: z.record(
    scopeName,
    z.strictObject({
      description: z.string().min(1),
      group: z.string().min(1).optional(),
      baseline: z.boolean(),
      implies: z.array(scopeName).optional(),
    }),
  ),
  servers: z.record(z.url(), z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)).optional(),
  operations: z.record(z.string(), operationSchema),
});

/** What people reviewed: operations.yaml. */
export type Catalogue = z.output<typeof catalogueSchema>;

/** The keys that there are at a place in the catalogue, where they are not people's own. */
export function knownKeysAt(path: readonly PropertyKey[]): string[] {
  const [top, , inside, ...rest] = path;
  if (top === undefined) return Object.keys(catalogueSchema.shape);
  if (top === "document") return Object.keys(catalogueSchema.shape.document.shape);
  if (top === "scopes") return Object.keys(catalogueSchema.shape.scopes.valueType.shape);
  if (top !== "operations") return [];
  if (inside === undefined) return Object.keys(operationSchema.shape);
  if (inside === "answer") return Object.keys(answerSchema.shape);
  return rest.length > 0 ? Object.keys(valueSchema.shape) : [];
}
