import { readdir, readFile } from "node:fs/promises";

/** What a workerd process has used. All undefined if the system does not provide it (no /proc). */
export type WorkerdUsage = {
  /** The processor's time so far, of all threads, in milliseconds; exact to 10 of them. */
  cpuMs(): Promise<number | undefined>;
  /** The memory that is resident now, in bytes. */
  residentBytes(): Promise<number | undefined>;
};

/** Linux counts in units of 1/USER_HZ seconds for programs, on all its architectures of today. */
const MS_PER_TICK = 10;

/** Observes the workerd that a process of this machine has started. */
export async function workerdUsage(parentPid: number): Promise<WorkerdUsage> {
  const pid = await workerdOf(parentPid);
  return {
    async cpuMs() {
      const fields = pid === undefined ? undefined : await statOf(pid);
      // utime and stime: see proc_pid_stat(5).
      return fields && (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
    },
    async residentBytes() {
      if (pid === undefined) return undefined;
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      const [, kiB] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
      return kiB === undefined ? undefined : Number(kiB) * 1_024;
    },
  };
}

async function workerdOf(parentPid: number): Promise<string | undefined> {
  const entries = await readdir("/proc").catch(() => []);
  for (const pid of entries.filter((name) => /^\d+$/.test(name))) {
    const fields = await statOf(pid, "workerd");
    if (fields?.[1] === String(parentPid)) return pid;
  }
  return undefined;
}

/** The fields of /proc/<pid>/stat from the state on, the third; undefined when it is another program. */
async function statOf(pid: string, program?: string): Promise<string[] | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name, in parentheses, may itself hold spaces and parentheses.
  const end = stat.lastIndexOf(")");
  const name = stat.slice(stat.indexOf("(") + 1, end);
  if (end < 0 || (program !== undefined && name !== program)) return undefined;
  return stat.slice(end + 2).split(" ");
}
