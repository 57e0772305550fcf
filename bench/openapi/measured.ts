import * as z from "zod";

/** What is measured: us, and what others would use. */
export const subjects = ["gatehouse", "connector", "from-openapi", "search-and-execute"] as const;
export type SubjectName = (typeof subjects)[number];

/** What can be wrong with the request of an operation, or with there being none. */
export const kinds = [
  "missing",
  "unfilled path",
  "lost body",
  "lost parameter",
  "wrong serialisation",
  "no request",
  // The generator of arguments finds no value for the schema, so nothing can be said.
  "not compared",
] as const;
export type Kind = (typeof kinds)[number];

const count = z.number().int().min(0);

/** What a process that measures one document sends, in this order. */
export const messageSchema = z.discriminatedUnion("phase", [
  z.object({
    phase: z.literal("prepared"),
    cpuSeconds: z.number(),
    wallSeconds: z.number(),
    /** The largest resident set, with Node.js and the document in it. */
    peakMiB: z.number(),
    /** Of compiled.ts, for us. */
    compiledKiB: z.number().optional(),
    /** Operations that could not be compiled. */
    faults: count.optional(),
  }),
  z.object({
    phase: z.literal("called"),
    right: count,
    /** How many operations show each; one may show several. */
    found: z.record(z.enum(kinds), count),
    /** One operation of each kind, to look into. */
    examples: z.partialRecord(z.enum(kinds), z.string()),
  }),
  z.object({ phase: z.literal("listed"), tokens: count }),
]);
export type Message = z.output<typeof messageSchema>;
type Phase<Name extends Message["phase"]> = Omit<Extract<Message, { phase: Name }>, "phase">;

/** What was found of one document; a phase is not there where its process ended before. */
export type Measured = {
  readonly subject: SubjectName;
  readonly document: string;
  /** How many the document declares. */
  readonly operations: number;
  readonly prepared?: Phase<"prepared">;
  readonly called?: Phase<"called">;
  readonly listed?: Phase<"listed">;
  /** Why it has not all of them. */
  readonly ended?: string;
};
