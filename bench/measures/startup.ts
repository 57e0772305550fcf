import { join } from "node:path";
import { runWrangler } from "../../dev/server/wrangler.ts";
import type { Build } from "../servers/build.ts";
import type { SubjectName } from "../servers/subjects.ts";

/** What a Worker weighs, and what it costs to start. */
export type StartUp = {
  readonly subject: SubjectName;
  readonly uploadKiB: number;
  readonly gzipKiB: number;
  /**
   * Milliseconds that the processor was at work, garbage collection included: the lowest, because what
   * else the machine does can only add to it, and those of each start.
   */
  readonly activeMs: number;
  readonly activeMsOfEach: readonly number[];
};

/**
 * Profiles the start of a Worker in a workerd of its own (`wrangler check startup`).
 *
 * @param folder gets the profiles.
 * @throws Error with wrangler's output when the Worker does not start.
 */
export async function measureStartUp(
  { subject, bundle, uploadKiB, gzipKiB }: Build,
  folder: string,
  times: number,
): Promise<StartUp> {
  const activeMsOfEach: number[] = [];
  const profile = join(folder, `${subject.name}.cpuprofile`);
  for (let time = 0; time < times; time++) {
    const output = await runWrangler([
      ...["check", "startup", "--config", subject.config],
      ...["--worker", bundle, "--outfile", profile],
    ]);
    const [, activeMs] = /Active: ([\d.]+) ms/.exec(output) ?? [];
    if (activeMs === undefined) {
      throw new Error(`wrangler did not say how long ${subject.name} takes to start:\n${output}`);
    }
    activeMsOfEach.push(Number(activeMs));
  }
  return {
    subject: subject.name,
    uploadKiB,
    gzipKiB,
    activeMs: Math.min(...activeMsOfEach),
    activeMsOfEach,
  };
}
