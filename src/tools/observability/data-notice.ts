import { dataNotice, withDataAfter } from "../../engine/tools/data-notice";

/** Logs hold what visitors sent, and names are chosen by others. */
export const DATA_NOTICE = dataNotice("Workers, their visitors and other people");

/** A result as text: first what this server says, then the foreign text up to the end. */
export function withData(said: readonly (string | undefined)[], data: string): string {
  return withDataAfter(said, DATA_NOTICE, data);
}
