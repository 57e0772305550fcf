/** Measures from now on; what it returns says what was used so far, and how much memory at most. */
export function stopwatch(): () => { cpuSeconds: number; wallSeconds: number; peakMiB: number } {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      cpuSeconds: (user + system) / 1e6,
      wallSeconds: (performance.now() - startedAtMs) / 1e3,
      // In KiB on every system.
      peakMiB: process.resourceUsage().maxRSS / 1_024,
    };
  };
}
