import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { isPersonId, type PersonId } from "../local-servers/people.ts";
import { projectDir } from "../server/processes.ts";
import type { ConnectionApi, ExchangeApi, LocalApi, SignInApi } from "./local-api.ts";

const isFunction = (value: unknown) => typeof value === "function";

const examplesSchema = z.object({
  about: z.string(),
  calls: z.array(
    z.object({
      tool: z.string(),
      person: z.custom<PersonId>((value) => typeof value === "string" && isPersonId(value)),
    }),
  ),
});

const moduleSchema = z.object({
  localApi: z.discriminatedUnion("by", [
    z.object({
      by: z.literal("exchange"),
      name: z.string(),
      scopes: z.array(z.string()),
      start: z.custom<ExchangeApi["start"]>(isFunction),
      examples: z.exactOptional(examplesSchema),
    }),
    z.object({
      by: z.literal("sign-in"),
      name: z.string(),
      identityProvider: z.string(),
      start: z.custom<SignInApi["start"]>(isFunction),
      examples: z.exactOptional(examplesSchema),
    }),
    z.object({
      by: z.literal("connection"),
      name: z.string(),
      start: z.custom<ConnectionApi["start"]>(isFunction),
      examples: z.exactOptional(examplesSchema),
    }),
  ]),
});

/**
 * The local APIs of all toolsets, by the names of their folders.
 *
 * @param project the folder of another copy of this project.
 * @throws Error that names the module which exports no `localApi`, or one that is none.
 */
export async function findLocalApis(project = projectDir): Promise<LocalApi[]> {
  const files = globSync("src/tools/*/local-api/index.ts", { cwd: project }).sort();
  return Promise.all(
    files.map(async (file) => {
      const found: unknown = await import(pathToFileURL(join(project, file)).href);
      const parsed = moduleSchema.safeParse(found);
      if (parsed.success) return parsed.data.localApi;
      throw new Error(
        `${file} must export a localApi (dev/local-apis/local-api.ts):\n${z.prettifyError(parsed.error)}`,
      );
    }),
  );
}

/** Those that accept tokens of the local authorization server. */
export async function findExchangeApis(): Promise<ExchangeApi[]> {
  return (await findLocalApis()).filter((api) => api.by === "exchange");
}

/** Those that people connect. */
export async function findConnectionApis(): Promise<ConnectionApi[]> {
  return (await findLocalApis()).filter((api) => api.by === "connection");
}

/** Those that sign people in. */
export async function findSignInApis(project = projectDir): Promise<SignInApi[]> {
  return (await findLocalApis(project)).filter((api) => api.by === "sign-in");
}
