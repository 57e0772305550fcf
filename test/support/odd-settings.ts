import * as z from "zod";

const members = z.record(z.string(), z.unknown());
const method = z.enum([
  "none",
  "client_secret_post",
  "client_secret_basic",
  "client_secret_jwt",
  "private_key_jwt",
]);

/** In what an OpenID provider differs from one that does the usual thing. */
export const oddSettingsSchema = z.object({
  /** For which method its client is registered, whatever it announces. */
  registeredFor: method.default("client_secret_post"),
  clientId: z.string().default("gatehouse"),
  clientSecret: z.string().default("secret"),
  /** Against RFC 6749, section 2.3.1, some take Basic's two halves as they come. */
  decodesBasic: z.boolean().default(true),
  /** What it says to a client that it does not know. */
  refusesClientWith: z.object({ status: z.number(), error: z.string() }).default({
    status: 401,
    error: "invalid_client",
  }),
  clientKey: members.optional(),
  /** Of the signature of ID tokens. */
  alg: z.string().default("RS256"),
  /** Of the key in the key set; undefined is the signature's, "" is left out. */
  keyAlg: z.string().optional(),
  /** How many more keys of the kind are in the set, before the one that signs. */
  otherKeys: z.number().default(0),
  hasKid: z.boolean().default(true),
  /** Signs with a new key at each sign-in, and publishes no other. */
  rotates: z.boolean().default(false),
  /** Seconds by which its clock is ahead. */
  clock: z.number().default(0),
  encrypts: z.boolean().default(false),
  discovery: z
    .object({ status: z.number(), body: z.string(), redirects: z.number(), slash: z.boolean() })
    .partial()
    .default({}),
  /** Of these documents, members in place of the usual ones; null stays null. */
  metadata: members.default({}),
  claims: members.default({}),
  token: members.default({}),
  userInfo: z
    .object({ status: z.number().default(200), claims: members.default({}), signed: z.boolean() })
    .partial()
    .optional(),
  /** What it answers in place of tokens, or of a code. */
  tokenAnswer: z.object({ status: z.number(), body: z.string() }).optional(),
  authorizeError: z.string().optional(),
  /** Takes only requests that were pushed (RFC 9126). */
  pushedOnly: z.boolean().default(false),
  formPostOnly: z.boolean().default(false),
});
export type OddSettings = z.infer<typeof oddSettingsSchema>;
