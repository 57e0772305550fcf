import * as z from "zod";

/** As sealed.ts makes them. */
const sealedSchema = z.object({
  iv: z.instanceof(Uint8Array<ArrayBuffer>),
  ciphertext: z.instanceof(ArrayBuffer),
});

/** What is left of a grant that has ended, until no token of it can be about any more. */
const tombstoneSchema = z.object({
  /** An alarm does not name the object that it wakes. */
  grant: z.object({ userId: z.string(), grantId: z.string() }),
  issuer: z.string(),
  /** Milliseconds since 1970. */
  forgetAtMs: z.number(),
  /** Absent before its tokens and its record in KV are deleted. */
  tokensDeleted: z.literal(true).optional(),
});
export type Tombstone = z.infer<typeof tombstoneSchema>;

/** What a grant was narrowed to, and when to tell its sessions once more, in milliseconds since 1970. */
const narrowedSchema = z.object({
  /** An alarm does not name the object that it wakes. */
  grantId: z.string(),
  scopes: z.array(z.string()),
  againAtMs: z.number(),
});
export type Narrowed = z.infer<typeof narrowedSchema>;

/** The rows of a grant's object (docs/storage.md), all of version 1; see lib/stored-rows.ts. */
export const grantRowSchemas = {
  record: z.string(),
  rotated: z.array(z.string()),
  answers: z.map(z.string(), z.object({ sealed: sealedSchema, endsAtMs: z.number() })),
  upstream: sealedSchema,
  renewalBeganAtMs: z.number(),
  upstreamTokenId: z.string(),
  accessTokens: z.map(z.string(), z.number()),
  narrowed: narrowedSchema,
  ended: tombstoneSchema,
};

/** When a session was noted, in milliseconds since 1970. At first that was not kept: `true`. */
export const sessionRowSchema = z.union([z.number(), z.literal(true).transform(() => 0)]);
