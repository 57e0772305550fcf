import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "oidc-provider";
import * as z from "zod";
import {
  type IdentityProvider,
  startIdentityProvider,
} from "../../dev/identity-provider/identity-provider.ts";
import type { ProtectedApi } from "../../dev/identity-provider/protected-apis.ts";
import { bodyOf, listen } from "./loopback-server.ts";

/** How the way to the token endpoint behaves from now on. */
const conditionsSchema = z.object({
  /** How long each request is under way, and its answer on the way back; taken in turn. */
  delaysMs: z.array(z.number()).default([]),
  /** What comes in place of the next answers; the provider is not asked. */
  answers: z.array(z.object({ status: z.number(), body: z.string() })).default([]),
  /** Whose consents are taken back, by the id that the provider has for them. */
  revoked: z.array(z.string()).default([]),
});
export type Conditions = z.input<typeof conditionsSchema>;

export type RoughIdentityProvider = IdentityProvider & {
  /** PUT takes conditions; either way the answer counts the refreshes that arrived. */
  readonly control: string;
  isRevoked(subject: string): boolean;
};

/** The identity provider, which issues tokens for APIs, with whatever can go wrong at its token endpoint. */
export async function startRoughIdentityProvider(
  redirectUris: readonly string[],
  apis: readonly ProtectedApi[],
): Promise<RoughIdentityProvider> {
  let conditions = conditionsSchema.parse({});
  let turn = 0;
  let refreshes = 0;
  const delay = () => sleep(conditions.delaysMs[turn++ % conditions.delaysMs.length] ?? 0);

  async function between(ctx: Context, next: () => Promise<void>): Promise<void> {
    if (ctx.path !== "/token") return next();
    await delay();
    const answer = conditions.answers.shift();
    if (answer === undefined) await next();
    else {
      ctx.status = answer.status;
      ctx.body = answer.body;
    }
    if (ctx.oidc?.params.grant_type === "refresh_token") refreshes++;
    await delay();
  }

  const isRevoked = (subject: string) => conditions.revoked.includes(subject);
  const provider = await startIdentityProvider({ port: 0, redirectUris, apis, between, isRevoked });
  const control = await listen(
    createServer(async (request, response) => {
      const body = await bodyOf(request);
      if (request.method === "PUT") conditions = conditionsSchema.parse(JSON.parse(body));
      response.end(JSON.stringify({ refreshes }));
    }),
  );
  return {
    ...provider,
    control: control.origin,
    isRevoked,
    async stop() {
      await Promise.all([provider.stop(), control.stop()]);
    },
  };
}
