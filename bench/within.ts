/**
 * Bounds a phase in time: when it is not done by then, the benchmark fails, and its processes are ended
 * with it.
 *
 * @throws Error that names the phase.
 */
export async function within<Result>(
  phase: string,
  limitMs: number,
  work: Promise<Result>,
): Promise<Result> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${phase} took longer than ${limitMs / 1_000} seconds`)),
    limitMs,
  );
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
