import * as z from "zod";
import { DefinitionError } from "../lib/definition-error";
import type { CompiledOperation, OperationDetail } from "./compiled";

const style = z.enum([
  "simple",
  "label",
  "matrix",
  "form",
  "spaceDelimited",
  "pipeDelimited",
  "deepObject",
]);

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  argument: z.string().exactOptional(),
  fixed: z.unknown().exactOptional(),
  required: z.literal(true).exactOptional(),
  style,
  explode: z.boolean(),
  allowReserved: z.literal(true).exactOptional(),
  contentType: z.string().exactOptional(),
});

const encodingSchema = z.object({
  contentType: z.string().exactOptional(),
  style: style.exactOptional(),
  explode: z.boolean().exactOptional(),
  allowReserved: z.literal(true).exactOptional(),
});

const bodySchema = z.object({
  argument: z.string(),
  contentType: z.string(),
  kind: z.enum(["json", "form", "multipart", "text", "bytes"]),
  required: z.boolean(),
  fixed: z.record(z.string(), z.unknown()).exactOptional(),
  encoding: z.record(z.string(), encodingSchema).exactOptional(),
  files: z.array(z.string()).exactOptional(),
});

const answerSchema = z.object({
  shape: z.string().exactOptional(),
  fields: z.array(z.string()).exactOptional(),
  leaveOut: z.array(z.enum(["nulls", "links"])).exactOptional(),
});

const detailSchema = z.object({
  input: z.looseObject({ type: z.literal("object") }),
  parameters: z.array(parameterSchema),
  body: bodySchema.exactOptional(),
  answer: answerSchema,
});

/**
 * Reads an operation's detail, as the compile step wrote it.
 *
 * @throws DefinitionError when it is no such text: it was edited, or written by another version.
 */
export function parseDetail({ name, detail }: CompiledOperation): OperationDetail {
  try {
    return detailSchema.parse(JSON.parse(detail));
  } catch (error) {
    throw new DefinitionError(
      `The operation "${name}" was not compiled by this version: run npm run openapi`,
      { cause: error },
    );
  }
}
