import * as z from "zod";
import { type PrivateJwk, privateKey } from "./client-credential.ts";
import { Problems, refusalsOf } from "./variables.ts";

/** The keys of the JWTs by which this server says to an API who the person is. */
export type IdentityKeys = {
  readonly signingKey: PrivateJwk;
  /** Published before it signs, so that no API meets a key it has not seen. */
  readonly nextKey: PrivateJwk | undefined;
};

const schema = z.object({
  IDENTITY_KEY: privateKey.optional(),
  IDENTITY_KEY_NEXT: privateKey.optional(),
});

/** The names of the variables that are read here: secrets, each a key in PEM. */
export const identityKeyVariables: readonly string[] = Object.keys(schema.shape);

/**
 * @param askedBy the name of an API that is told who the person is; undefined when none is.
 * @returns undefined when there is no key, and none is needed.
 */
export function parseIdentityKeys(
  variables: Record<string, unknown>,
  askedBy: string | undefined,
): IdentityKeys | undefined | Problems {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) return refusalsOf(parsed);
  const { IDENTITY_KEY: signingKey, IDENTITY_KEY_NEXT: nextKey } = parsed.data;
  if (signingKey !== undefined) return { signingKey, nextKey };
  if (askedBy === undefined && nextKey === undefined) return undefined;
  return new Problems(
    askedBy === undefined
      ? "IDENTITY_KEY is missing: IDENTITY_KEY_NEXT is only the key that follows it"
      : `IDENTITY_KEY is missing: the API "${askedBy}" is told who the person is, signed with it. For example ` +
          "`openssl ecparam -genkey -name prime256v1 -noout | npx wrangler secret put IDENTITY_KEY`",
  );
}
