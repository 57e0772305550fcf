import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Found, Sent } from "./oracle.ts";

const record = z.record(z.string(), z.unknown());
const isPrimitive = (value: unknown) => value === null || typeof value !== "object";

/**
 * Compares what a request carries with what was given for it.
 *
 * @param mediaTypes those that the document has, in its order.
 */
export async function bodyProblem(
  mediaTypes: readonly string[],
  { headers, body }: Sent,
  given: unknown,
): Promise<Found | undefined> {
  // A form without fields is an empty text.
  if (isDeepStrictEqual(given, {}) && body === undefined) return undefined;
  if (given === undefined || body === undefined) {
    return { finding: "lost body", about: mediaTypes.join(", ") };
  }
  const [sentType = ""] = (headers.get("content-type") ?? "").toLowerCase().split(";");
  const declared = mediaTypes.map((type) => type.toLowerCase().split(";")[0]?.trim());
  const wrong = (about: string) =>
    ({ finding: "wrong serialisation", about: `body: ${about}` }) as const;
  if (
    !declared.some((type) => type === sentType || type === "*/*" || matches(type ?? "", sentType))
  ) {
    return wrong(`${sentType} for ${declared.join(", ")}`);
  }
  const text = new TextDecoder().decode(body);
  if (/[/+]json$/.test(sentType)) {
    return isDeepStrictEqual(JSON.parse(text), given) ? undefined : wrong("JSON differs");
  }
  if (sentType === "application/x-www-form-urlencoded")
    return formProblem(new URLSearchParams(text), given);
  if (sentType === "multipart/form-data") {
    const form = await new Response(new Uint8Array(body), { headers }).formData();
    const keys = [...form.keys()];
    const missing = Object.entries(record.parse(given)).flatMap(([name, value]) =>
      isSent(keys, name, value) ? [] : name,
    );
    return missing.length === 0 ? undefined : wrong(`without ${missing.join(", ")}`);
  }
  return undefined;
}

/** A form has no way to say that a list or an object is empty. */
const isEmpty = (value: unknown): boolean =>
  !isPrimitive(value) && Object.values(value ?? {}).every(isEmpty);
const matches = (range: string, type: string) =>
  range.endsWith("/*") && type.startsWith(range.slice(0, -1));

/** Under its name, with its members in brackets, or as its members, which the style form may make of it. */
function isSent(keys: readonly string[], name: string, value: unknown): boolean {
  if (isEmpty(value) || keys.some((key) => key === name || key.startsWith(`${name}[`))) return true;
  if (isPrimitive(value) || Array.isArray(value)) return false;
  return Object.keys(value ?? {}).every((member) => keys.includes(member));
}

/** The primitive members, and the names of all: how the rest is written depends on the Encoding Objects. */
function formProblem(form: URLSearchParams, given: unknown) {
  const keys = [...form.keys()];
  for (const [name, value] of Object.entries(record.parse(given))) {
    if (isPrimitive(value) ? form.get(name) !== String(value) : !isSent(keys, name, value)) {
      return {
        finding: "wrong serialisation",
        about: `body: ${name}=${form.get(name)}`,
      } as const;
    }
  }
  return undefined;
}
