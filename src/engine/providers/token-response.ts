import * as z from "zod";
import { jsonAnswer } from "./provider-answer";
import { loggedCode, loggedUrl, misconfigured } from "./provider-failure";

/** Null and empty members are absent (RFC 6749, section 3.1, has it for parameters). */
const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === "" ? undefined : text));

/** A number, or one in quotes; whatever else is there says nothing. */
const seconds = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .optional()
  .catch(undefined);

const schema = z.object({
  access_token: z.string().min(1),
  // RFC 6749, section 5.1, requires it; some servers leave it out, and mean Bearer.
  token_type: optionalText,
  expires_in: seconds,
  refresh_token: optionalText,
  scope: optionalText,
  id_token: optionalText,
});

export type ProviderTokens = Omit<z.infer<typeof schema>, "token_type">;

/**
 * What a token endpoint answered (RFC 6749, section 5).
 *
 * @throws IdentityProviderError when that is a refusal, or nothing that can be used.
 */
export async function tokensIn(response: Response, endpoint: string): Promise<ProviderTokens> {
  const parsed = schema.safeParse(await jsonAnswer(response, endpoint));
  const facts = { endpoint: loggedUrl(endpoint) };
  if (!parsed.success) {
    const expected = "a token response with access_token";
    throw misconfigured("The token response lacks something", { ...facts, expected }, parsed.error);
  }
  const { token_type: type = "Bearer", ...tokens } = parsed.data;
  if (type.toLowerCase() !== "bearer") {
    throw misconfigured("The token is of a type that this server cannot use", {
      ...facts,
      expected: "Bearer",
      received: loggedCode(type),
    });
  }
  return tokens;
}
