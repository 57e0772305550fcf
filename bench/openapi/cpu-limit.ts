import { Worker } from "node:worker_threads";

/** What this process says last where it took too long. */
export const TOO_LONG = "took too long";

/**
 * Ends this process once it has used so much of the CPUs, all threads together: unlike a limit of time, that is the same
 * on a busy machine. It needs a thread, since what it bounds never gives way.
 *
 * @returns what ends the limit.
 */
export function limitCpu(seconds: number): () => Promise<number> {
  const program = `
    setInterval(() => {
      const { user, system } = process.cpuUsage();
      if (user + system < ${seconds * 1e6}) return;
      require("node:fs").writeSync(2, "\\n${TOO_LONG}\\n");
      process.kill(process.pid, "SIGKILL");
    }, 100);`;
  const thread = new Worker(program, { eval: true });
  return () => thread.terminate();
}
