import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
/** Something that is not in this Worker was used after all. */
export class LeftOutError extends GatehouseError {
  override readonly name = "LeftOutError";
  override readonly code = "left_out" satisfies ErrorCode;
}

/**
 * What every module of this folder does when it is used. dev/prebuilt-libraries.ts builds each in the
 * place of a package that agents or SDK v1 imports for a feature which this server does not use: the bundle
 * would carry it, and the Worker evaluate it, for nothing. What a tool imports is the package itself.
 *
 * @param what the feature, as a subject: "The MCP client".
 * @throws LeftOutError always.
 */
export function leftOut(what: string): never {
  throw new LeftOutError(`${what} is left out of this Worker: see dev/prebuilt-libraries.ts`);
}
