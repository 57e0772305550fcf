import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";
/** Something was used that is left out of this Worker. */
export class LeftOutError extends GatehouseError {
  override readonly name = "LeftOutError";
  override readonly code = "left_out" satisfies ErrorCode;
}

/**
 * What every module of this folder does when it is used. dev/bundle/prebuilt-libraries.ts builds each in
 * place of a package that agents or SDK v1 imports for a feature that this server does not use: the bundle
 * would carry it, and the Worker evaluate it, for nothing. A tool's import gets the package itself.
 *
 * @param what the feature, as a subject: "The MCP client".
 * @throws LeftOutError always.
 */
export function leftOut(what: string): never {
  throw new LeftOutError(
    `${what} is left out of this Worker: see dev/bundle/prebuilt-libraries.ts`,
  );
}
