import * as z from "zod";

const MAX_CHARS = 300;

const text = z.string().min(1).optional().catch(undefined);

/** The shapes in which APIs say what is wrong: RFC 9457, RFC 6749, and what is common besides. */
const problemSchema = z.object({
  detail: text,
  title: text,
  error_description: text,
  message: text,
  error: z
    .union([z.string(), z.object({ message: z.string() })])
    .optional()
    .catch(undefined),
  errors: z
    .array(z.object({ message: z.string() }))
    .optional()
    .catch(undefined),
});

/**
 * What an API says is wrong, for the model and the person to read: one line, short, and quoted,
 * because it is another system's text and may try to speak to the model.
 *
 * @param body of an answer with an error status.
 * @returns undefined when it says nothing that can be read.
 */
export function problemText(body: string): string | undefined {
  const said = saidIn(body);
  if (said === undefined) return undefined;
  const line = said.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  if (line === "") return undefined;
  return JSON.stringify(line.length > MAX_CHARS ? `${line.slice(0, MAX_CHARS)} …` : line);
}

function saidIn(body: string): string | undefined {
  try {
    const problem = problemSchema.parse(JSON.parse(body));
    const { error } = problem;
    return (
      problem.detail ??
      problem.error_description ??
      problem.errors?.map(({ message }) => message).join("; ") ??
      problem.message ??
      problem.title ??
      (typeof error === "object" ? error.message : error)
    );
  } catch {
    // A page or a stack trace is no use to anybody here.
    return undefined;
  }
}
