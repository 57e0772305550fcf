/** Something that is not in this Worker was used after all. */
export class LeftOutError extends Error {
  override readonly name = "LeftOutError";
}

/**
 * What every module of this folder does when it is used. `alias` in wrangler.jsonc puts each in the place
 * of a package that a dependency imports for a feature which this server does not use: the bundle would
 * carry it, and the Worker evaluate it, for nothing.
 *
 * @param what the feature, as a subject: "The MCP client".
 * @throws LeftOutError always.
 */
export function leftOut(what: string): never {
  throw new LeftOutError(`${what} is left out of this Worker: see "alias" in wrangler.jsonc`);
}
