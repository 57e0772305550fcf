import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import type { Declared } from "../src/engine/config/index.ts";
import { projectDir } from "./processes.ts";

const apiSchema = z.object({
  name: z.string(),
  displayName: z.string().optional(),
  variables: z.string(),
  defaultUrl: z.string().optional(),
  access: z.discriminatedUnion("by", [
    z.object({ by: z.literal("exchange") }),
    z.object({ by: z.literal("sign-in"), identityProvider: z.string() }),
  ]),
});

const definitionSchema = z.object({ name: z.string(), apis: z.array(apiSchema).default([]) });

/**
 * Loads `src/server.ts` in Node.js, for what commands derive from it: its variables and its secrets.
 *
 * @throws what a definition that is wrong throws: a TypeError that names the tool, the toolset or the API.
 */
export async function loadServerDefinition(): Promise<Declared> {
  registerHooks({ resolve: withExtension });
  const address = pathToFileURL(join(projectDir, "src/server.ts")).href;
  const { server }: { server: unknown } = await import(address);
  const { name, apis } = definitionSchema.parse(server);
  return {
    name,
    apis: apis.map(({ displayName, defaultUrl, ...api }) => ({
      ...api,
      ...(displayName !== undefined && { displayName }),
      ...(defaultUrl !== undefined && { defaultUrl }),
    })),
  };
}

type ResolveHook = NonNullable<Parameters<typeof registerHooks>[0]["resolve"]>;

/** Modules of src/ name each other without an extension, as bundlers let them; Node.js wants one. */
const withExtension: ResolveHook = (specifier, context, next) => {
  if (!specifier.startsWith(".")) return next(specifier, context);
  for (const ending of ["", ".ts", "/index.ts"]) {
    try {
      return next(specifier + ending, context);
    } catch (error) {
      if (ending === "/index.ts") throw error;
    }
  }
  return next(specifier, context);
};
