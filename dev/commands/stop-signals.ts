/**
 * Shuts this process down cleanly when it is asked to end: by Ctrl+C, a signal, the closing of its
 * terminal, or the death of dev/bootstrap.mjs, which has an IPC channel to it.
 *
 * Ctrl+C reaches us twice, from the terminal and from dev/bootstrap.mjs, so a second signal does not mean
 * "hurry"; `stop` must finish in bounded time.
 *
 * @param stop ends what this process has started and cannot leave to the end of this process.
 * @param exitCode 0 if being stopped is the ordinary end, as for a server.
 */
export function stopOnSignals(stop: () => Promise<void>, exitCode: number): void {
  let isStopping = false;
  const end = async () => {
    if (isStopping) return;
    isStopping = true;
    try {
      await stop();
    } finally {
      process.exit(exitCode);
    }
  };
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) {
    process.on(event, () => void end());
  }
  // The listener would keep this process alive after its work is done.
  process.channel?.unref();
}
