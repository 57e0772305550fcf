// Preloaded (`node --import`) into the processes that dev/server/processes.ts starts, each in a process
// group of its own. When the starter dies without a chance to stop them (SIGKILL, a crash), the pipe
// it holds as our file 3 closes; the whole group then ends, so that no wrangler or workerd stays
// behind and keeps the port.

import { Socket } from "node:net";

if (process.platform !== "win32") {
  const pipe = new Socket({ fd: 3, readable: true, writable: false });
  pipe.on("close", () => process.kill(0, "SIGKILL"));
  pipe.on("error", () => {}); // "close" follows.
  pipe.resume();
  // Listening alone would keep a process alive after its work is done.
  pipe.unref();
}
