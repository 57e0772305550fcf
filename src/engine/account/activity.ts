import { errorText } from "../lib/error-text";
import type { Catalogue } from "../tools/catalogue";

/** What is recorded of a tool call by one of a person's clients. */
export type RecordedCall = {
  readonly grantId: string;
  readonly tool: string;
  readonly outcome: string;
  readonly atSeconds: number;
};

/** Reads what a person's clients did recently, newest first (audit/audit-query.ts). */
export type RecentCalls = (
  env: Env,
  userId: string,
  perGrant: number,
) => Promise<readonly RecordedCall[]>;

/** A tool call, worded for its person. */
export type Activity = {
  readonly title: string;
  /** How it ended, unless it simply returned a result. */
  readonly remark: string | undefined;
  readonly atSeconds: number;
};

/** What each of a person's grants did recently, newest first. */
export type Activities = ReadonlyMap<string, readonly Activity[]>;

const REMARKS: ReadonlyMap<string, string> = new Map([
  ["error", "failed"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
  ["asked", "asked a question"],
]);

/** How long a page waits for it. */
const LIMIT_MS = 2_000;

/** @returns undefined when that cannot be read right now; connections can still be ended. */
export async function activitiesOf(
  recentCalls: RecentCalls,
  env: Env,
  userId: string,
  { allTools, perGrant }: Pick<Catalogue, "allTools"> & { readonly perGrant: number },
): Promise<Activities | undefined> {
  const activities = new Map<string, Activity[]>();
  try {
    for (const { grantId, tool, outcome, atSeconds } of await inTime(
      recentCalls(env, userId, perGrant),
    )) {
      const title = allTools.find(({ name }) => name === tool)?.title ?? tool;
      const ofGrant = activities.get(grantId) ?? [];
      ofGrant.push({ title, remark: REMARKS.get(outcome), atSeconds });
      activities.set(grantId, ofGrant);
    }
    return activities;
  } catch (error) {
    console.error({ event: "recent_calls_unavailable", error: errorText(error) });
    return undefined;
  }
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  const waiting = new AbortController();
  const late = scheduler.wait(LIMIT_MS, { signal: waiting.signal }).then(() => {
    throw new Error(`No answer in ${LIMIT_MS} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    waiting.abort();
  }
}
